package dev.llf.observe;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Counts over turns, however they ended.
 *
 * @param ok               turns that are in the log
 * @param errors           turns that failed
 * @param cancelled        turns that were cancelled
 * @param timeouts         turns whose time was up
 * @param rejected         turns that the model was too busy to take on
 * @param promptTokens     tokens of their prompts
 * @param cachedTokens     how many of those need not be evaluated
 * @param completionTokens tokens that models wrote
 * @param rounds           prompts
 * @param toolCalls        tools that ran or were refused
 */
public record Totals(long ok, long errors, long cancelled, long timeouts, long rejected, long promptTokens,
        long cachedTokens,
        long completionTokens, long rounds, long toolCalls) {

    static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Totals of(List<TurnMetrics> turns) {
        Totals sum = NONE;
        for (TurnMetrics turn : turns) {
            sum = sum.plus(turn);
        }
        return sum;
    }

    /**
     * Returns how many turns there were.
     *
     * @return the sum over all outcomes
     */
    public long turns() {
        return ok + errors + cancelled + timeouts + rejected;
    }

    /**
     * Returns which share of the prompts' tokens the engine still had from earlier prompts.
     *
     * @return 0 to 1; empty without prompts
     */
    public OptionalDouble cacheHitShare() {
        return promptTokens == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) cachedTokens / promptTokens);
    }

    Totals plus(TurnMetrics turn) {
        return new Totals(ok + one(turn, Outcome.OK), errors + one(turn, Outcome.ERROR),
                cancelled + one(turn, Outcome.CANCELLED), timeouts + one(turn, Outcome.TIMEOUT),
                rejected + one(turn, Outcome.REJECTED),
                promptTokens + turn.usage().promptTokens(), cachedTokens + turn.usage().cachedTokens(),
                completionTokens + turn.usage().completionTokens(), rounds + turn.rounds(),
                toolCalls + turn.toolCalls());
    }

    private static int one(TurnMetrics turn, Outcome outcome) {
        return turn.outcome() == outcome ? 1 : 0;
    }
}
