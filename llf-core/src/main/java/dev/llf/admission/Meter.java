package dev.llf.admission;

import dev.llf.error.ConfigurationException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The buckets of one rate limit; without a limit everything passes. */
final class Meter {

    private final @Nullable TokenBucket requests;
    private final @Nullable TokenBucket tokens;

    Meter(Optional<RateLimit> limit, LongSupplier nanos) {
        requests = limit.flatMap(RateLimit::requests).map(rate -> new TokenBucket(rate, nanos)).orElse(null);
        tokens = limit.flatMap(RateLimit::tokens).map(rate -> new TokenBucket(rate, nanos)).orElse(null);
    }

    /**
     * Checks that a request can ever pass.
     *
     * @throws ConfigurationException if it cannot
     */
    void check(long cost, String whose) {
        if (tokens != null && cost > tokens.capacity()) {
            throw new ConfigurationException(
                    ("The request may take %d tokens, prompt and answer, but the limit of %s lets "
                            + "at most %d pass at once: it could never run. Give it a smaller maxTokens, or the limit a larger "
                            + "burst.").formatted(cost, whose, tokens.capacity()));
        }
    }

    /** Returns the time until a request can pass that has been checked; 0 if it can now. */
    long nanosUntil(long cost) {
        return Math.max(wait(requests, 1), wait(tokens, cost));
    }

    private static long wait(@Nullable TokenBucket bucket, long amount) {
        OptionalLong wait = bucket == null ? OptionalLong.of(0) : bucket.nanosUntil(amount);
        return wait.orElseThrow(() -> new IllegalStateException("a request is in line that can never pass"));
    }

    /** Lets a request pass for which the time has come. */
    void take(long cost) {
        if (requests != null) {
            requests.charge(1);
        }
        if (tokens != null) {
            tokens.charge(cost);
        }
    }

    /** Makes up for the difference between what was taken and what was used. */
    void settle(long taken, long used) {
        if (tokens != null) {
            tokens.giveBack(Math.max(0, taken - used));
            tokens.charge(Math.max(0, used - taken));
        }
    }

    /** Whether nothing would be lost if this were forgotten. */
    boolean full() {
        return full(requests) && full(tokens);
    }

    private static boolean full(@Nullable TokenBucket bucket) {
        return bucket == null || bucket.available() >= bucket.capacity();
    }
}
