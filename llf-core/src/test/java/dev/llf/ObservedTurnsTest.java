package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.observe.Metrics;
import dev.llf.observe.MicrometerMetrics;
import dev.llf.observe.SlowTurnLog;
import dev.llf.observe.Span;
import dev.llf.observe.Totals;
import dev.llf.observe.Trace;
import dev.llf.observe.Tracer;
import dev.llf.observe.analytics.AnalyticsReport;
import dev.llf.observe.analytics.AnalyticsStore;
import dev.llf.observe.analytics.Period;
import dev.llf.observe.analytics.ReportFormat;
import dev.llf.spi.ToolBox;
import dev.llf.spi.TurnListener;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Turns that end in every way, and what all observers together say of them. */
@Timeout(120)
class ObservedTurnsTest {

    private static final int THREADS = 8;
    private static final int TURNS = 200;
    private static final int KINDS = 8;
    /** Said by users, tools and failures, and by nobody else. */
    private static final List<String> CANARIES = List.of("canary", "Paris", "Rome", "Oslo");
    private static final int TELLING = 12;

    @TempDir Path directory;

    private final ManualClock clock = new ManualClock();
    private final Weather weather = new Weather();
    private final Tracer tracer = Tracer.builder().turns(2 * TURNS).build();
    private final Metrics metrics = new Metrics();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final Queue<Turn> said = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ok = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger tooLong = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private String log = "";

    /** Weather that is known of Paris, fails for Rome and takes until an interrupt for Oslo. */
    private static final class Weather implements ToolBox {

        private static final ToolSpec SPEC = new ToolSpec("get_weather", "Get the current weather of a city",
                Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string")), "required",
                        List.of("city")));

        @Override
        public List<ToolSpec> specs() {
            return List.of(SPEC);
        }

        @Override
        public List<ToolMessage> execute(List<ToolCall> calls) {
            return calls.stream().map(Weather::run).toList();
        }

        private static ToolMessage run(ToolCall call) {
            if (call.arguments().contains("Rome")) {
                throw new IllegalStateException("canary of a tool that throws");
            }
            boolean stopped = call.arguments().contains("Oslo") && isInterrupted();
            return new ToolMessage(call.id(), call.name(), "{\"condition\":\"canary\"}", stopped);
        }

