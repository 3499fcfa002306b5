package dev.llf.testing;

import dev.llf.error.ContextOverflowException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class HashEmbeddingModelTest {

    private final HashEmbeddingModel model = new HashEmbeddingModel();

    private double likeness(String one, String other) {
        return dot(model.embed(one), model.embed(other));
    }

    private static double dot(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }

    @Test
    void givesTextsThatShareWordsVectorsThatAreAlike() {
        String text = "The founder of Zorblax is Ada Lovelace.";

        double same = likeness(text, "zorblax founder?  ADA lovelace, the... is of");
        double related = likeness(text, "Who founded Zorblax?");
        double stranger = likeness(text, "Bananas grow quickly under tropical sun");

        assertThat(same).isEqualTo(1, within(1e-6));
        assertThat(related).isBetween(0.3, 0.9);
        assertThat(stranger).isLessThan(0.2);
        assertThat(related).isGreaterThan(stranger + 0.2);
    }

    @Test
    void givesTheSameVectorEverywhere() {
        Locale before = Locale.getDefault();
        float[] expected = model.embed("TITLE I");
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(new HashEmbeddingModel().embed("title i")).containsExactly(expected);
        } finally {
            Locale.setDefault(before);
        }
        assertThat(model.embed("caf\u00e9")).containsExactly(model.embed("CAFE\u0301"));
        assertThat(model.fingerprint()).isEqualTo("hash-v1-256");
        assertThat(new HashEmbeddingModel(64, 1).fingerprint()).isEqualTo("hash-v1-64");
    }

    /** The numbers come from a second program, in Python, for version 1; if they change, so must the fingerprint. */
    @Test
    void keepsTheVectorsOfItsFingerprint() {
        float[] vector = new HashEmbeddingModel(8, 4).embed("Ada");

        assertThat(vector).containsExactly(0.37796447f, -0.37796447f, 0, 0, 0, -0.75592893f, -0.37796447f, 0);
    }

    @Test
    void givesUnitVectorsForWhateverHasAWord() {
        Random random = new Random(7);
        HashEmbeddingModel small = new HashEmbeddingModel(8, 100);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(4); k >= 0; k--) {
                text.appendCodePoint('a' + random.nextInt(26)).append(random.nextBoolean() ? " " : "");
            }
            float[] vector = small.embed(text.toString());
            assertThat(dot(vector, vector)).isEqualTo(1, within(1e-5));
        }
    }

    @Test
    void countsWordsOfEveryScript() {
        assertThat(model.countTokens(
                "Ada's 3 lamps, \u00e9t\u00e9; \u6771\u4eac \u0939\u093f\u0928\u094d\u0926\u0940 \uD801\uDC00x"))
                .isEqualTo(8);
        assertThat(model.countTokens(" ?! \uD83D\uDE00")).isZero();
    }

    @Test
    void refusesTextThatItCannotEmbed() {
        HashEmbeddingModel small = new HashEmbeddingModel(8, 2);

        for (String text : List.of("", "  \n", "?! \uD83D\uDE00", "\uD83D", "a \uDE00 b", "a\uD83D")) {
            assertThatIllegalArgumentException().isThrownBy(() -> small.embed(text));
        }
        assertThatThrownBy(() -> small.embedAll(List.of("a", "a b c"))).isInstanceOfSatisfying(
                ContextOverflowException.class, e -> assertThat(e.promptTokens()).isEqualTo(3));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashEmbeddingModel(7, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashEmbeddingModel(4097, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new HashEmbeddingModel(8, 0));
    }

    @Test
    void givesEachTextItsOwnArray() {
        List<float[]> vectors = model.embedAll(List.of("a", "b", "a"));

        assertThat(vectors.get(0)).containsExactly(vectors.get(2)).isNotSameAs(vectors.get(2));
        assertThat(vectors.get(0)).isNotEqualTo(vectors.get(1));
        assertThat(model.embedAll(List.of())).isEmpty();
    }

    @Test
    void refusesToWorkWhenClosed() {
        model.close();
        model.close();

        assertThatIllegalStateException().isThrownBy(() -> model.embed("a")).withMessageEndingWith("is closed");
        assertThatIllegalStateException().isThrownBy(() -> model.countTokens("a"));
    }
}
