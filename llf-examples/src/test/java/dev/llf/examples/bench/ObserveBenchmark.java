package dev.llf.examples.bench;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.observe.Metrics;
import dev.llf.observe.Tracer;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Admitted;
import dev.llf.spi.TurnEvent.Answered;
import dev.llf.spi.TurnEvent.Completed;
import dev.llf.spi.TurnEvent.FirstToken;
import dev.llf.spi.TurnEvent.Moment;
import dev.llf.spi.TurnEvent.PromptPlanned;
import dev.llf.spi.TurnEvent.Queued;
import dev.llf.spi.TurnEvent.Routed;
import dev.llf.spi.TurnEvent.ToolFinished;
import dev.llf.spi.TurnEvent.ToolStarted;
import dev.llf.spi.TurnListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What does it cost a turn that it is looked at?
 *
 * <p>A turn of two rounds with one tool, which has 13 events, made beforehand; both listeners' histories are full. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=ObserveBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ObserveBenchmark {

    private static final String MODEL = "model";

    /** Who looks on. */
    @Param({"nobody", "metrics", "tracer", "both"}) String listeners;

    private List<TurnListener> told;
    private TurnEvent[] events;

    @Setup
    public void listen(Blackhole blackhole) {
        Metrics metrics = new Metrics();
        Tracer tracer = Tracer.create();
        told = switch (listeners) {
            case "nobody" -> List.of();
            case "metrics" -> List.of(metrics);
            case "tracer" -> List.of(tracer);
            default -> List.of(metrics, tracer);
        };
        for (int i = 0; i < 1000; i++) {
            events = events("turn-" + i);
            tell(blackhole);
        }
    }

    @Benchmark
    public void tell(Blackhole blackhole) {
        for (TurnEvent event : events) {
            blackhole.consume(event);
            for (TurnListener listener : told) {
                listener.on(event);
            }
        }
    }

    private static TurnEvent[] events(String id) {
        ToolCall call = new ToolCall("call-1", "add", "{\"a\":1,\"b\":2}");
        Usage usage = new Usage(100, 80, 20);
        Map<String, Integer> tokens = Map.of("system", 10, "tools", 30, "history", 50, "question", 10);
        Turn turn = new Turn(id, Optional.empty(), Instant.EPOCH,
                List.of(Message.user("1 + 2?"), Message.assistant("3")), FinishReason.STOP, usage, MODEL);
        return new TurnEvent[] {new Queued(moment(id, 0)), new Routed(moment(id, 1), MODEL, "fixed", "the only one"),
            new PromptPlanned(moment(id, 2), 1, 4096, tokens, 0, List.of("add"), Duration.ofMillis(1)),
            new Admitted(moment(id, 3), 1, 100, 80), new FirstToken(moment(id, 10), 1),
            new Answered(moment(id, 100), 1, answer("", FinishReason.TOOL_CALLS, usage, call)),
            new ToolStarted(moment(id, 100), call),
            new ToolFinished(moment(id, 110), call, new ToolMessage("call-1", "add", "3", false),
                    Duration.ofMillis(10)),
            new PromptPlanned(moment(id, 112), 2, 4096, tokens, 0, List.of("add"), Duration.ofMillis(1)),
            new Admitted(moment(id, 113), 2, 120, 100), new FirstToken(moment(id, 120), 2),
            new Answered(moment(id, 200), 2, answer("3", FinishReason.STOP, usage)),
            new Completed(moment(id, 201), MODEL, turn, Timings.NONE)};
    }

    private static ChatResponse answer(String text, FinishReason reason, Usage usage, ToolCall... calls) {
        return new ChatResponse(new AssistantMessage(text, List.of(calls)), reason, usage, Timings.NONE);
    }

    private static Moment moment(String turn, long millis) {
        return new Moment("conversation", "main", turn, Optional.empty(), Instant.EPOCH.plusMillis(millis),
                Duration.ofMillis(millis));
    }
}
