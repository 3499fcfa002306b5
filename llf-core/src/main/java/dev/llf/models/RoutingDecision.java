package dev.llf.models;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Which model is to answer, and why. It holds nothing of the query, so it may be logged.
 *
 * @param strategy the router's name
 * @param ranking  the candidates with their scores, the preferred first; at least one, no name twice
 * @param reason   a few words for people
 */
public record RoutingDecision(String strategy, List<Score> ranking, String reason) {

    /**
     * A candidate and how well it suits.
     *
     * @param model the model's name
     * @param score the larger the better; comparable within one decision only
     */
    public record Score(String model, double score) {}

    /**
     * Checks and copies the values.
     *
     * @throws IllegalArgumentException if the ranking is empty or has a name twice
     */
    public RoutingDecision {
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(reason, "reason");
        ranking = List.copyOf(ranking);
        if (ranking.isEmpty()) {
            throw new IllegalArgumentException("There are no candidates to choose from");
        }
        Set<String> names = new HashSet<>();
        for (Score score : ranking) {
            if (!names.add(score.model())) {
                throw new IllegalArgumentException("The candidate '%s' is there twice".formatted(score.model()));
            }
        }
    }

    /**
     * Makes a decision for the candidate with the highest score; of equals the earlier candidate comes first.
     *
     * @param strategy   the router's name
     * @param candidates what to choose from
     * @param score      how well a candidate suits
     * @param reason     a few words for people, without the query's
     * @return the decision
     * @throws IllegalArgumentException if there are no candidates or a name is there twice
     */
    public static RoutingDecision ranked(String strategy, List<Candidate> candidates, ToDoubleFunction<Candidate> score,
            String reason) {
        List<Score> ranking = new ArrayList<>();
        candidates.forEach(each -> ranking.add(new Score(each.model(), score.applyAsDouble(each))));
        ranking.sort(Comparator.comparingDouble(Score::score).reversed());
        return new RoutingDecision(strategy, ranking, reason);
    }

    /**
     * Returns the model that is to answer.
     *
     * @return the name of the first of the ranking
     */
    public String model() {
        return ranking.getFirst().model();
    }

    /**
     * Returns who is to answer if the question does not fit the chosen model's context.
     *
     * @return the names after the first, the preferred first; possibly empty
     */
    public List<String> alternatives() {
        return ranking.stream().skip(1).map(Score::model).toList();
    }
}
