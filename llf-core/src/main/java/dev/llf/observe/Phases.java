package dev.llf.observe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How long each kind of work took in a turn, all rounds together. They do not overlap.
 *
 * @param queue    waiting for the earlier turns and for the model
 * @param recall   asking the memory
 * @param retrieve searching documents
 * @param plan     putting prompts together, apart from recall and retrieve
 * @param prefill  evaluating prompts, until the first token
 * @param decode   writing answers
 * @param tools    running tools; side by side counts once
 * @param commit   keeping the turn in the log
 */
record Phases(Duration queue, Duration recall, Duration retrieve, Duration plan, Duration prefill, Duration decode,
        Duration tools, Duration commit) {

    static Phases of(TurnTimeline turn) {
        Duration nested = sum(turn.lookups().stream().filter(turn::withinPlanning).map(Lookup::interval));
        Duration planning = sum(turn.rounds(), Round::planning);
        Duration rest = turn.rest().length();
        boolean answered = turn.isAnswered();
        Duration planned = nested.compareTo(planning) < 0 ? planning.minus(nested) : Duration.ZERO;
        return new Phases(turn.queue().length().plus(sum(turn.rounds(), Round::waiting)), lookups(turn, true),
                lookups(turn, false), answered ? planned : planned.plus(rest), sum(turn.rounds(), Round::prefill),
                sum(turn.rounds(), Round::decode), sum(turn.rounds(), Round::toolTime),
                answered ? rest : Duration.ZERO);
    }

    private static Duration lookups(TurnTimeline turn, boolean memory) {
        return sum(turn.lookups().stream().filter(each -> each.memory() == memory).map(Lookup::interval));
    }

    private static Duration sum(List<Round> rounds, Function<Round, Optional<Interval>> part) {
        return sum(rounds.stream().flatMap(round -> part.apply(round).stream()));
    }

    private static Duration sum(Stream<Interval> parts) {
        return parts.map(Interval::length).reduce(Duration.ZERO, Duration::plus);
    }
}
