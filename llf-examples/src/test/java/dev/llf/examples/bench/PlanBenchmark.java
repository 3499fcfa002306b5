package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.TokenCountEstimator;
import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.conversation.ConversationTree;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to tell how many tokens of TinyModel the next prompt has?
 *
 * <p>LLF plans the prompt: exactly, with the share of each part. LangChain4j has an estimator that its users implement, since
 * it knows no chat templates; this one has LLF count each message as a prompt of its own and adds the numbers. Both
 * results are printed. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=PlanBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlanBenchmark {

    private static final String QUESTION = "What is my number?";

    /** How many turns were said before. */
    @Param({"2", "10", "30"}) int turns;

    private Llf llf;
    private Conversation conversation;
    private List<ChatMessage> messages = List.of();
    private TokenCountEstimator estimator;

    @Setup
    public void open() {
        llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).slots(1).threads(1).answerTokens(64).build();
        conversation = llf.conversation();
        for (int i = 0; i < turns; i++) {
            Turn turn = SameTalk.SHORT.turn(i);
            conversation.tree().add(ConversationTree.MAIN, turn.parent(), turn);
        }
        messages = new ArrayList<>(SameTalk.SHORT.messages(turns));
        messages.add(UserMessage.from(QUESTION));
        estimator = new ByMessage(llf.model());
        if (conversation.plan(QUESTION).omission().isPresent()) {
            throw new IllegalStateException("the conversation does not fit");
        }
        System.out.printf("%d turns: planned %d, estimated %d tokens%n", turns, llf(), langchain4j());
    }

    @TearDown
    public void close() {
        llf.close();
    }

    @Benchmark
    public int llf() {
        return conversation.plan(QUESTION).promptTokens();
    }

    @Benchmark
    public int langchain4j() {
        return estimator.estimateTokenCountInMessages(messages);
    }

    /** Counts each message as the only one of a prompt. */
    private record ByMessage(ChatModel model) implements TokenCountEstimator {

        @Override
        public int estimateTokenCountInText(String text) {
            return model.countTokens(ChatRequest.of(Message.user(text)));
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            return estimateTokenCountInText(message instanceof AiMessage answer
                    ? answer.text()
                    : ((UserMessage) message).singleText());
        }

        @Override
        public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
            int sum = 0;
            for (ChatMessage message : messages) {
                sum += estimateTokenCountInMessage(message);
            }
            return sum;
        }
    }
}
