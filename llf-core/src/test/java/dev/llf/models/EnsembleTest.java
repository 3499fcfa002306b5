package dev.llf.models;

import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Timings;
import dev.llf.chat.Usage;
import dev.llf.error.EngineException;
import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Failure;
import dev.llf.models.ModelComparison.Success;
import dev.llf.testing.HashEmbeddingModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class EnsembleTest {

    private static final Failure FAILURE = new Failure("broken", new EngineException("no luck"), Optional.empty(),
            Duration.ZERO);

    /** Answers of models a, b, c and so on. */
    private static List<Answer> answers(String... texts) {
        List<Answer> answers = new ArrayList<>();
        for (String text : texts) {
            ChatResponse response = new ChatResponse(Message.assistant(text), FinishReason.STOP, Usage.NONE,
                    Timings.NONE);
            answers.add(new Success(String.valueOf((char) ('a' + answers.size())), response, Duration.ZERO));
        }
        return answers;
    }

    private static List<Answer> withFailure(List<Answer> answers) {
        List<Answer> all = new ArrayList<>(answers);
        all.addFirst(FAILURE);
        return all;
    }

    @Test
    void concatPutsEachAnswerUnderItsModel() {
        EnsembleAnswer merged = Ensemble.concat().merge(withFailure(answers("One.\n", "Two.")));

        assertThat(merged.text()).isEqualTo("**a**\n\nOne.\n\n**b**\n\nTwo.");
        assertThat(merged.models()).containsExactly("a", "b");
    }

    @Test
    void voteTakesTheMostFrequent() {
        EnsembleAnswer merged = Ensemble.vote().merge(withFailure(answers("Lyon", "Paris!", "  paris", "**PARIS**.")));

        assertThat(merged).isEqualTo(new EnsembleAnswer("Paris!", List.of("b", "c", "d")));
    }

    @Test
    void ofEquallyFrequentVotesTheEarlierWins() {
        assertThat(Ensemble.vote().merge(answers("x", "y", "Y", "X")))
                .isEqualTo(new EnsembleAnswer("x", List.of("a", "d")));
        assertThat(Ensemble.vote().merge(answers("y", "x"))).isEqualTo(new EnsembleAnswer("y", List.of("a")));
    }

    @Test
    void whoSaysNothingHasNoSay() {
        assertThat(Ensemble.vote().merge(answers("", " ", "x")).text()).isEqualTo("x");
        assertThat(Ensemble.vote().merge(answers("", " ")).models()).containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "Paris | paris.", "a  b\u00a0c | A B C", "\"Yes,\" | yes", "\ufb01ne | fine", "\uff21\uff22 | ab",
        "e\u0301t\u00e9 | \u00e9te\u0301", "STRASSE | stra\u00dfe", "- item | item", "(42) | 42.",
        "\u201cno\u201d | No!",
        "_well_ `done` | well done", "what\u2026 | what", "\u6771\u4eac\u3002 | \u6771\u4eac"})
    void sameAnswers(String one, String other) {
        assertThat(BareText.of(one)).isEqualTo(BareText.of(other));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"3.5 | 35", "-5 | 5", ".5 | 5", "-.5 | .5", "-$5 | $5", "5% | 5", "it's | its",
        "C# | C", "C++ | C", "a b | ab", "yes | no", "10:30 | 1030"})
    void otherAnswers(String one, String other) {
        assertThat(BareText.of(one)).isNotEqualTo(BareText.of(other));
    }

    @Test
    void takesLongRunsOfPunctuation() {
        assertThat(BareText.of("*".repeat(200_000) + "x" + ".".repeat(200_000))).isEqualTo("x");
        assertThat(BareText.of("a" + ".".repeat(200_000) + "b")).hasSize(200_002);
    }

    @Test
    void takesTheMiddleWhenNoTwoAgree() {
        List<Answer> answers = answers("bananas are yellow", "the capital of France is Paris",
                "Paris is the capital of France today", "France has the capital Paris");
        try (HashEmbeddingModel vectors = new HashEmbeddingModel()) {
            assertThat(Ensemble.vote(vectors).merge(answers).models()).containsExactly("b");
            assertThat(Ensemble.vote().merge(answers).models()).containsExactly("a");
            assertThat(Ensemble.vote(vectors).merge(answers("x y", "z"))).extracting(EnsembleAnswer::models)
                    .isEqualTo(List.of("a"));
        }
    }

    @Test
    void doesNotEmbedWhereTwoAgree() {
        HashEmbeddingModel closed = new HashEmbeddingModel();
        closed.close();

        assertThat(Ensemble.vote(closed).merge(answers("x", "y", "y")).text()).isEqualTo("y");
        assertThat(Ensemble.vote(closed).merge(answers("x")).text()).isEqualTo("x");
    }

    @Test
    void bestTakesTheHighestQuality() {
        Map<String, ModelProfile> profiles = Map.of("b", ModelProfile.builder().quality(1).build(), "c",
                ModelProfile.builder().quality(9).build(), "broken", ModelProfile.builder().quality(10).build());
        Ensemble best = Ensemble.best(name -> profiles.getOrDefault(name, ModelProfile.NONE));

        assertThat(best.merge(withFailure(answers("x", "y", "z")))).isEqualTo(new EnsembleAnswer("z", List.of("c")));
        assertThat(best.merge(answers("x", "y")).text()).isEqualTo("y");
        assertThat(Ensemble.best(name -> ModelProfile.NONE).merge(answers("x", "y")).text()).isEqualTo("x");
    }

    @Test
    void allFailedIsAnErrorWithAllCauses() {
        Failure other = new Failure("other", new IllegalStateException("closed"), Optional.empty(), Duration.ZERO);
        for (Ensemble ensemble : List.of(Ensemble.concat(), Ensemble.vote(),
                Ensemble.best(name -> ModelProfile.NONE))) {
            EnsembleException e = catchThrowableOfType(EnsembleException.class,
                    () -> ensemble.merge(List.of(FAILURE, other)));

            assertThat(e).hasMessage("None of the 2 models has answered. broken: no luck other: closed")
                    .hasCause(FAILURE.cause()).hasSuppressedException(other.cause());
            assertThat(e.failures()).containsExactly(FAILURE, other);
            assertThatThrownBy(() -> ensemble.merge(List.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
