package dev.llf.conversation.store;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.conversation.json.RandomEntries;
import dev.llf.conversation.store.JsonLinesConversationStore.Compaction;
import dev.llf.conversation.store.JsonLinesConversationStore.Durability;
import dev.llf.conversation.store.JsonLinesConversationStore.Recovery;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

class JsonLinesConversationStoreTest {

    private static final String ID = "talk";

    @TempDir private Path directory;

    private JsonLinesConversationStore open() {
        return JsonLinesConversationStore.open(directory, Durability.PROCESS_END);
    }

    private Path file() {
        return directory.resolve("talk.jsonl");
    }

    private static List<ConversationEntry> note(String value) {
        return List.of(note("k", value));
    }

    private static ConversationEntry note(String key, String value) {
        return new MetadataSet(Instant.EPOCH, key, value.isEmpty() ? Optional.empty() : Optional.of(value));
    }

    private static ConversationEntry moved(String branch, String turn) {
        return new BranchMoved(Instant.EPOCH, branch, Optional.of(turn));
    }

    private List<ConversationEntry> stored(int calls) {
        List<ConversationEntry> expected = new ArrayList<>();
        RandomEntries random = new RandomEntries(calls);
        try (JsonLinesConversationStore store = open()) {
            for (int i = 0; i < calls; i++) {
                List<ConversationEntry> call = random.entries(1 + i % 3);
                store.append(ID, expected.size(), call);
                expected.addAll(call);
            }
        }
        return expected;
    }

    @Test
    void writesOneLineForEachCallAfterAHeader() throws IOException {
        try (JsonLinesConversationStore store = open()) {
            store.append(ID, 0, List.of(note("a", "ü"), note("b", "2\n3")));
            store.append(ID, 2, note(""));
        }

        assertThat(file()).hasContent("""
                {"format":"llf-conversation","version":1,"conversation":"talk"}
                {"entries":[{"type":"metadata_set","at":"1970-01-01T00:00:00Z","key":"a","value":"ü"},\
                {"type":"metadata_set","at":"1970-01-01T00:00:00Z","key":"b","value":"2\\n3"}]}
                {"entries":[{"type":"metadata_set","at":"1970-01-01T00:00:00Z","key":"k","value":null}]}
                """);
        assertThat(Files.readString(file())).endsWith("}\n").doesNotContain("\r");
    }

