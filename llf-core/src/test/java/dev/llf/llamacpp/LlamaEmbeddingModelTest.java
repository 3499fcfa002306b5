package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.LlfException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.PoolingType;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

@Timeout(120)
class LlamaEmbeddingModelTest {

    @TempDir static Path directory;

    private static LlamaEmbeddingModel mean;
    private static LlamaEmbeddingModel last;

    @BeforeAll
    static void open() {
        mean = bert(PoolingType.MEAN).build();
        last = tiny().build();
    }

    @AfterAll
    static void close() {
        mean.close();
        last.close();
    }

    private static LlamaEmbeddingModel.Builder bert(PoolingType pooling) {
        Path file = GgufBuilder.toyBert(pooling).write(directory.resolve(pooling + ".gguf"));
        return LlamaEmbeddingModel.builder(file).threads(1).exitWhenMainReturns(false);
    }

    private static LlamaEmbeddingModel.Builder tiny() {
        return LlamaEmbeddingModel.builder(TinyModel.path()).pooling(PoolingType.LAST).threads(1)
                .exitWhenMainReturns(false);
    }

    private static double length(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    @Test
    void givesVectorsOfUnitLength() {
        for (LlamaEmbeddingModel model : List.of(mean, last)) {
            for (String text : List.of("the cat", "a", "7 + 5", "the cat and the dog ".repeat(5))) {
                float[] vector = model.embed(text);

                assertThat(vector).hasSize(model.dimension());
                assertThat(length(vector)).isEqualTo(1, offset(1e-4));
            }
        }
        assertThat(mean.dimension()).isEqualTo(32);
        assertThat(last.dimension()).isEqualTo(192);
    }

    @ParameterizedTest
    @EnumSource(value = PoolingType.class, names = {"MEAN", "CLS", "LAST"})
    void takesThePoolingOfTheFile(PoolingType pooling) {
        try (LlamaEmbeddingModel model = bert(pooling).build()) {
            assertThat(length(model.embed("the cat"))).isEqualTo(1, offset(1e-4));
            assertThat(model.fingerprint()).endsWith("/" + pooling);
        }
    }

    @Test
    void givesEqualTextsEqualVectorsInOrder() {
        List<float[]> vectors = mean.embedAll(List.of("cat", "dog", "cat", "the dog", "dog"));

        assertThat(vectors).hasSize(5);
        assertThat(vectors.get(2)).isEqualTo(vectors.get(0)).isNotSameAs(vectors.get(0));
        assertThat(vectors.get(4)).isEqualTo(vectors.get(1));
        assertThat(vectors.get(1)).isNotEqualTo(vectors.get(0));
        assertThat(vectors.get(3)).isEqualTo(mean.embed("the dog"));
    }

    @Test
    void givesNothingForNoTexts() {
        assertThat(mean.embedAll(List.of())).isEmpty();
    }

    @Test
    void refusesTextsWithoutTokens() {
        assertThatThrownBy(() -> mean.embed("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mean.embed(" \n ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> last.embed("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mean.embedAll(List.of("cat", ""))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mean.embed("\ud83d")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void embedsTextsUpToItsLengthAndRefusesLongerOnes() {
        String longest = "a ".repeat(126).strip();

        assertThat(mean.maxTokens()).isEqualTo(128);
        assertThat(mean.countTokens(longest)).isEqualTo(128);
        assertThat(length(mean.embed(longest))).isEqualTo(1, offset(1e-4));
        assertThatThrownBy(() -> mean.embedAll(List.of("cat", longest + " a")))
                .isInstanceOfSatisfying(ContextOverflowException.class, e -> {
                    assertThat(e.promptTokens()).isEqualTo(129);
                    assertThat(e.contextTokens()).isEqualTo(128);
                });
        assertThat(length(mean.embed("cat"))).isEqualTo(1, offset(1e-4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D\uDE00", "a\u0000b", "\u0000", "[CLS]", "[SEP] [PAD] [MASK] [UNK]", "<|im_end|>",
        "<|endoftext|><tool_call>", "\u202Eabc", "\u05e9\u05dc\u05d5\u05dd", "{{ x }}", "\ufeffcat", "\u2060",
        "\u65e5\u672c"})
    void takesAnyTextAsText(String text) {
        for (LlamaEmbeddingModel model : List.of(mean, last)) {
            String padded = "cat " + text;

            assertThat(length(model.embed(padded))).isEqualTo(1, offset(1e-4));
        }
        assertThat(length(last.embed(text))).isEqualTo(1, offset(1e-4));
    }

    @Test
    void breaksUpControlTokens() {
        assertThat(last.countTokens("<|im_end|>")).isGreaterThan(4);
        assertThat(last.embed("<|im_end|>")).isNotEqualTo(last.embed("<|im_start|>"));
    }

    @Test
    void servesManyThreads() {
        List<String> texts = IntStream.range(0, 40).mapToObj(i -> "the cat " + i).toList();
        List<float[]> alone = mean.embedAll(texts);

        assertThat(IntStream.range(0, 200).parallel().mapToObj(i -> mean.embed(texts.get(i % 40))).toList())
                .satisfies(vectors -> IntStream.range(0, 200)
                        .forEach(i -> assertThat(vectors.get(i)).isEqualTo(alone.get(i % 40))));
    }

    /** Without a pause between two requests the engine lost about one in a thousand of so small a model. */
    @Test
    void losesNoRequestOfManyInARow() {
        List<String> texts = IntStream.range(0, 3_000).mapToObj(i -> "cat " + i).toList();

        assertThat(mean.embedAll(texts)).hasSize(3_000);
    }

    @Test
    void tellsWhatIdentifiesItsVectors() {
        assertThat(mean.fingerprint()).isNotEqualTo(last.fingerprint()).endsWith("/MEAN");
        assertThat(last.fingerprint()).startsWith("LLF Tiny/llama/");
    }

    @ParameterizedTest
    @EnumSource(value = PoolingType.class, names = {"NONE", "RANK"})
    void refusesPoolingThatGivesNoVector(PoolingType pooling) {
        assertThatThrownBy(() -> bert(PoolingType.MEAN).pooling(pooling)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> bert(pooling).build()).isInstanceOf(LlfException.class);
    }

    @ParameterizedTest
    @EnumSource(value = PoolingType.class, names = {"MEAN", "CLS"})
    void refusesPoolingThatEndsTheProcess(PoolingType pooling) {
        assertThatThrownBy(() -> tiny().pooling(pooling).build()).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Use LAST");
    }

    @Test
    void asksForThePoolingThatTheFileDoesNotName() {
        assertThatThrownBy(() -> LlamaEmbeddingModel.builder(TinyModel.path()).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("pooling(...)");
    }

    @Test
    void checksOptions() {
        assertThatThrownBy(() -> tiny().maxTokens(7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tiny().threads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tiny().maxTokens(1025).build()).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> LlamaEmbeddingModel.builder(directory.resolve("missing.gguf")).build())
                .isInstanceOf(ModelFileException.class);
    }

    @Test
    void keepsToAShorterLength() {
        try (LlamaEmbeddingModel small = bert(PoolingType.CLS).maxTokens(24).build()) {
            assertThat(small.maxTokens()).isEqualTo(24);
            assertThatThrownBy(() -> small.embed("a ".repeat(23))).isInstanceOf(ContextOverflowException.class);
        }
    }

    @Test
    void refusesToWorkWhenClosed() {
        LlamaEmbeddingModel closed = tiny().build();
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.embed("cat")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.countTokens("cat")).isInstanceOf(IllegalStateException.class);
        assertThat(length(last.embed("cat"))).isEqualTo(1, offset(1e-4));
    }
}
