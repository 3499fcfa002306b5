package dev.llf.observe;

import dev.llf.chat.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The figures of one turn, without anything that was said.
 *
 * @param startedAt       when the turn was queued
 * @param turn            the turn's id
 * @param model           the model's name; {@code none} if none was chosen; {@code other} once there were 100 names
 * @param outcome         how it ended
 * @param usage           tokens of all its rounds
 * @param queueWait       waiting for the earlier turns of the conversation and for the model
 * @param firstToken      from the start to the first token, waiting included; empty if none came
 * @param total           from the start to the end
 * @param evaluatedTokens tokens of prompts that were evaluated until a first token came
 * @param prefillTime     how long that took
 * @param decodedTokens   tokens that came after the first one of each answered round
 * @param decodeTime      how long that took
 * @param rounds          how many prompts the model was to answer
 * @param toolCalls       tools that ran or were refused
 */
public record TurnMetrics(Instant startedAt, String turn, String model, Outcome outcome, Usage usage,
        Duration queueWait, Optional<Duration> firstToken, Duration total, long evaluatedTokens, Duration prefillTime,
        long decodedTokens, Duration decodeTime, int rounds, int toolCalls) {

    static TurnMetrics of(TurnTimeline turn, String model) {
        Speed prefill = Speed.ofPrefill(turn.rounds());
        Speed decoding = Speed.ofDecoding(turn.rounds());
        return new TurnMetrics(turn.startedAt(), turn.moment().turn(), model, turn.outcome(), turn.usage(),
                Phases.of(turn).queue(), turn.firstToken(), turn.total(), prefill.tokens(), prefill.time(),
                decoding.tokens(), decoding.time(), turn.rounds().size(), turn.toolCalls());
    }

    /**
     * Returns how fast prompts were evaluated; what the engine had cached does not count.
     *
     * @return tokens per second; empty if nothing was evaluated or no token came
     */
    public OptionalDouble prefillRate() {
        return prefill().perSecond();
    }

    /**
     * Returns how fast answers were written: all tokens but the first, divided by the time since the first.
     *
     * @return tokens per second; empty if no answer has two tokens
     */
    public OptionalDouble decodeRate() {
        return decoding().perSecond();
    }

    Speed prefill() {
        return new Speed(evaluatedTokens, prefillTime);
    }

    Speed decoding() {
        return new Speed(decodedTokens, decodeTime);
    }

    Instant endedAt() {
        return startedAt.plus(total);
    }
}
