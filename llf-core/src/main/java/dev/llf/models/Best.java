package dev.llf.models;

import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Success;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * The answer of the best model.
 *
 * @param profiles knows how good the models are
 */
record Best(Function<String, ModelProfile> profiles) implements Ensemble {

    Best {
        Objects.requireNonNull(profiles, "profiles");
    }

    @Override
    public EnsembleAnswer merge(List<? extends Answer> answers) {
        List<Success> given = Successes.of(answers);
        Success best = given.get(Successes.indexOfMax(given.stream().mapToDouble(this::quality).toArray()));
        return new EnsembleAnswer(best.response().text(), List.of(best.model()));
    }

    private int quality(Success answer) {
        return profiles.apply(answer.model()).quality().orElse(0);
    }
}
