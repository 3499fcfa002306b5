package dev.llf.models;

import dev.llf.error.LlfException;
import java.util.List;

/** No model has answered: look at the {@linkplain #failures() failures}, or ask other models. */
public final class EnsembleException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** What went wrong with each model; gone after serialisation, the message and the suppressed exceptions remain. */
    private final transient List<ModelComparison.Failure> failures;

    EnsembleException(List<ModelComparison.Failure> failures) {
        super(message(failures), failures.getFirst().cause());
        this.failures = List.copyOf(failures);
        failures.stream().skip(1).forEach(failure -> addSuppressed(failure.cause()));
    }

    private static String message(List<ModelComparison.Failure> failures) {
        List<String> reasons = failures.stream().map(each -> each.model() + ": " + each.cause().getMessage()).toList();
        return "None of the %d models has answered. %s".formatted(failures.size(), String.join(" ", reasons));
    }

    /**
     * Returns what went wrong with each model.
     *
     * @return a failure for each model in the order of the answers; empty after serialisation
     */
    public List<ModelComparison.Failure> failures() {
        return failures == null ? List.of() : failures;
    }
}
