package dev.llf.error;

import java.time.Duration;

/**
 * A model has more to do than it may take on; nothing was done. Try again after the {@linkplain #expectedWait() expected
 * wait}, or give the model more slots or another admission policy.
 */
public final class BusyException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Requests in the line. */
    private final int waiting;
    /** How long a request that comes now would wait. */
    private final Duration expectedWait;

    /**
     * Creates an exception.
     *
     * @param message      what failed, where, what was found and expected, and the next step; the expected wait is put
     *                     behind it
     * @param waiting      requests in the line
     * @param expectedWait how long a request that comes now would wait, an estimate; zero if nothing is known yet
     */
    public BusyException(String message, int waiting, Duration expectedWait) {
        super(expectedWait.isZero() ? message
                : "%s A request that came now would wait about %s.".formatted(message, seconds(expectedWait)));
        this.waiting = waiting;
        this.expectedWait = expectedWait;
    }

    private static String seconds(Duration time) {
        return time.toMillis() < 1000 ? time.toMillis() + " ms" : "%.1f s".formatted(time.toMillis() / 1000.0);
    }

    /**
     * Returns the length of the line.
     *
     * @return requests that wait
     */
    public int waiting() {
        return waiting;
    }

    /**
     * Returns when to try again.
     *
     * @return how long a request that comes now would wait, an estimate; zero if nothing is known yet
     */
    public Duration expectedWait() {
        return expectedWait;
    }
}
