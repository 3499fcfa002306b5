package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.LlfException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.PoolingType;
import dev.llf.spi.Reranker;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(120)
class LlamaRerankerTest {

    @TempDir static Path directory;

    private static LlamaReranker reranker;

    @BeforeAll
    static void open() {
        reranker = builder(GgufBuilder.toyReranker(), "reranker.gguf").build();
    }

    @AfterAll
    static void close() {
        reranker.close();
    }

    private static LlamaReranker.Builder builder(GgufBuilder model, String name) {
        return LlamaReranker.builder(model.write(directory.resolve(name))).threads(1).exitWhenMainReturns(false);
    }

    @Test
    void scoresFromBestToWorst() {
        List<String> documents = List.of("the cat", "a dog", "the dog and the cat", "7", "cat cat cat");

        List<Reranker.Score> scores = reranker.rerank("the cat", documents);

        assertThat(scores).isSortedAccordingTo(Comparator.comparingDouble(Reranker.Score::relevance).reversed());
        assertThat(scores).extracting(Reranker.Score::index).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(scores).allSatisfy(score -> assertThat(score.relevance()).isBetween(0.0, 1.0));
        assertThat(scores).extracting(Reranker.Score::relevance).doesNotHaveDuplicates();
        assertThat(reranker.rerank("the cat", documents)).isEqualTo(scores);
    }

    @Test
    void keepsEqualDocumentsInTheirOrder() {
        List<Reranker.Score> scores = reranker.rerank("cat", List.of("dog", "the dog", "dog", "dog"));

        assertThat(scores).hasSize(4);
        assertThat(scores.stream().map(Reranker.Score::index).filter(index -> index != 1)).containsExactly(0, 2, 3);
        assertThat(scores.stream().filter(score -> score.index() != 1).map(Reranker.Score::relevance).distinct())
                .hasSize(1);
    }

    @Test
    void givesNothingForNoDocuments() {
        assertThat(reranker.rerank("cat", List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D\uDE00", "a\u0000b", "[SEP] cat [CLS]", "\u202Ecat", "\u65e5\u672c", "{{ x }}",
        "\uD83D\uDE00\uD83D\uDE01 cat"})
    void takesAnyTextAsText(String text) {
        assertThat(reranker.rerank("cat " + text, List.of("dog", "dog " + text, "cat"))).hasSize(3)
                .allSatisfy(score -> assertThat(score.relevance()).isBetween(0.0, 1.0));
    }

    @Test
    void refusesTextsWithoutTokens() {
        assertThatThrownBy(() -> reranker.rerank("", List.of("cat"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reranker.rerank("cat", List.of("dog", " ")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reranker.rerank("cat", List.of("\ude00")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesPairsThatAreTooLong() {
        String half = "a ".repeat(60).strip();

        assertThat(reranker.rerank(half, List.of(half))).hasSize(1);
        assertThatThrownBy(() -> reranker.rerank(half, List.of("cat", half + " a")))
                .isInstanceOf(ContextOverflowException.class);
        assertThatThrownBy(() -> reranker.rerank(half + " " + half, List.of("cat")))
                .isInstanceOf(ContextOverflowException.class);
    }

    @Test
    void servesManyThreads() {
        List<String> documents = List.of("dog", "cat", "the dog");
        List<Reranker.Score> alone = reranker.rerank("cat", documents);

        assertThat(IntStream.range(0, 60).parallel().mapToObj(i -> reranker.rerank("cat", documents)).toList())
                .containsOnly(alone);
    }

    @Test
    void refusesModelsThatAreNoRerankers() {
        assertThatThrownBy(() -> LlamaReranker.open(TinyModel.path())).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no reranker");
        assertThatThrownBy(() -> builder(GgufBuilder.toyBert(PoolingType.RANK), "headless.gguf").build())
                .isInstanceOf(LlfException.class).hasMessageContaining("classifier head");
    }

    @Test
    void checksOptions() {
        LlamaReranker.Builder builder = builder(GgufBuilder.toyReranker(), "options.gguf");

        assertThatThrownBy(() -> builder.maxTokens(7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.threads(513)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxTokens(129).build()).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void refusesToWorkWhenClosed() {
        LlamaReranker closed = builder(GgufBuilder.toyReranker(), "reranker.gguf").maxTokens(64).build();
        closed.close();
        closed.close();

        assertThatThrownBy(() -> closed.rerank("cat", List.of("dog"))).isInstanceOf(IllegalStateException.class);
    }
}
