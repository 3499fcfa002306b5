package dev.llf.examples.bench;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.testing.TinyModel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long until the first token of a turn whose first 800 tokens the engine has never seen, and of the turn after it?
 *
 * <p>Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=SecondTurnBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class SecondTurnBenchmark {

    private static final int FIRST_TURN_TOKENS = 800;

    private Llf llf;
    private String body = "";
    private String cold = "";
    private Conversation warm;
    private int count;

    @Setup
    public void open() {
        llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).slots(1).threads(1).sampling(Sampling.greedy())
                .maxTokens(16).build();
        StringBuilder text = new StringBuilder();
        while (llf.model().countTokens(ChatRequest.of(Message.user(text.toString()))) < FIRST_TURN_TOKENS) {
            text.append("My name is Ada. I live in Rome. ");
        }
        body = text.toString();
    }

    @TearDown
    public void close() {
        llf.close();
    }

    /** A text that differs from its first word on, and a conversation that has begun with such a text. */
    @Setup(Level.Invocation)
    public void prepare() {
        warm = llf.conversation();
        warm.send(unseen());
        cold = unseen();
    }

    private String unseen() {
        return count++ + " " + body;
    }

    @Benchmark
    public int firstTokenOfColdTurn() {
        return firstToken(llf.conversation(), cold);
    }

    @Benchmark
    public int firstTokenOfSecondTurn() {
        return firstToken(warm, "What is my name?");
    }

    private static int firstToken(Conversation talk, String text) {
        try (ReplyStream stream = talk.stream(text)) {
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    return delta.text().length();
                }
            }
        }
        throw new IllegalStateException("no text");
    }
}
