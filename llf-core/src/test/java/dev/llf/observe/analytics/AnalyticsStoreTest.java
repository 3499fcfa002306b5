package dev.llf.observe.analytics;

import dev.llf.Llf;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.chat.Usage;
import dev.llf.error.StorageException;
import dev.llf.observe.Distribution;
import dev.llf.survival.ChildJvm;
import dev.llf.testing.ManualClock;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.llf.observe.analytics.Events.NOON;
import static dev.llf.observe.analytics.Events.NOVEMBER;
import static dev.llf.observe.analytics.Events.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

class AnalyticsStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FILE = "events-2026-11.jsonl";

    @TempDir Path directory;

    private final ManualClock clock = new ManualClock(NOON);
    private final Disks disk = new Disks();

    private AnalyticsStore.Builder files() {
        return AnalyticsStore.builder().directory(directory).clock(clock).output(disk);
    }

    private static void record(AnalyticsStore store, int turns) {
        for (int i = 0; i < turns; i++) {
            store.record(turn(NOON, "tiny", i));
        }
    }

    private static long turns(AnalyticsStore store) {
        return store.report(NOVEMBER).tokens().turns();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(EventFiles.LOCK))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void writesOneLineForEachEventIntoTheFileOfItsMonth() throws IOException {
        try (AnalyticsStore store = files().open()) {
            store.record(turn(Instant.parse("2026-11-30T23:59:59.999999Z"), "tiny", 250));
            store.record(turn(Instant.parse("2026-12-01T00:00:00Z"), "tiny", 250));
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(store.statistics()).isEqualTo(new AnalyticsStatistics(2, 0, 0, 0, 0));
        }
        assertThat(names()).containsExactly(FILE, "events-2026-12.jsonl");
        assertThat(Files.readString(directory.resolve(FILE))).isEqualTo(
                """
                        {"v":1,"type":"turn","at":"2026-11-30T23:59:59.999999Z","conversation":"talk","model":"tiny",\
                        "promptTokens":100,"cachedTokens":40,"completionTokens":20,"firstTokenMicros":62000,\
                        "tokensPerSecond":50.0,"queuedMicros":1000,"totalMicros":250000,"finishReason":"stop","rounds":1,\
                        "toolCalls":0}
                        """);
    }

    @Test
    void letsNobodyElseRead() throws IOException {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path inside = directory.resolve("new/analytics");
        try (AnalyticsStore store = files().directory(inside).open()) {
            record(store, 1);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside.resolve(FILE))))
                .isEqualTo("rw-------");
    }

    @Test
    void closeWritesWhatWaits() {
        AnalyticsStore store = files().open();
        record(store, 5000);
        store.close();
        store.close();
        record(store, 3);
        assertThat(store.statistics()).isEqualTo(new AnalyticsStatistics(5000, 0, 3, 0, 0));
        assertThat(turns(store)).isEqualTo(5000);
    }

    @Test
    void goesOnInAFileThatIsThere() {
        files().open().close();
        for (int i = 0; i < 3; i++) {
            try (AnalyticsStore store = files().open()) {
                record(store, 2);
            }
        }
        try (AnalyticsStore store = files().open()) {
            assertThat(turns(store)).isEqualTo(6);
        }
    }

    @Test
    void aFullFileIsFollowedByTheNext() throws IOException {
        try (AnalyticsStore store = files().maxFileBytes(65_536).open()) {
            record(store, 1000);
            assertThat(turns(store)).isEqualTo(1000);
        }
        assertThat(names()).hasSizeGreaterThan(3).contains(FILE, "events-2026-11-2.jsonl", "events-2026-11-3.jsonl");
        for (String name : names()) {
            assertThat(Files.size(directory.resolve(name))).isLessThanOrEqualTo(65_536);
        }
    }

    @Test
    void dropsAndCountsWhatFindsTheQueueFullAndNeverWaits() throws InterruptedException {
        disk.hang();
        try (AnalyticsStore store = files().queueCapacity(10).open()) {
            record(store, 1);
            disk.awaitWrite();
            record(store, 100); // returns, although the disk does not
            assertThat(store.statistics()).isEqualTo(new AnalyticsStatistics(0, 10, 91, 0, 0));
            assertThat(store.flush(Duration.ZERO)).isFalse();
            disk.goOn();
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(store.statistics()).isEqualTo(new AnalyticsStatistics(10, 0, 91, 0, 0));
        }
    }

    @Test
    void keepsEventsWhileTheDiskIsFullAndWritesThemOnceItIsNot() throws IOException {
        try (AnalyticsStore store = files().open()) {
            record(store, 2);
            assertThat(store.flush(PATIENCE)).isTrue();
            String before = Files.readString(directory.resolve(FILE));
            disk.full(true);
            record(store, 3);
            assertThat(store.flush(PATIENCE)).isFalse();
            assertThat(store.statistics().writeErrors()).isPositive();
            assertThat(Files.readString(directory.resolve(FILE))).isEqualTo(before);
            disk.full(false);
            record(store, 1);
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(turns(store)).isEqualTo(6);
            assertThat(store.report(NOVEMBER).badLines()).isZero();
            assertThat(store.statistics().recorded()).isEqualTo(6);
        }
    }

    @Test
    void chatsAnswerAsEverWhileTheDiskIsFullGoneOrHangs() throws IOException {
        Path inside = directory.resolve("analytics");
        try (AnalyticsStore store = files().directory(inside).open();
                Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(256).sampling(Sampling.greedy())
                        .clock(clock).listener(store).build()) {
            String answer = llf.chat("What is LLF?").text();
            assertThat(answer).isNotBlank();
            assertThat(turns(store)).isEqualTo(1);

            disk.full(true);
            assertThat(llf.chat("What is LLF?").text()).isEqualTo(answer);
            assertThat(store.flush(PATIENCE)).isFalse();
            disk.full(false);
            Path away = Files.move(inside, directory.resolve("away"));
            Files.createFile(inside);
            assertThat(llf.chat("What is LLF?").text()).isEqualTo(answer);
            assertThat(store.flush(PATIENCE)).isFalse();
            Files.delete(inside);
            Files.move(away, inside);
            disk.hang();
            assertThat(llf.chat("What is LLF?").text()).isEqualTo(answer);
            disk.goOn();

            assertThat(turns(store)).isEqualTo(4);
            assertThat(store.statistics().failed()).isZero();
        }
    }

    @Test
    void givesTheOldestUpWhenTheDiskFailsAndTheQueueIsFull() {
        disk.full(true);
        try (AnalyticsStore store = files().queueCapacity(5).open()) {
            record(store, 5);
            while (store.statistics().failed() == 0) {
                store.flush(PATIENCE); // one more try
                record(store, 5);
            }
            assertThat(store.statistics().failed()).isBetween(1L, 5L);
            disk.full(false);
            assertThat(store.flush(PATIENCE)).isTrue();
        }
    }

    @Test
    void closingWithAFullDiskCountsWhatIsLost() {
        disk.full(true);
        AnalyticsStore store = files().open();
        record(store, 3);
        store.close();
        AnalyticsStatistics end = store.statistics();
        assertThat(end.recorded()).isZero();
        assertThat(end.waiting()).isZero();
        assertThat(end.failed()).isEqualTo(3);
    }

    @Test
    void makesTheDirectoryAgainThatWasDeleted() throws IOException {
        Path inside = directory.resolve("analytics");
        try (AnalyticsStore store = files().directory(inside).open()) {
            record(store, 1);
            assertThat(store.flush(PATIENCE)).isTrue();
            for (String name : List.of(FILE, EventFiles.LOCK)) {
                Files.delete(inside.resolve(name));
            }
            Files.delete(inside);
            assertThat(turns(store)).isZero();
            record(store, 4);
            assertThat(turns(store)).isEqualTo(4);
        }
    }

    @Test
    void goesOnWhenTheDirectoryIsBackThatSomethingElseStoodFor() throws IOException {
        Path inside = directory.resolve("analytics");
        try (AnalyticsStore store = files().directory(inside).open()) {
            Files.delete(inside);
            Files.createFile(inside);
            record(store, 4);
            assertThat(store.flush(PATIENCE)).isFalse();
            Files.delete(inside);
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(turns(store)).isEqualTo(4);
        }
    }

    @Test
    void doesNotWriteThroughLinks() throws IOException {
        Path other = Files.createFile(directory.resolve("other"));
        Path inside = Files.createDirectory(directory.resolve("analytics"));
        Files.createSymbolicLink(inside.resolve(FILE), other);
        AnalyticsStore store = files().directory(inside).open();
        record(store, 1);
        store.close();
        assertThat(store.statistics().failed()).isEqualTo(1);
        assertThat(other).isEmptyFile();
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> AnalyticsStore.open(file))
                .withMessageContaining("file").withMessageContaining("name another");
    }

    @Test
    void isolatesALineThatWasCutOff() throws IOException {
        try (AnalyticsStore store = files().open()) {
            record(store, 2);
        }
        byte[] whole = Files.readAllBytes(directory.resolve(FILE));
        Files.write(directory.resolve(FILE), Arrays.copyOf(whole, whole.length - 20));
        try (AnalyticsStore store = files().open()) {
            assertThat(turns(store)).isEqualTo(1);
            assertThat(store.report(NOVEMBER).badLines()).isZero(); // it might just be being written
            record(store, 2);
            assertThat(turns(store)).isEqualTo(3);
            assertThat(store.report(NOVEMBER).badLines()).isEqualTo(1);
        }
    }

    @Test
    void deletesFilesWhoseMonthIsOverForLongerThanTheRetention() throws IOException {
        for (String name : List.of("events-2026-07.jsonl", "events-2026-08.jsonl", "events-2026-08-2.jsonl",
                "notes.txt",
                "events-2026-8.jsonl")) {
            Files.createFile(directory.resolve(name));
        }
        try (AnalyticsStore store = files().open()) { // 90 days before are 22 August
            record(store, 1);
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(names()).containsExactly("events-2026-08-2.jsonl", "events-2026-08.jsonl", FILE,
                    "events-2026-8.jsonl", "notes.txt");
            clock.advance(Duration.ofDays(10));
            record(store, 1);
            assertThat(store.flush(PATIENCE)).isTrue();
            assertThat(names()).containsExactly(FILE, "events-2026-8.jsonl", "notes.txt");
        }
    }

    @Test
    void clearDeletesWhatWasWrittenAndWhatWaits() throws IOException {
        Files.createFile(directory.resolve("notes.txt"));
        try (AnalyticsStore store = files().open()) {
            record(store, 3);
            assertThat(store.flush(PATIENCE)).isTrue();
            disk.full(true);
            record(store, 3);
            store.clear();
            disk.full(false);
            assertThat(names()).containsExactly("notes.txt");
            assertThat(turns(store)).isZero();
            record(store, 1);
            assertThat(turns(store)).isEqualTo(1);
        }
    }

    @Test
    void manyThreadsRecordAtOnce() throws Exception {
        try (AnalyticsStore store = files().queueCapacity(100_000).open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(threads.submit(() -> record(store, 500)));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertThat(turns(store)).isEqualTo(10_000);
        }
    }

    @Test
    void twoStoresOfOneProgramShareADirectory() {
        try (AnalyticsStore one = files().open(); AnalyticsStore other = files().open()) {
            for (int i = 0; i < 200; i++) {
                record(one, 10);
                record(other, 10);
            }
            assertThat(other.flush(PATIENCE)).isTrue();
            assertThat(turns(one)).isEqualTo(4000);
            assertThat(one.report(NOVEMBER).badLines()).isZero();
        }
    }

    @Test
    void severalProcessesShareADirectory(@TempDir Path output) throws Exception {
        try (AnalyticsStore store = files().maxFileBytes(1 << 20).open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ChildJvm.Result>> children = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                children.add(threads.submit(() -> new ChildJvm(output, Map.of()).run(Duration.ofMinutes(1),
                        AnalyticsProcess.class, directory.toString())));
            }
            for (int i = 0; i < AnalyticsProcess.EVENTS; i++) {
                record(store, 1);
                assertThat(store.flush(PATIENCE)).isTrue();
            }
            for (Future<ChildJvm.Result> child : children) {
                assertThat(child.get().well()).as(child.get().describe()).isTrue();
            }
            AnalyticsReport report = store.report(NOVEMBER);
            assertThat(report.tokens().turns()).isEqualTo(3L * AnalyticsProcess.EVENTS);
            assertThat(report.badLines()).isZero();
        }
    }

    @Test
    void inMemoryTheNewestAreKept() {
        try (AnalyticsStore store = AnalyticsStore.builder().memoryCapacity(3).clock(clock).open()) {
            for (int millis = 1; millis <= 5; millis++) {
                store.record(turn(NOON, "tiny", 1000L * millis));
            }
            assertThat(store.report(NOVEMBER).performance().totalSeconds())
                    .contains(new Distribution(3, 3, 5, 4, 4, 5, 5, 5));
            store.clear();
            assertThat(turns(store)).isZero();
        }
    }

    @Test
    void inMemoryOldOnesGoToo() {
        try (AnalyticsStore store = AnalyticsStore.builder().retention(Duration.ofDays(1)).clock(clock).open()) {
            record(store, 1);
            assertThat(turns(store)).isEqualTo(1);
            clock.advance(Duration.ofDays(2));
            store.record(turn(clock.instant(), "tiny", 1));
            assertThat(turns(store)).isEqualTo(1);
        }
    }

    @Test
    void passesLinesOverThatAreNoEvents() throws IOException {
        try (AnalyticsStore store = files().open()) {
            record(store, 1);
        }
        String good = Files.readString(directory.resolve(FILE)).strip();
        List<String> bad = List.of("", "no JSON", "{", "[]", "7", "{}", "null", "\0\0\0", good + good,
                good.replace("\"v\":1", "\"v\":2"), good.replace("\"v\":1", "\"v\":\"1\""),
                good.replace("\"turn\"", "\"surprise\""), good.replace("2026-11-20T", "2026-12-20T"),
                good.replace("2026-11-20T12:00:00Z", "yesterday"), good.replace("2026-11-20T12", "2026-11-20T25"),
                good.replace("2026-11-20T12", "2026-11-99T12"), good.replace("\"stop\"", "\"gave-up\""),
                good.replace("\"stop\"", "null"), good.replace("\"completionTokens\":20", "\"completionTokens\":-1"),
                good.replace("\"completionTokens\":20", "\"completionTokens\":3000000000"),
                good.replace("\"cachedTokens\":40", "\"cachedTokens\":101"),
                good.replace("50.0", "1e999"), good.replace("50.0", "-1"),
                good.replace("\"totalMicros\":0", "\"totalMicros\":-1"),
                good.replace("\"totalMicros\":0", "\"totalMicros\":9000000000000000000"),
                good.replace("\"tiny\"", "7"), good.replace("\"tiny\"", "\"\\ud800\""),
                good.replace("\"tiny\"", "\"" + "x".repeat(257) + "\""),
                good.replace("\"tiny\"", "\"" + "x".repeat(500_000) + "\""),
                "x".repeat(1_000_000), "[".repeat(2000));
        assertThat(bad).doesNotContain(good);
        String known = good.replace("\"rounds\"", "\"later\":{\"a\":[1]},\"rounds\"");
        Files.write(directory.resolve(FILE), bad, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        Files.write(directory.resolve(FILE), List.of(good, known), StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        try (AnalyticsStore store = files().open()) {
            AnalyticsReport report = store.report(NOVEMBER);
            assertThat(report.badLines()).isEqualTo(bad.size());
            assertThat(report.tokens().turns()).isEqualTo(3);
        }
    }

    @Test
    void readsEveryEventAsItWasWritten() throws Exception {
        String hostile = "a,\"b\"\n|=1\u2028\\\u0000\uD83D\uDE00";
        List<AnalyticsEvent> events = List.of(
                new AnalyticsEvent.TurnEnded(
                        new AnalyticsEvent.Origin(Instant.parse("2026-11-20T12:00:00.000001Z"), hostile,
                                Optional.of(hostile)),
                        Optional.empty(), new Usage(3, 2, 1),
                        Optional.empty(), 12.5, Duration.ZERO, AnalyticsEvent.MAX_DURATION,
                        FinishReason.DEADLINE, 2, 3),
                Events.call(NOON.plusMillis(120), hostile, true),
                Events.failure(Instant.parse("0000-01-01T00:00:00Z"), hostile),
                Events.failure(Instant.parse("9999-12-31T23:59:59.999999Z"), ""));
        for (AnalyticsEvent event : events) {
            byte[] line = EventJson.line(event);
            assertThat(new EventJson().read(line, 0, line.length)).isEqualTo(event);
        }
    }

    @Test
    void refusesOptionsOutOfRange() {
        AnalyticsStore.Builder builder = AnalyticsStore.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.queueCapacity(0)).withMessageContaining("was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.memoryCapacity(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.retention(Duration.ofHours(23)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxFileBytes(65_535));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pseudonyms(new byte[15]));
        assertThatIllegalArgumentException().isThrownBy(() -> new Period(NOON, NOON.minusNanos(1), NOVEMBER.zone()));
    }
}