    @Test
    void createsDirectoryAndFilesForTheOwnerAlone() throws IOException {
        assumeThat(OwnerOnly.isPosix(directory)).isTrue();
        Path inner = directory.resolve("a/b");
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(inner)) {
            store.append(ID, 0, note("1"));
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inner))).isEqualTo("rwx------");
        for (String name : List.of("talk.jsonl", ".lock")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inner.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void dropsALastLineThatIsCutAtAnyByteAndGoesOn() throws IOException {
        List<ConversationEntry> all = stored(4);
        byte[] whole = Files.readAllBytes(file());
        int lastLine = new String(whole, 0, whole.length - 1, StandardCharsets.ISO_8859_1).lastIndexOf('\n') + 1;
        List<ConversationEntry> before = all.subList(0, all.size() - 1);
        for (int length = lastLine + 1; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (JsonLinesConversationStore store = open()) {
                assertThat(store.read(ID)).as("cut to %d", length).isEqualTo(before);
                assertThat(store.read(ID)).hasSize(before.size());
                assertThat(store.recoveries()).containsExactly(new Recovery(ID, length - lastLine));
                store.append(ID, before.size(), note("next"));
            }
            try (JsonLinesConversationStore store = open()) {
                assertThat(store.read(ID)).hasSize(all.size()).startsWith(before.toArray(ConversationEntry[]::new))
                        .endsWith(note("next").getFirst());
                assertThat(store.recoveries()).isEmpty();
            }
        }
    }

    @Test
    void appendsAfterACutWithoutReadingFirst() throws IOException {
        List<ConversationEntry> all = stored(2);
        Files.writeString(file(), "{\"entries\":[{", StandardOpenOption.APPEND);

        try (JsonLinesConversationStore store = open()) {
            store.append(ID, all.size(), note("next"));
            assertThat(store.recoveries()).containsExactly(new Recovery(ID, 13));
            assertThat(store.read(ID)).hasSize(all.size() + 1);
        }
        assertThat(Files.readAllLines(file())).hasSize(4);
    }

    @Test
    void takesAFileThatIsCutInItsFirstLinesForEmpty() throws IOException {
        stored(1);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (JsonLinesConversationStore store = open()) {
                assertThat(store.read(ID)).as("cut to %d", length).isEmpty();
                store.append(ID, 0, note("anew"));
                assertThat(store.conversations()).containsExactly(ID);
            }
            try (JsonLinesConversationStore store = open()) {
                assertThat(store.read(ID)).isEqualTo(note("anew"));
            }
        }
    }

    @Test
    void dropsALastLineThatTheFileSystemFilledWithZeros() throws IOException {
        List<ConversationEntry> all = stored(3);
        String whole = Files.readString(file());
        for (String end : List.of("\0\0\0\0", "{\"entries\":[\0\0\0\0\0\n", "\0\n")) {
            Files.writeString(file(), whole + end);
            try (JsonLinesConversationStore store = open()) {
                assertThat(store.read(ID)).isEqualTo(all);
                assertThat(store.recoveries()).containsExactly(new Recovery(ID, end.length()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2 | {"entries":[                                         | line 2: the JSON is not well-formed
            2 | {"entries":[]}                                       | line 2: expected {"entries":[...]} with at least one
            2 | {"entries":{}}                                       | line 2: expected {"entries":[...]} with at least one
            2 | []                                                   | line 2: expected an object
            2 | {} {}                                                | line 2: expected one object, found more
            3 | {"entries":[{"type":"turn_lost","at":"1970-01-01T00:00:00Z"}]} | line 3: at /entries/0/type: expected one of
            4 | {"entries":[{"type":"metadata_set"}]}                | line 4: at /entries/0/at: expected text, found nothing
            1 | {"format":"llf-conversation","version":2,"conversation":"talk"} | line 1: written by a newer LLF in version 2
            1 | {"format":"llf-conversation","version":"1"}          | line 1: expected a version from 1
            1 | {"format":"llf-conversation","version":1}            | line 1: expected a version from 1
            1 | {"format":"other","version":1}                       | line 1: expected {"format":"llf-conversation"
            1 | {"format":"llf-conversation","version":1,"conversation":"TALK"} | line 1: the file is of conversation TALK
            1 | hello                                                | line 1: the JSON is not well-formed
            """)
    void namesALineThatIsBroken(int number, String line, String fault) throws IOException {
        List<ConversationEntry> all = stored(3);
        List<String> lines = Files.readAllLines(file());
        lines.set(number - 1, line);
        Files.writeString(file(), String.join("\n", lines) + "\n");

        try (JsonLinesConversationStore store = open()) {
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.read(ID))
                    .withMessageContaining(file() + ", ").withMessageContaining(fault);
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.append(ID, all.size(), note("1")))
                    .withMessageContaining(fault);
            store.append("other", 0, note("1"));
        }
        assertThat(Files.readAllLines(file())).isEqualTo(lines);
    }

    @Test
    void deletesAFileThatCannotBeRead() throws IOException {
        Files.writeString(file(), "no conversation at all, but long enough to be taken for one, line by line\n");
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.conversations()).containsExactly(ID);
            assertThat(store.delete(ID)).isTrue();
            assertThat(store.conversations()).isEmpty();
        }
    }

    @Test
    void leavesAloneWhatBelongsToAnotherIdOfTheSameName() throws IOException {
        stored(1);
        Files.move(file(), directory.resolve("TALK.jsonl"));
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.delete("TALK")).isFalse();
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.append("TALK", 0, note("1")));
        }
        assertThat(directory.resolve("TALK.jsonl")).exists();
    }

    @Test
    void doesNotFollowLinks() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "x".repeat(100));
        Files.createSymbolicLink(file(), elsewhere);
        Files.createSymbolicLink(directory.resolve("dangling.jsonl"), directory.resolve("nowhere"));
        Files.createSymbolicLink(directory.resolve("next.jsonl.part"), elsewhere);
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.conversations()).isEmpty();
            for (String id : List.of(ID, "dangling")) {
                assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.read(id))
                        .withMessageContaining("a symbolic link");
                assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.append(id, 0, note("1")));
                assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.delete(id));
            }
            store.append("next", 0, note("1"));
        }
        assertThat(elsewhere).hasContent("x".repeat(100));
        assertThat(directory.resolve("nowhere")).doesNotExist();
    }

    @Test
    void passesOverOtherFilesAndRemovesWhatWasLeftUnfinished() throws IOException {
        stored(1);
        Files.writeString(directory.resolve("notes.txt"), "mine");
        Files.writeString(directory.resolve("a.b.jsonl"), "mine".repeat(100));
        Files.createDirectory(directory.resolve("directory.jsonl"));
        Files.writeString(directory.resolve("left.jsonl.part"), "{");

        try (JsonLinesConversationStore store = open()) {
            assertThat(store.conversations()).containsExactly(ID);
        }
        assertThat(directory.resolve("left.jsonl.part")).doesNotExist();
        assertThat(directory.resolve("a.b.jsonl")).exists();
    }

    @Test
    void isOpenOnceAtATimeInAProgram() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        try (JsonLinesConversationStore store = open()) {
            for (Path same : List.of(directory, directory.resolve("../" + directory.getFileName()), link)) {
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> JsonLinesConversationStore.open(same))
                        .withMessageContaining("store of this program has it open already");
            }
            store.append(ID, 0, note("1"));
        }
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.read(ID)).hasSize(1);
        }
    }

    @Test
    void refusesAPlaceThatIsNoDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> JsonLinesConversationStore.open(file))
                .withMessageContaining(file.toString());
    }

    @Test
    void refusesEntriesThatNoLineCanHold() {
        String text = "x".repeat(JsonLinesConversationStore.MAX_LINE_BYTES);
        try (JsonLinesConversationStore store = open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.append(ID, 0, List.of(new SummaryAdded(Instant.EPOCH, "t", text))))
                    .withMessageContaining("more than 67108864 bytes");
            assertThat(store.conversations()).isEmpty();
        }
    }

    @Test
    void readsTheLongestLineThatItWrites() {
        int around = "{'entries':[{'type':'summary_added','at':'1970-01-01T00:00:00Z','upTo':'t','text':''}]}\n"
                .length();
        ConversationEntry longest = new SummaryAdded(Instant.EPOCH, "t",
                "x".repeat(JsonLinesConversationStore.MAX_LINE_BYTES - around));
        try (JsonLinesConversationStore store = open()) {
            store.append(ID, 0, List.of(longest));
            store.append(ID, 1, note("1"));
            assertThat(store.read(ID).getFirst().equals(longest)).isTrue();
        }
    }

    @Test
    void noticesThatAFileWasChangedFromOutside() throws IOException {
        List<ConversationEntry> all = stored(3);
        try (JsonLinesConversationStore store = open()) {
            store.read(ID);
            List<String> lines = Files.readAllLines(file());
            Files.writeString(file(), lines.get(1) + "\n", StandardOpenOption.APPEND);
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.append(ID, all.size(), note("1")))
                    .withMessageContaining("has %d entries".formatted(all.size() + 1));
            Files.delete(file());
            store.append(ID, 0, note("anew"));
            assertThat(store.read(ID)).isEqualTo(note("anew"));
        }
    }

    @Test
    void writesAndReadsOnAnInterruptedThread() {
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory)) {
            Thread.currentThread().interrupt();
            store.append(ID, 0, note("1"));
            store.append(ID, 1, note("2"));
            assertThat(store.read(ID)).hasSize(2);
            assertThat(store.conversations()).containsExactly(ID);
            assertThat(store.delete(ID)).isTrue();
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void opensAndClosesOnAnInterruptedThread() {
        Thread.currentThread().interrupt();
        try {
            open().close();
            open().close();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    /** What a disk may fail at. */
    private enum Failure {
        OPEN, WRITE, SYNC, TRUNCATE, CLOSE, DIRECTORY
    }

    /** A disk that fails at some things, a write half done. */
    private static final class FailingDisk implements Disk {

        private final AtomicReference<List<Failure>> failures = new AtomicReference<>(List.of());

        void failAt(Failure... what) {
            failures.set(List.of(what));
        }

        private void check(Failure what) throws IOException {
            if (failures.get().contains(what)) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public OpenFile open(Path file) throws IOException {
            check(Failure.OPEN);
            OpenFile real = Disk.REAL.open(file);
            return new OpenFile() {
                @Override
                public void write(long position, byte[] bytes) throws IOException {
                    if (failures.get().contains(Failure.WRITE)) {
                        real.write(position, Arrays.copyOf(bytes, bytes.length / 2));
                    }
                    check(Failure.WRITE);
                    real.write(position, bytes);
                }

                @Override
                public void truncate(long length) throws IOException {
                    check(Failure.TRUNCATE);
                    real.truncate(length);
                }

                @Override
                public void sync() throws IOException {
                    check(Failure.SYNC);
                    real.sync();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                    check(Failure.CLOSE);
                }
            };
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            check(Failure.DIRECTORY);
            Disk.REAL.syncDirectory(directory);
        }
    }

    @ParameterizedTest
    @CsvSource({"OPEN,", "WRITE,", "SYNC,", "CLOSE,", "WRITE,TRUNCATE", "SYNC,TRUNCATE", "CLOSE,TRUNCATE",
        "WRITE,OPEN"})
    void isAsBeforeWhenTheDiskFails(Failure first, Failure second) {
        FailingDisk disk = new FailingDisk();
        List<ConversationEntry> all = new ArrayList<>(note("1"));
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory, Durability.POWER_CUT,
                disk)) {
            store.append(ID, 0, note("1"));
            for (int i = 1; i < 4; i++) {
                disk.failAt(second == null ? new Failure[] {first} : new Failure[] {first, second});
                int revision = i;
                for (int again = 0; again < 2; again++) {
                    assertThatExceptionOfType(StorageException.class)
                            .isThrownBy(() -> store.append(ID, revision, note("lost")))
                            .withMessageContaining("No space left on device");
                    assertThat(store.read(ID)).isEqualTo(all);
                }
                disk.failAt();
                store.append(ID, revision, note("n" + i));
                all.addAll(note("n" + i));
                assertThat(store.read(ID)).isEqualTo(all);
            }
            assertThat(store.recoveries()).isEmpty();
        }
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.read(ID)).isEqualTo(all);
            assertThat(store.recoveries()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"OPEN", "WRITE", "SYNC", "CLOSE", "DIRECTORY"})
    void beginsNoConversationWhenTheDiskFails(Failure failure) throws IOException {
        FailingDisk disk = new FailingDisk();
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory, Durability.POWER_CUT,
                disk)) {
            disk.failAt(failure);
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.append(ID, 0, note("lost")));
            assertThat(store.conversations()).isEmpty();
            assertThat(store.read(ID)).isEmpty();
            try (var left = Files.list(directory)) {
                assertThat(left).containsExactly(directory.resolve(DirectoryLock.FILE));
            }
            disk.failAt();
            store.append(ID, 0, note("1"));
            assertThat(store.read(ID)).isEqualTo(note("1"));
        }
    }

    @Test
    void forgetsWhatIsUsedLeastButNoFailure() {
        Shelf.Board board = new Shelf.Board();
        board.put("failed", new End(1, 10, 10).failed());
        for (int i = 0; i < Shelf.MAX_KNOWN; i++) {
            board.put("c" + i, new End(1, 10, 10));
        }
        assertThat(board.get("c0")).isNull();
        assertThat(board.get("c" + (Shelf.MAX_KNOWN - 1))).isNotNull();
        assertThat(board.get("failed")).isNotNull();
    }

    @Test
    void worksOnMoreConversationsThanItRemembers() {
        try (JsonLinesConversationStore store = open()) {
            List<String> crowd = Stream.iterate(0, i -> i + 1).map(i -> "c" + i)
                    .filter(id -> Math.floorMod(id.hashCode(), 64) == 0).limit(Shelf.MAX_KNOWN / 64 + 10).toList();
            for (int revision = 0; revision < 2; revision++) {
                for (String id : crowd) {
                    store.append(id, revision, note(id));
                }
            }
            assertThat(crowd).allSatisfy(id -> assertThat(store.read(id)).hasSize(2));
        }
    }

    /** What is known about a conversation from its notes and moves, and the order of both. */
    private static List<Object> folded(List<ConversationEntry> entries) {
        Map<String, String> notes = new LinkedHashMap<>();
        Map<String, List<String>> places = new LinkedHashMap<>();
        List<ConversationEntry> others = new ArrayList<>();
        for (ConversationEntry entry : entries) {
            switch (entry) {
                case MetadataSet set when set.value().isPresent() -> notes.put(set.key(), set.value().get());
                case MetadataSet set -> notes.remove(set.key());
                case BranchMoved move -> {
                    List<String> been = places.computeIfAbsent(move.branch(), branch -> new ArrayList<>());
                    if (been.isEmpty() || !been.getLast().equals(move.turn().orElse(""))) {
                        been.add(move.turn().orElse(""));
                    }
                }
                default -> others.add(entry);
            }
        }
        return List.of(List.copyOf(notes.entrySet()), List.copyOf(places.entrySet()), others, entries.getFirst(),
                entries.getLast());
    }

    @Test
    void compactsToTheSameConversation() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            List<ConversationEntry> entries = new ArrayList<>();
            RandomEntries others = new RandomEntries(round);
            for (int i = random.nextInt(1, 30); i > 0; i--) {
                entries.add(switch (random.nextInt(3)) {
                    case 0 -> note("k" + random.nextInt(3), random.nextInt(4) == 0 ? "" : "v" + random.nextInt(9));
                    case 1 -> moved("b" + random.nextInt(2), "t" + random.nextInt(2));
                    default -> others.entry();
                });
            }
            List<ConversationEntry> rest = Superseded.without(entries);
            assertThat(folded(rest)).isEqualTo(folded(entries));
            assertThat(Superseded.without(rest).size()).isLessThanOrEqualTo(rest.size());
        }
    }

    @Test
    void compactsAFile() throws IOException {
        List<ConversationEntry> entries = List.of(note("first", "1"), note("a", "1"), note("b", "1"), note("a", "2"),
                note("c", "1"), note("a", "3"), note("c", ""), moved("main", "t1"), moved("main", "t2"),
                moved("main", "t2"), moved("main", "t1"), note("last", "1"));
        try (JsonLinesConversationStore store = open()) {
            store.append(ID, 0, entries);
        }
        Files.writeString(file(), "{\"entr", StandardOpenOption.APPEND);
        long before = Files.size(file());

        Compaction done = JsonLinesConversationStore.compact(directory, ID);

        List<ConversationEntry> rest = List.of(note("first", "1"), note("a", "1"), note("b", "1"), note("a", "3"),
                moved("main", "t1"), moved("main", "t2"), moved("main", "t1"), note("last", "1"));
        assertThat(done).isEqualTo(new Compaction(12, 8, before, Files.size(file())));
        try (JsonLinesConversationStore store = open()) {
            assertThat(store.recoveries()).isEmpty();
            assertThat(store.read(ID)).isEqualTo(rest);
            store.append(ID, 8, note("1"));
        }
        assertThat(JsonLinesConversationStore.compact(directory, "none")).isEqualTo(new Compaction(0, 0, 0, 0));
    }

    @Test
    void compactsNothingWhileAStoreIsOpen() {
        try (JsonLinesConversationStore store = open()) {
            store.append(ID, 0, note("1"));
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> JsonLinesConversationStore.compact(directory, ID));
            store.append(ID, 1, note("1"));
        }
    }
}
