package dev.llf.observe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The figures of several turns. Counts are over all of them, times and speeds over those that ended {@link Outcome#OK ok}.
 *
 * @param totals                 counts over all the turns
 * @param queueSeconds           waiting for earlier turns and for the model
 * @param firstTokenSeconds      from the start of the turn to the first token, waiting included
 * @param totalSeconds           from the start of the turn to its end
 * @param prefillTokensPerSecond speed at which prompts were evaluated, turn by turn
 * @param decodeTokensPerSecond  speed at which answers were written, turn by turn
 * @param prefillThroughput      all evaluated tokens divided by all the time that took
 * @param decodeThroughput       all written tokens divided by all the time that took
 */
public record MetricsSnapshot(Totals totals, Optional<Distribution> queueSeconds,
        Optional<Distribution> firstTokenSeconds, Optional<Distribution> totalSeconds,
        Optional<Distribution> prefillTokensPerSecond, Optional<Distribution> decodeTokensPerSecond,
        OptionalDouble prefillThroughput, OptionalDouble decodeThroughput) {

    static MetricsSnapshot of(List<TurnMetrics> turns) {
        List<TurnMetrics> ok = turns.stream().filter(turn -> turn.outcome() == Outcome.OK).toList();
        return new MetricsSnapshot(Totals.of(turns),
                seconds(ok.stream().map(TurnMetrics::queueWait)),
                seconds(ok.stream().flatMap(turn -> turn.firstToken().stream())),
                seconds(ok.stream().map(TurnMetrics::total)), rates(ok, TurnMetrics::prefill),
                rates(ok, TurnMetrics::decoding), throughput(ok, TurnMetrics::prefill),
                throughput(ok, TurnMetrics::decoding));
    }

    private static Optional<Distribution> seconds(Stream<Duration> times) {
        return Distribution.of(times.mapToDouble(Speed::seconds));
    }

    private static Optional<Distribution> rates(List<TurnMetrics> turns, Function<TurnMetrics, Speed> part) {
        return Distribution.of(turns.stream().map(part)
                .flatMapToDouble(speed -> speed.perSecond().stream()));
    }

    private static OptionalDouble throughput(List<TurnMetrics> turns, Function<TurnMetrics, Speed> part) {
        return turns.stream().map(part).reduce(Speed.NONE, Speed::plus).perSecond();
    }
}
