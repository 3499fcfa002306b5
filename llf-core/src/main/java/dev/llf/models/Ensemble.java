package dev.llf.models;

import dev.llf.spi.EmbeddingModel;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes one answer of several models' answers. Models that failed do not count. Implementations are safe for use by many
 * threads.
 */
@FunctionalInterface
public interface Ensemble {

    /**
     * Makes one answer.
     *
     * @param answers what came of the request to each model, in the order of preference
     * @return the answer
     * @throws EnsembleException        if no model has answered
     * @throws IllegalArgumentException if there are no answers
     */
    EnsembleAnswer merge(List<? extends ModelComparison.Answer> answers);

    /**
     * Puts all answers under each other, each below its model's name in bold type.
     *
     * @return the ensemble {@code concat}
     */
    static Ensemble concat() {
        return new Concat();
    }

    /**
     * Takes the answer that most models gave, small and capital letters, white space and the punctuation around words
     * aside.
     *
     * @return the ensemble {@code vote}
     */
    static Ensemble vote() {
        return new Vote(Optional.empty());
    }

    /**
     * Takes the answer that most models gave, and if no two agree, the one that is most like the others.
     *
     * @param embedding tells how alike answers are; the caller closes it
     * @return the ensemble {@code vote}
     */
    static Ensemble vote(EmbeddingModel embedding) {
        return new Vote(Optional.of(embedding));
    }

    /**
     * Takes the answer of the model with the highest grade of quality; a grade that is not known counts as 0.
     *
     * @param profiles knows the models' profiles, such as {@link ModelPool#profile}
     * @return the ensemble {@code best}
     */
    static Ensemble best(Function<String, ModelProfile> profiles) {
        return new Best(profiles);
    }
}
