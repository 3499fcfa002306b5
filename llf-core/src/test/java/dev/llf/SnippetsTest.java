package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of the documentation, which run as tests. */
class SnippetsTest {

    @Test
    void hello() {
        // @start region="hello"
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            System.out.println(llf.chat("What is LLF?").text());
        }
        // @end
    }

    @Test
    void conversation() {
        // @start region="conversation"
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");
            try (ReplyStream stream = talk.stream("What is my name?")) {
                for (ChatEvent event : stream) {
                    if (event instanceof ChatEvent.TextDelta delta) {
                        System.out.print(delta.text());
                    }
                }
                Reply reply = stream.reply(); // finishReason(), usage(), timings()
                // @end
                assertThat(reply.text()).isEqualTo("Your name is Ada.");
                assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
                // @start region="conversation-fork"
            }
            Conversation other = talk.fork(); // a branch; both go on independently
            // @end
            assertThat(other.turns()).isEqualTo(talk.turns());
        }
    }

    @Test
    void extraction() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            // @start region="extract"
            record Order(String customer, String product, int quantity, int price) {}
            Order order = llf.extract(Order.class, "Ada ordered 3 lamps for 40 dollars.");
            // @end
            assertThat(order).isEqualTo(new Order("Ada", "lamp", 3, 40));
        }
    }

    @Test
    void scriptedModel() {
        // @start region="scripted"
        ScriptedChatModel model = ScriptedChatModel.replying("Hello").thenReplying("Sunny.");
        try (Llf llf = Llf.builder().model(model).build()) {
            Conversation talk = llf.conversation();
            assertThat(talk.send("Hi").text()).isEqualTo("Hello");
            assertThat(talk.send("How is the weather?").text()).isEqualTo("Sunny.");
        }
        assertThat(model.requests()).hasSize(2);
        // @end
    }

    @Test
    void modelFile() {
        Path file = TinyModel.path();
        // @start region="gguf"
        GgufFile gguf = GgufFile.read(file);
        gguf.checkRunnable(); // throws a ModelFileException that says what, where, found and expected
        long bytes = gguf.estimateMemory(4096, 1, KvType.F16, KvType.F16).totalBytes();
        // @end
        assertThat(bytes).isGreaterThan(gguf.weightBytes());
    }

    /** What the README shows is what runs above, line by line. */
    @Test
    void readmeShowsThisCode() throws IOException {
        List<String> own = Files.readString(Path.of("src/test/java/dev/llf/SnippetsTest.java")).lines()
                .map(String::strip).toList();
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "README.md")));
        int count = 0;
        while (blocks.find()) {
            assertThat(own).containsAll(blocks.group(1).lines().map(String::strip).toList());
            count++;
        }
        assertThat(count).isEqualTo(4);
    }
}
