package dev.llf.models;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Chooses a model for a query. Implementations are safe for use by many threads.
 *
 * <p>The built-in routers put the candidates in order of a grade of their profiles, the better first; a grade that is not
 * known counts as {@value ModelProfile#UNKNOWN}, and of equals the earlier candidate comes first.
 */
@FunctionalInterface
public interface Router {

    /**
     * Puts the candidates in order.
     *
     * <p>Whether the question fits a candidate's context is for the caller to see, who takes the first that it fits; earlier
     * turns are trimmed to that context and do not count.
     *
     * @param query      what the user asks, possibly empty
     * @param candidates what to choose from, at least one, no name twice
     * @return the decision; it ranks candidates only, each at most once
     * @throws IllegalArgumentException if there are no candidates or a name is there twice
     */
    RoutingDecision route(String query, List<Candidate> candidates);

    /**
     * Takes the candidates as they come.
     *
     * @return the router {@code manual}
     */
    static Router manual() {
        return (query, candidates) -> RoutingDecision.ranked("manual", candidates, candidate -> 0,
                "the first of %d candidates".formatted(candidates.size()));
    }

    /**
     * Prefers the model whose grade of complexity is nearest to the query's, as {@link QueryComplexity#keywords()} estimates
     * it.
     *
     * @return the router {@code complexity}
     */
    static Router complexity() {
        return complexity(QueryComplexity.keywords());
    }

    /**
     * Prefers the model whose grade of complexity is nearest to the query's.
     *
     * @param estimator tells how complex the query is
     * @return the router {@code complexity}; a score is 10 less the distance
     */
    static Router complexity(QueryComplexity estimator) {
        return new ComplexityRouter(estimator);
    }

    /**
     * Prefers the cheapest model.
     *
     * @return the router {@code cost}
     */
    static Router cost() {
        return highest("cost", ModelProfile::cost);
    }

    /**
     * Prefers the fastest model.
     *
     * @return the router {@code speed}
     */
    static Router speed() {
        return highest("speed", ModelProfile::speed);
    }

    /**
     * Prefers the best model.
     *
     * @return the router {@code quality}
     */
    static Router quality() {
        return highest("quality", ModelProfile::quality);
    }

    private static Router highest(String strategy, Function<ModelProfile, OptionalInt> grade) {
        return (query, candidates) -> RoutingDecision.ranked(strategy, candidates,
                candidate -> grade.apply(candidate.profile()).orElse(ModelProfile.UNKNOWN),
                "the highest grade of %s among %d candidates".formatted(strategy, candidates.size()));
    }
}
