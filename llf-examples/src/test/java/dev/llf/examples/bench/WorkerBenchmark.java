package dev.llf.examples.bench;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * What does the worker process cost? The same requests to the same model in this process and in a worker.
 *
 * <p>The speed of a shared machine drifts by more than the difference, so each invocation runs both, in turns the one or
 * the other first, and the counters hold the time of each: the share of speed that is left is
 * {@code inProcessNanos / workerNanos}, and what the first token comes later is their difference by {@code rounds}.
 * LLF_MODEL names another model. Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=WorkerBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 4)
public class WorkerBenchmark {

    private static final int TOKENS = 256;

    private LlamaChatModel inProcess;
    private LlamaChatModel worker;
    private ChatRequest request;
    private boolean workerFirst;

    /** The time of each side, summed over the invocations. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Sides {
        public long inProcessNanos;
        public long workerNanos;
        public long rounds;
    }

    @Setup
    public void open() {
        String named = System.getenv("LLF_MODEL");
        Path file = named == null || named.isBlank() ? TinyModel.path() : Path.of(named);
        inProcess = model(file).build();
        worker = model(file).isolation(Isolation.WORKER_JVM).build();
        Sampling endless = Sampling.greedy().toBuilder()
                .bannedTokens(inProcess.gguf().vocabulary().orElseThrow().endOfGenerationIds()).build();
        request = ChatRequest.builder().messages(List.of(Message.user("What is LLF?"))).sampling(endless)
                .maxTokens(TOKENS).session("bench").build();
    }

    private static LlamaChatModel.Builder model(Path file) {
        return LlamaChatModel.builder(file).contextTokens(1024).slots(1).threads(Integer.getInteger("threads", 1));
    }

    @TearDown
    public void close() {
        worker.close();
        inProcess.close();
    }

    /** A whole answer of 256 tokens, most of it decoding. */
    @Benchmark
    public int decode(Sides sides) {
        return inTurns(sides, WorkerBenchmark::answer);
    }

    /** From the request to the first token, the prompt but for its last token being cached. */
    @Benchmark
    public int firstToken(Sides sides) {
        return inTurns(sides, WorkerBenchmark::firstEvent);
    }

    private interface Side {
        long nanos(LlamaChatModel model, ChatRequest request);
    }

    private int inTurns(Sides sides, Side side) {
        workerFirst = !workerFirst;
        for (boolean first : new boolean[] {true, false}) {
            if (first == workerFirst) {
                sides.workerNanos += side.nanos(worker, request);
            } else {
                sides.inProcessNanos += side.nanos(inProcess, request);
            }
        }
        sides.rounds++;
        return (int) sides.rounds;
    }

    private static long answer(LlamaChatModel model, ChatRequest request) {
        long start = System.nanoTime();
        int tokens = model.chat(request).usage().completionTokens();
        long end = System.nanoTime();
        if (tokens != TOKENS) {
            throw new IllegalStateException("only " + tokens + " tokens");
        }
        return end - start;
    }

    private static long firstEvent(LlamaChatModel model, ChatRequest request) {
        long start = System.nanoTime();
        try (ChatStream stream = model.stream(request)) {
            ChatEvent first = stream.iterator().next();
            long end = System.nanoTime();
            if (!(first instanceof ChatEvent.TextDelta)) {
                throw new IllegalStateException("no text came");
            }
            return end - start;
        }
    }
}
