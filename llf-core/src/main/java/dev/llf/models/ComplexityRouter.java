package dev.llf.models;

import java.util.List;
import java.util.Objects;

/**
 * Prefers the model whose grade of complexity is nearest to the query's.
 *
 * @param estimator tells how complex the query is
 */
record ComplexityRouter(QueryComplexity estimator) implements Router {

    private static final int MOST = 10;

    ComplexityRouter {
        Objects.requireNonNull(estimator, "estimator");
    }

    @Override
    public RoutingDecision route(String query, List<Candidate> candidates) {
        int complexity = estimator.estimate(query);
        if (complexity < 1 || complexity > MOST) {
            throw new IllegalArgumentException(
                    "A query's complexity must be 1 to %d; the estimator said %d".formatted(MOST, complexity));
        }
        return RoutingDecision.ranked("complexity", candidates,
                candidate -> MOST
                        - Math.abs(complexity - candidate.profile().complexity().orElse(ModelProfile.UNKNOWN)),
                "the nearest to the query's complexity of %d among %d candidates"
                        .formatted(complexity, candidates.size()));
    }
}
