package dev.llf.observe;

import dev.llf.spi.TurnEvent.Admitted;
import dev.llf.spi.TurnEvent.Answered;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Tokens, and the time that they took; only where both are known.
 *
 * @param tokens how many
 * @param time   how long
 */
record Speed(long tokens, Duration time) {

    static final Speed NONE = new Speed(0, Duration.ZERO);
    private static final double NANOS = 1e9;

    /** What was evaluated of the prompts until the first tokens came. */
    static Speed ofPrefill(List<Round> rounds) {
        return rounds.stream().map(Speed::ofPrefill).reduce(NONE, Speed::plus);
    }

    static Speed ofPrefill(Round round) {
        Optional<Admitted> admitted = round.admitted();
        if (admitted.isEmpty() || round.firstToken().isEmpty()) {
            return NONE;
        }
        int evaluated = admitted.get().promptTokens() - admitted.get().cachedTokens();
        return evaluated > 0 ? new Speed(evaluated, round.prefill().orElseThrow().length()) : NONE;
    }

    /** What was written after the first token: one token fewer than the answer has. */
    static Speed ofDecoding(List<Round> rounds) {
        return rounds.stream().map(Speed::ofDecoding).reduce(NONE, Speed::plus);
    }

    static Speed ofDecoding(Round round) {
        Optional<Answered> answered = round.answered();
        if (answered.isEmpty() || round.firstToken().isEmpty()) {
            return NONE;
        }
        int written = answered.get().response().usage().completionTokens() - 1;
        return written > 0 ? new Speed(written, round.decode().orElseThrow().length()) : NONE;
    }

    Speed plus(Speed other) {
        return new Speed(tokens + other.tokens, time.plus(other.time));
    }

    OptionalDouble perSecond() {
        return tokens > 0 && !time.isZero()
                ? OptionalDouble.of(tokens / seconds(time))
                : OptionalDouble.empty();
    }

    static double seconds(Duration time) {
        return time.getSeconds() + time.getNano() / NANOS;
    }
}
