package dev.llf.models;

import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Failure;
import dev.llf.models.ModelComparison.Success;
import java.util.ArrayList;
import java.util.List;

/** What all ensembles begin with. */
final class Successes {

    private Successes() {}

    /**
     * Returns the answers that were given.
     *
     * @throws EnsembleException        if there are none
     * @throws IllegalArgumentException if nobody was asked
     */
    static List<Success> of(List<? extends Answer> answers) {
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("There are no answers; an ensemble needs at least one");
        }
        List<Success> given = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (Answer answer : answers) {
            switch (answer) {
                case Success success -> given.add(success);
                case Failure failure -> failures.add(failure);
            }
        }
        if (given.isEmpty()) {
            throw new EnsembleException(failures);
        }
        return given;
    }

    /** Returns where the largest value is, the first of equal ones. */
    static int indexOfMax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
