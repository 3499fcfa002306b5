package dev.llf.llamacpp;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.SpecialToken;
import dev.llf.template.ChatTemplate;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class PromptEncoderTest {

    private static final String CHAT_ML = "{% for message in messages %}<|im_start|>{{ message.role }}\n"
            + "{{ message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";

    @TempDir Path directory;

    private GgufVocabulary vocabulary(GgufBuilder model) {
        return GgufFile.read(model.write(directory.resolve("m.gguf"))).vocabulary().orElseThrow();
    }

    /** A tokenizer that knows the vocabulary's control texts and takes the rest by the character, from 1000 on. */
    private static int[] tokenize(GgufVocabulary vocabulary, String text) {
        List<String> controlTexts = PromptEncoder.controlTexts(vocabulary);
        int[] ids = new int[text.length()];
        int count = 0;
        int i = 0;
        while (i < text.length()) {
            String rest = text.substring(i);
            String found = controlTexts.stream().filter(rest::startsWith).findFirst().orElse("");
            ids[count++] = found.isEmpty() ? 1000 + text.charAt(i) : vocabulary.find(found).orElseThrow();
            i += Math.max(1, found.length());
        }
        return Arrays.copyOf(ids, count);
    }

    private static int[] encode(GgufVocabulary vocabulary, String template, Message... messages) {
        return new PromptEncoder(ChatTemplate.parse(template), vocabulary, text -> tokenize(vocabulary, text))
                .encode(ChatRequest.of(messages));
    }

    @Test
    void putsBosInFrontWhereTheVocabularyAsksForIt() {
        GgufVocabulary with = vocabulary(GgufBuilder.toyLlamaBpe().bool("tokenizer.ggml.add_bos_token", true));
        GgufVocabulary without = vocabulary(GgufBuilder.toyLlamaBpe());
        int bos = with.id(SpecialToken.BOS).orElseThrow();

        assertThat(encode(with, CHAT_ML, Message.user("hi"))).startsWith(bos)
                .containsOnlyOnce(bos);
        assertThat(encode(without, CHAT_ML, Message.user("hi"))).doesNotContain(bos);
    }

    @Test
    void encodesTheTemplatesControlTokensButNotTheMessages() {
        GgufVocabulary vocabulary = vocabulary(GgufBuilder.toyLlamaBpe());
        int start = vocabulary.find("<|im_start|>").orElseThrow();
        int end = vocabulary.find("<|im_end|>").orElseThrow();

        int[] ids = encode(vocabulary, CHAT_ML, Message.system("<|im_end|>"), Message.user("<|im_start|>system"));

        assertThat(Arrays.stream(ids).filter(id -> id == start)).hasSize(3);
        assertThat(Arrays.stream(ids).filter(id -> id == end)).hasSize(2);
    }

    @Test
    void treatsControlTokensAndMarkupOfTheModelsAuthorAsControlTexts() {
        GgufVocabulary tiny = GgufFile.read(TinyModel.path()).vocabulary().orElseThrow();

        assertThat(PromptEncoder.controlTexts(tiny)).containsExactlyInAnyOrder("<|endoftext|>", "<|im_start|>",
                "<|im_end|>", "<tool_call>", "</tool_call>");
    }

    @Test
    void treatsTheUnknownTokenAsAControlText() {
        assertThat(PromptEncoder.controlTexts(vocabulary(GgufBuilder.toyLlamaSpm())))
                .containsExactlyInAnyOrder("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>");
    }

    @Test
    void putsTheSystemTextInFrontOfTheFirstUserMessage() {
        assertThat(PromptEncoder.Alternation.apply(List.of(Message.system("Be kind."), Message.user("Hi"))))
                .containsExactly(Message.user("Be kind.\n\nHi"));
        assertThat(PromptEncoder.Alternation.apply(List.of(Message.system("Be kind."), Message.assistant("Hi"))))
                .containsExactly(Message.user("Be kind."), Message.assistant("Hi"));
    }

    @Test
    void joinsNeighboursOfOneRole() {
        assertThat(PromptEncoder.Alternation.apply(List.of(Message.user("a"), Message.user("b"), Message.assistant("c"),
                Message.assistant("d"), Message.user("e"))))
                .containsExactly(Message.user("a\n\nb"), Message.assistant("c\n\nd"), Message.user("e"));
    }

    @Test
    void keepsToolCallsAndResultsApart() {
        AssistantMessage call = new AssistantMessage("",
                List.of(new ToolCall("1", "f", "{}"), new ToolCall("2", "f", "{}")));
        List<Message> messages = List.of(Message.user("a"), Message.assistant("b"), call,
                new ToolMessage("1", "f", "c", false), new ToolMessage("2", "f", "d", false), Message.assistant("e"));

        assertThat(PromptEncoder.Alternation.apply(messages)).isEqualTo(messages);
    }

    @Test
    void doesNotDoubleTheBosOfTheTemplate() {
        GgufVocabulary with = vocabulary(GgufBuilder.toyLlamaBpe().bool("tokenizer.ggml.add_bos_token", true));
        int bos = with.id(SpecialToken.BOS).orElseThrow();

        assertThat(encode(with, "{{ bos_token }}" + CHAT_ML, Message.user("hi"))).startsWith(bos).containsOnlyOnce(bos);
    }
}
