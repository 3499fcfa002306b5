package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.memory.chat.TokenWindowChatMemory;
import dev.langchain4j.model.TokenCountEstimator;
import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.History;
import dev.llf.conversation.Omission;
import dev.llf.conversation.Room;
import dev.llf.conversation.Summary;
import dev.llf.conversation.Window;
import dev.llf.testing.ScriptedChatModel;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

/**
 * How long does it take to choose what the model shall see of a conversation of 1,000 turns, where there is room for a
 * tenth of them, or for all?
 *
 * <p>A token is a word here, and both sides keep the numbers of tokens in maps. LangChain4j's
 * memories have let go of what is no longer shown, LLF's conversation has not, and its window shows half of the room to all
 * of it. {@code llfPlan} is more than the choice: the prompt is put together and counted by a scripted model, which counts
 * the words of all messages each time. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=ViewBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ViewBenchmark {

    private static final int TURNS = 1000;
    private static final String QUESTION = "And now?";

    /** For how many turns there is room. */
    @Param({"100", "1000"}) int room;

    private Conversation conversation;
    private History history;
    private CountedRoom counted;
    private final Window window = Window.tokens();
    private ChatMemory messageWindow;
    private ChatMemory tokenWindow;

    @Setup
    public void open() {
        ChatModel model = ScriptedChatModel.replying("Yes.").withContextTokens(TURNS * 100);
        int tokens = room
                * model.countTokens(ChatRequest.builder().messages(SameTalk.ORDINARY.turn(0).messages()).build());
        conversation = Llf.builder().model(model).window(Window.tokens(tokens)).build().conversation();
        for (int i = 0; i < TURNS; i++) {
            Turn turn = SameTalk.ORDINARY.turn(i);
            conversation.tree().add(ConversationTree.MAIN, turn.parent(), turn);
        }
        history = conversation.history();
        counted = new CountedRoom(tokens, tokens / room);
        int seen = window.view(history, counted).turns().size();
        int planned = TURNS - conversation.plan(QUESTION).omission().map(Omission::turns).orElse(0);
        messageWindow = MessageWindowChatMemory.withMaxMessages(2 * room);
        tokenWindow = TokenWindowChatMemory.withMaxTokens(tokens, new CountedMessages(model));
        for (ChatMessage message : SameTalk.ORDINARY.messages(TURNS)) {
            messageWindow.add(message);
            tokenWindow.add(message);
        }
        System.out.printf("turns seen: llf %d, planned %d, message window %d, token window %d%n", seen, planned,
                messageWindow.messages().size() / 2, tokenWindow.messages().size() / 2);
    }

    @Benchmark
    public Window.View llfWindow() {
        return window.view(history, counted);
    }

    @Benchmark
    public ContextPlan llfPlan() {
        return conversation.plan(QUESTION);
    }

    @Benchmark
    public List<ChatMessage> langchain4jMessageWindow() {
        return messageWindow.messages();
    }

    @Benchmark
    public List<ChatMessage> langchain4jTokenWindow() {
        return tokenWindow.messages();
    }

    /** Remembers the tokens of turns and of histories. */
    private static final class CountedRoom implements Room {

        private final int tokens;
        private final int ofEach;
        private final Map<String, Integer> ofTurns = new HashMap<>();
        private final Map<String, Integer> ofHistories = new HashMap<>();

        CountedRoom(int tokens, int ofEach) {
            this.tokens = tokens;
            this.ofEach = ofEach;
        }

        @Override
        public int tokens() {
            return tokens;
        }

        @Override
        public int tokens(Turn turn) {
            return ofTurns.computeIfAbsent(turn.id(), id -> ofEach);
        }

        @Override
        public int tokens(History history) {
            return history.last()
                    .map(turn -> ofHistories.computeIfAbsent(turn.id(), id -> history.size() * ofEach))
                    .orElse(0);
        }

        @Override
        public Set<String> pinned() {
            return Set.of();
        }

        @Override
        public Optional<Summary> summary(History history) {
            return Optional.empty();
        }

        @Override
        public Summary summarize(History history, Optional<Summary> earlier, int maxTokens) {
            throw new UnsupportedOperationException("this window makes no summaries");
        }
    }

    /** Remembers the tokens of messages. */
    private static final class CountedMessages implements TokenCountEstimator {

        private final ChatModel model;
        private final Map<ChatMessage, Integer> ofMessages = new IdentityHashMap<>();

        CountedMessages(ChatModel model) {
            this.model = model;
        }

        @Override
        public int estimateTokenCountInText(String text) {
            return model.countTokens(ChatRequest.of(Message.user(text)));
        }

        @Override
        public int estimateTokenCountInMessage(ChatMessage message) {
            return ofMessages.computeIfAbsent(message, any -> estimateTokenCountInText(any instanceof AiMessage answer
                    ? answer.text()
                    : ((UserMessage) any).singleText()));
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
