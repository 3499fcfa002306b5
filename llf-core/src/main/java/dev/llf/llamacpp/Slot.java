package dev.llf.llamacpp;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A place in the engine that remembers the tokens it evaluated last. Who has it is the scheduler's, what it holds belongs to
 * the thread of the job that has it.
 */
final class Slot {

    private static final int[] NONE = {};

    private final int id;
    private final AtomicInteger failures;
    private Optional<String> session = Optional.empty();
    private long lastUse;
    private int failuresSeen;
    private boolean reusable = true;
    private int[] tokens = NONE;
    /** What follows the tokens; computed when a prompt goes on behind them, since most prompts do not. */
    private Supplier<int[]> rest = () -> NONE;

    /**
     * Creates a slot that holds nothing.
     *
     * @param failures how many evaluations of the engine have failed; each left all slots with less than they were given
     */
    Slot(int id, AtomicInteger failures) {
        this.id = id;
        this.failures = failures;
    }

    int id() {
        return id;
    }

    /** Whether it was granted last to the session. */
    boolean isOf(Optional<String> other) {
        return session.isPresent() && session.equals(other);
    }

    /** When it was granted last, in grants. */
    long lastUse() {
        return lastUse;
    }

    void grant(Optional<String> newSession, long time) {
        session = newSession;
        lastUse = time;
    }

    /** Whether the engine may reuse what it holds for the prompt that was looked up last. */
    boolean reusable() {
        return reusable;
    }

    /** Returns how many tokens in front of the prompt need not be evaluated; the last one always is. */
    int cached(int[] prompt) {
        int failed = failures.get();
        reusable = failed == failuresSeen;
        if (!reusable) {
            failuresSeen = failed;
            remember(NONE, () -> NONE);
        }
        int mismatch = Arrays.mismatch(tokens, prompt);
        if (mismatch == tokens.length) {
            int[] more = rest.get();
            remember(Arrays.copyOf(tokens, tokens.length + more.length), () -> NONE);
            System.arraycopy(more, 0, tokens, tokens.length - more.length, more.length);
            mismatch = Arrays.mismatch(tokens, prompt);
        }
        int common = mismatch < 0 ? prompt.length : mismatch;
        return Math.max(0, Math.min(common, prompt.length - 1));
    }

    /** Notes what the engine now holds. */
    void remember(int[] evaluated, Supplier<int[]> following) {
        tokens = evaluated;
        rest = following;
    }

    /** Notes that an evaluation failed, after which nobody knows what the engine holds on any slot. */
    void failed() {
        failures.incrementAndGet();
    }
}
