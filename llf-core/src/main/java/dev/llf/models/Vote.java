package dev.llf.models;

import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Success;
import dev.llf.spi.EmbeddingModel;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The answer that most models gave.
 *
 * @param embedding tells which answer is most like the others when no two agree
 */
record Vote(Optional<EmbeddingModel> embedding) implements Ensemble {

    @Override
    public EnsembleAnswer merge(List<? extends Answer> answers) {
        List<Success> given = speaking(Successes.of(answers));
        List<String> votes = given.stream().map(each -> BareText.of(each.response().text())).toList();
        int winner = winner(votes).orElseGet(() -> medoid(given));
        List<String> agreeing = IntStream.range(0, given.size()).filter(i -> votes.get(i).equals(votes.get(winner)))
                .mapToObj(i -> given.get(i).model()).toList();
        return new EnsembleAnswer(given.get(winner).response().text(), agreeing);
    }

    /** A model that said nothing has no say, unless none said anything. */
    private static List<Success> speaking(List<Success> given) {
        List<Success> speaking = given.stream().filter(each -> !each.response().text().isBlank()).toList();
        return speaking.isEmpty() ? given : speaking;
    }

    /** Where the first of the most frequent votes is; empty if no two agree. */
    private static Optional<Integer> winner(List<String> votes) {
        double[] counts = votes.stream().mapToDouble(vote -> Collections.frequency(votes, vote)).toArray();
        int winner = Successes.indexOfMax(counts);
        return counts[winner] > 1 ? Optional.of(winner) : Optional.empty();
    }

    /** Where the answer is that points most in the direction of the others; the first if that cannot be told. */
    private int medoid(List<Success> given) {
        if (embedding.isEmpty() || given.size() == 1) {
            return 0;
        }
        List<float[]> vectors = embedding.get()
                .embedAll(given.stream().map(each -> each.response().text()).toList());
        return Successes.indexOfMax(vectors.stream().mapToDouble(each -> closeness(each, vectors)).toArray());
    }

    /** It is as close to itself as any other to itself. */
    private static double closeness(float[] vector, List<float[]> all) {
        return all.stream().mapToDouble(other -> cosine(vector, other)).sum();
    }

    private static double cosine(float[] a, float[] b) {
        double lengths = Math.sqrt(dot(a, a) * dot(b, b));
        return lengths == 0 ? 0 : dot(a, b) / lengths;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
