package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;
import dev.langchain4j.service.output.OutputParsingException;
import dev.langchain4j.service.output.ServiceOutputParser;
import dev.llf.Llf;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.schema.InvalidOutputException;
import dev.llf.testing.TinyModel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
 * How long does it take to read a record out of 100 texts with TinyModel, and how many of them become one?
 *
 * <p>One invocation reads all texts; the counters tell how many became a record ({@code valid}), and how many the right one
 * ({@code right}), in all measured invocations. All is greedy, on the same open model.
 *
 * <p>LangChain4j gets no grammar: it could hand a JSON schema to a model that announces it can follow one, which this adapter
 * does not, so it asks for JSON in the prompt and parses what comes. {@code langchain4j} leaves the words to it;
 * {@code langchain4jWithForm} puts the question that LLF asks, and that TinyModel was trained on, in front of the text;
 * {@code langchain4jFormOnly} asks for a text, so that nothing but this question is said, and has LangChain4j parse it.
 * TinyModel was never shown LangChain4j's instructions, which larger models follow. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=ExtractBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class ExtractBenchmark {

    private static final int TEXTS = 100;
    private static final String FORM = "Extract customer, product, quantity, price as JSON: {{text}}";
    /** More than any right answer needs. */
    private static final int MAX_TOKENS = 128;

    private final List<Order> orders = Order.some(TEXTS);
    private Llf llf;
    private final ServiceOutputParser parser = new ServiceOutputParser();
    private Reader reader;

    /** LangChain4j makes its implementation. */
    interface Reader {
        @UserMessage("{{text}}")
        Order read(@V("text") String text);

        @UserMessage(FORM)
        Order readWithForm(@V("text") String text);

        @UserMessage(FORM)
        String ask(@V("text") String text);
    }

    /** What became of the texts. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Texts {
        public long asked;
        public long valid;
        public long right;
    }

    @Setup
    public void open() {
        llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).slots(1).threads(1).build();
        reader = AiServices.create(Reader.class, new Adapter(llf.model()));
    }

    @TearDown
    public void close() {
        llf.close();
    }

    @Benchmark
    public void llf(Texts texts) {
        readAll(texts, text -> llf.extract(Order.class, text));
    }

    @Benchmark
    public void langchain4j(Texts texts) {
        readAll(texts, reader::read);
    }

    @Benchmark
    public void langchain4jWithForm(Texts texts) {
        readAll(texts, reader::readWithForm);
    }

    @Benchmark
    public void langchain4jFormOnly(Texts texts) {
        readAll(texts, text -> (Order) parser.parseText(Order.class, reader.ask(text)));
    }

    private void readAll(Texts texts, Function<String, Order> read) {
        for (Order order : orders) {
            texts.asked++;
            try {
                Order found = read.apply(order.text());
                texts.valid++;
                texts.right += order.equals(found) ? 1 : 0;
            } catch (OutputParsingException | InvalidOutputException e) {
                // counted as asked only
            }
        }
    }

    /** LLF's model as one of LangChain4j. */
    private record Adapter(dev.llf.chat.ChatModel model) implements ChatModel {

        @Override
        public ChatResponse doChat(ChatRequest request) {
            List<Message> messages = request.messages().stream().map(Adapter::message).toList();
            try (ChatStream stream = model.stream(dev.llf.chat.ChatRequest.builder().messages(messages)
                    .sampling(Sampling.greedy()).maxTokens(MAX_TOKENS).build())) {
                return ChatResponse.builder().aiMessage(AiMessage.from(stream.response().message().text())).build();
            }
        }

        private static Message message(ChatMessage message) {
            return switch (message) {
                case SystemMessage system -> Message.system(system.text());
                case AiMessage answer -> Message.assistant(answer.text());
                case dev.langchain4j.data.message.UserMessage user -> Message.user(user.singleText());
                default -> throw new IllegalArgumentException("no message of " + message.type());
            };
        }
    }
}
