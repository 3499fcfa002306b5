package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.testing.ScriptedChatModel;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a turn with 10 messages of history cost above the model? Both sides get a model that answers at once.
 *
 * <p>LLF takes the last turn back before it sends, so that its history has the same length each time, and plans the prompt
 * exactly; LangChain4j's memory is a window of 10 messages. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=TurnOverheadBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TurnOverheadBenchmark {

    private static final int MESSAGES = 10;
    private static final String QUESTION = "What is LLF?";
    private static final String ANSWER = "A library.";

    private Conversation conversation;
    private Assistant assistant;

    /** LangChain4j makes its implementation. */
    interface Assistant {
        String chat(String text);
    }

    /** Anew for each iteration: the conversation keeps every turn, also those that are taken back. */
    @Setup(Level.Iteration)
    public void open() {
        conversation = Llf.builder().model(ScriptedChatModel.replying(ANSWER).repeating()).build().conversation();
        assistant = AiServices.builder(Assistant.class).chatModel(new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return ChatResponse.builder().aiMessage(AiMessage.from(ANSWER)).build();
            }
        }).chatMemory(MessageWindowChatMemory.withMaxMessages(MESSAGES)).build();
        for (int i = 0; i < MESSAGES / 2; i++) {
            conversation.send(QUESTION);
            assistant.chat(QUESTION);
        }
    }

    @Benchmark
    public String llf() {
        conversation.undo();
        return conversation.send(QUESTION).text();
    }

    @Benchmark
    public String langchain4j() {
        return assistant.chat(QUESTION);
    }
}