        private static boolean isInterrupted() {
            try {
                new CountDownLatch(1).await();
                return false;
            } catch (InterruptedException e) {
                return true;
            }
        }
    }

    private Llf.Builder llf(AnalyticsStore analytics) {
        Llf.Builder builder = Llf.builder().system("Say canary.").tools(weather).sampling(Sampling.greedy())
                .clock(clock);
        Stream.<TurnListener>of(tracer, metrics, analytics, new SlowTurnLog(Duration.ZERO),
                event -> ids.add(event.moment().turn())).forEach(builder::listener);
        return builder.listener(new MicrometerMetrics(registry));
    }

    private void turn(int number, AnalyticsStore analytics, Llf tiny) {
        switch (number % KINDS) {
            case 0 -> send(tiny, "What is LLF?");
            case 1 -> send(tiny, "What is the weather in Paris?");
            case 2 -> send(tiny, "What is the weather in Rome?");
            case 3 -> cancelSoon(tiny.conversation());
            case 4 -> send(tiny, "canary ".repeat(1000));
            case 5 -> sendTo(analytics, ScriptedChatModel.calling("get_weather", Map.of("city", "Paris"))
                    .thenCalling("get_weather", Map.of("city", "Rome")).thenReplying("canary of two rounds"));
            case 6 -> cancelTwo(tiny.conversation());
            default -> sendTo(analytics,
                    ScriptedChatModel.failing(new BusyException("scripted: 9 wait already", 9, Duration.ZERO)));
        }
    }

    private void sendTo(AnalyticsStore analytics, ScriptedChatModel model) {
        try (Llf llf = llf(analytics).model(model).build()) {
            send(llf, "canary");
        }
    }

    private void send(Llf llf, String text) {
        try {
            said.add(llf.chat(text).turn());
            ok.incrementAndGet();
        } catch (ContextOverflowException e) {
            tooLong.incrementAndGet();
        } catch (BusyException e) {
            busy.incrementAndGet();
        }
    }

    private void cancelSoon(Conversation talk) {
        try (ReplyStream stream = talk.stream("What is LLF?")) {
            stream.cancel();
            Turn turn = stream.reply().turn();
            said.add(turn);
            (turn.finishReason() == FinishReason.CANCELLED ? cancelled : ok).incrementAndGet();
        } catch (CancelledException e) {
            cancelled.incrementAndGet();
        }
    }

    /** The first turn stays in its tool, and the second in line, until they are cancelled. */
    private void cancelTwo(Conversation talk) {
        try (ReplyStream first = talk.stream("What is the weather in Oslo?");
                ReplyStream second = talk.stream("canary in line")) {
            awaitToolCall(first);
            second.cancel();
            assertThatExceptionOfType(CancelledException.class).isThrownBy(second::reply);
            first.cancel();
            assertThat(first.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
            said.add(first.reply().turn());
            cancelled.addAndGet(2);
        }
    }

    private static void awaitToolCall(ReplyStream stream) {
        for (ChatEvent event : stream) {
            if (event instanceof ChatEvent.ToolCallRequested) {
                return;
            }
        }
        throw new AssertionError("the model called no tool");
    }

    private void runAll(AnalyticsStore analytics) throws Exception {
        try (Llf tiny = llf(analytics).model(TinyModel.path()).contextTokens(512).slots(4).threads(1).build();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < TURNS; i++) {
                int number = i;
                running.add(threads.submit(() -> turn(number, analytics, tiny)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    private void runAllAndKeepTheLog(AnalyticsStore analytics) throws Exception {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
        try {
            runAll(analytics);
        } finally {
            System.setErr(before);
            log = lines.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void agreeWithTheRepliesAndEachOtherAndTellNothingOfWhatWasSaid() throws Exception {
        Path files = directory.resolve("analytics");
        try (AnalyticsStore analytics = AnalyticsStore.builder().directory(files).clock(clock).open()) {
            runAllAndKeepTheLog(analytics);
            AnalyticsReport report = analytics.report(
                    Period.last(Duration.ofDays(1), clock.instant().plusSeconds(1), ZoneOffset.UTC));

            checkMetrics();
            checkMicrometer();
            checkReport(report);
            checkTraces();
            checkSecrets(files, report);
        }
    }

    private int all() {
        return ok.get() + cancelled.get() + tooLong.get() + busy.get();
    }

    private long toolResults() {
        return said.stream().flatMap(turn -> turn.messages().stream()).filter(ToolMessage.class::isInstance).count();
    }

    private void checkMetrics() {
        Usage usage = said.stream().map(Turn::usage).reduce(Usage.NONE, Usage::plus);
        Totals totals = metrics.totals();
        int each = TURNS / KINDS;
        assertThat(all()).isEqualTo(TURNS + each); // two of a kind are two turns
        assertThat(tooLong).hasValue(each);
        assertThat(toolResults()).isGreaterThanOrEqualTo(5L * each);
        assertThat(totals).isEqualTo(new Totals(ok.get(), each, cancelled.get(), 0, each, usage.promptTokens(),
                usage.cachedTokens(), usage.completionTokens(), totals.rounds(), toolResults()));
        assertThat(metrics.snapshot().totals()).isEqualTo(totals);
    }

    private void checkMicrometer() {
        for (Map.Entry<String, Integer> outcome : Map.of("ok", ok.get(), "cancelled", cancelled.get(), "error",
                tooLong.get(), "rejected", busy.get()).entrySet()) {
            assertThat(registry.get("gen_ai.client.operation.duration").tag("gen_ai.operation.name", "invoke_agent")
                    .tag("outcome", outcome.getKey()).timers().stream().mapToLong(Timer::count).sum())
                    .isEqualTo(outcome.getValue().longValue());
        }
        assertThat(registry.get("llf.tools.calls").counters().stream().mapToDouble(Counter::count).sum())
                .isEqualTo(toolResults());
        assertThat(registry.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "output").summaries().stream()
                .mapToDouble(DistributionSummary::totalAmount).sum()).isEqualTo(metrics.totals().completionTokens());
    }

    private void checkReport(AnalyticsReport report) {
        Totals totals = metrics.totals();
        assertThat(report.outcomes().succeeded()).isEqualTo(totals.ok());
        assertThat(report.outcomes().cancelled()).isEqualTo(totals.cancelled());
        assertThat(report.outcomes().failed()).isEqualTo(totals.errors() + totals.rejected());
        assertThat(report.outcomes().errorTypes()).containsOnly(
                Map.entry(BusyException.class.getName(), totals.rejected()),
                Map.entry(ContextOverflowException.class.getName(), totals.errors()));
        assertThat(report.tokens()).isEqualTo(new AnalyticsReport.Tokens(totals.turns(), totals.promptTokens(),
                totals.cachedTokens(), totals.completionTokens()));
        assertThat(report.tools().calls()).isEqualTo(totals.toolCalls());
        assertThat(report.badLines()).isZero();
    }

    /** One part begins after the other and the last ends with the turn, so that nothing but steps between them is missing. */
    private void checkTraces() {
        Duration total = Duration.ZERO;
        Duration parts = Duration.ZERO;
        assertThat(ids).hasSize(all());
        for (String id : ids) {
            Span root = tracer.trace(id).orElseThrow().root();
            Duration end = Duration.ZERO;
            for (Span part : root.children()) {
                assertThat(part.start()).as(tracer.trace(id).orElseThrow().text()).isGreaterThanOrEqualTo(end);
                end = part.start().plus(part.duration());
                parts = parts.plus(part.duration());
            }
            assertThat(end).isEqualTo(root.duration());
            total = total.plus(root.duration());
        }
        assertThat(parts).isGreaterThan(total.multipliedBy(95).dividedBy(100));
    }

    private void checkSecrets(Path analytics, AnalyticsReport report) throws IOException {
        List<String> told = new ArrayList<>();
        for (String id : ids) {
            Trace trace = tracer.trace(id).orElseThrow();
            told.add(trace.text());
            told.add(trace.json());
        }
        List<String> slow = log.lines().filter(line -> line.contains("slow turn:")).toList();
        assertThat(slow).hasSize(all());
        told.addAll(slow);
        metrics.writeJson(directory.resolve("metrics.json"));
        metrics.writeCsv(directory.resolve("metrics.csv"));
        for (Path file : List.of(directory, analytics)) {
            try (Stream<Path> files = Files.list(file)) {
                for (Path each : files.filter(Files::isRegularFile).toList()) {
                    told.add(Files.readString(each));
                }
            }
        }
        Stream.of(ReportFormat.values()).map(report::render).forEach(told::add);
        registry.getMeters().forEach(meter -> told.add(meter.getId().toString()));

        String everything = String.join("\n", told);
        assertThat(everything).doesNotContain(CANARIES);
        said.stream().flatMap(turn -> turn.messages().stream()).map(Message::text)
                .filter(text -> text.length() >= TELLING).distinct()
                .forEach(text -> assertThat(everything).doesNotContain(text));
    }
}
