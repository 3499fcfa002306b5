package dev.llf.llamacpp;

import java.time.Duration;

/** How long the next start has to wait after crashes in a row; not safe for use by several threads. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofSeconds(5);

    private int crashes;
    private long since;

    void crashed(long now) {
        crashes++;
        since = now;
    }

    void succeeded() {
        crashes = 0;
    }

    /** Returns what is left to wait; zero after the first crash. */
    Duration left(long now) {
        Duration left = delay().minusNanos(now - since);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Duration delay() {
        if (crashes <= 1) {
            return Duration.ZERO;
        }
        Duration doubled = FIRST.multipliedBy(1L << Math.min(crashes - 2, 20));
        return doubled.compareTo(MOST) > 0 ? MOST : doubled;
    }
}
