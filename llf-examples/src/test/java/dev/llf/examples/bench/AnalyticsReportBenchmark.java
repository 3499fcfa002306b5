package dev.llf.examples.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsEvent;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsReport;
import dev.llf.observe.analytics.AnalyticsStore;
import dev.llf.observe.analytics.Period;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a report on a million events take, with a heap of 256 MiB?
 *
 * <p>Four of five events are turns. {@code trees} is the loop that comes to mind first, which reads each line as a tree into a
 * list and then sums tokens and sorts durations; it does not fit into that heap and has 8 GiB. LLF's report holds all its
 * parts. Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=AnalyticsReportBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class AnalyticsReportBenchmark {

    private static final int EVENTS = 1_000_000;
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final Period PERIOD = Period.last(Duration.ofDays(30), START.plus(Duration.ofDays(30)),
            ZoneId.of("Europe/Berlin"));

    private final ObjectMapper mapper = new ObjectMapper();
    private Path directory;
    private AnalyticsStore store;

    @Setup
    public void write() throws IOException {
        directory = Files.createTempDirectory("analytics");
        store = AnalyticsStore.builder().directory(directory).maxFileBytes(Long.MAX_VALUE)
                .retention(Duration.ofDays(36_500))
                .open();
        Random random = new Random(1);
        long start = System.nanoTime();
        for (int i = 0; i < EVENTS; i++) {
            store.record(event(i, random));
            if (i % 5000 == 4999 && !store.flush(Duration.ofMinutes(1))) {
                throw new IllegalStateException("not written: " + store.statistics());
            }
        }
        System.out.printf("%d events in %d MB written in %d ms%n", EVENTS, Files.size(file()) >> 20,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        if (llf().events() != EVENTS) {
            throw new IllegalStateException("not all events are in the report");
        }
    }

    private Path file() {
        return directory.resolve("events-2026-11.jsonl");
    }

    private static AnalyticsEvent event(int i, Random random) {
        Origin origin = new Origin(START.plusMillis(2_500L * i), "conversation-" + random.nextInt(100_000),
                Optional.of("tenant-" + random.nextInt(100)));
        if (i % 5 == 4) {
            return new ToolCalled(origin, "tool-" + random.nextInt(30), random.nextInt(10) == 0,
                    Duration.ofMillis(random.nextInt(500)));
        }
        int prompt = 50 + random.nextInt(4000);
        long micros = 100_000 + random.nextInt(5_000_000);
        return new TurnEnded(origin, Optional.of("model-" + random.nextInt(5)),
                new Usage(prompt, random.nextInt(prompt), 1 + random.nextInt(500)),
                Optional.of(Duration.ofNanos(1000 * micros / 4)), 20 + random.nextInt(5000) / 100.0,
                Duration.ofNanos(1000L * random.nextInt(10_000)), Duration.ofNanos(1000 * micros),
                random.nextInt(20) == 0 ? FinishReason.CANCELLED : FinishReason.STOP, 1, random.nextInt(2));
    }

    @TearDown
    public void delete() throws IOException {
        store.clear();
        store.close();
        Files.delete(directory.resolve(".lock"));
        Files.delete(directory);
    }

    @Benchmark
    @Fork(value = 3, jvmArgsAppend = "-Xmx256m")
    public AnalyticsReport llf() {
        return store.report(PERIOD);
    }

    @Benchmark
    @Fork(value = 3, jvmArgsAppend = "-Xmx8g")
    public List<Long> trees() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file())) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(mapper.readTree(line));
            }
        }
        long tokens = 0;
        List<Long> durations = new ArrayList<>();
        for (JsonNode line : lines) {
            if (line.get("type").asText().equals("turn")) {
                tokens += line.get("promptTokens").asInt() + line.get("completionTokens").asInt();
                if (line.get("finishReason").asText().equals("stop")) {
                    durations.add(line.get("totalMicros").asLong());
                }
            }
        }
        durations.sort(null);
        return List.of(tokens, durations.get(durations.size() / 2));
    }
}
