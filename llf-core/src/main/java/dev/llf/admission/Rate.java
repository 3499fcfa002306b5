package dev.llf.admission;

/**
 * How often something may happen, and how much of it at once after a pause.
 *
 * @param perMinute units per minute in the long run, more than 0 and at most 1000000000; fractions count
 * @param burst     units at once after a long enough pause, 1 to 1000000000
 */
public record Rate(double perMinute, long burst) {

    /** The most units per minute and at once: numbers up to it are exact enough to be told apart. */
    static final long MOST = 1_000_000_000;

    private static final int SECONDS = 60;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is outside its range
     */
    public Rate {
        if (!(perMinute > 0 && perMinute <= MOST)) {
            throw new IllegalArgumentException(
                    "a rate must be more than 0 and at most %d per minute, was %s".formatted(MOST, perMinute));
        }
        if (burst < 1 || burst > MOST) {
            throw new IllegalArgumentException("burst must be 1 to %d, was %d".formatted(MOST, burst));
        }
    }

    /**
     * Returns a rate whose burst is what a full minute brings, and at least 1.
     *
     * @param units units per minute, more than 0 and at most 1000000000
     * @return the rate
     * @throws IllegalArgumentException if it is outside that range
     */
    public static Rate perMinute(double units) {
        return new Rate(units, Math.clamp((long) units, 1, MOST));
    }

    /**
     * Returns a rate whose burst is what a full minute brings, and at least 1.
     *
     * @param units units per second, more than 0 and at most 1000000000 / 60
     * @return the rate
     * @throws IllegalArgumentException if it is outside that range
     */
    public static Rate perSecond(double units) {
        return perMinute(units * SECONDS);
    }

    /**
     * Returns this rate with another burst.
     *
     * @param units units at once after a long enough pause, 1 to 1000000000
     * @return the rate
     * @throws IllegalArgumentException if it is outside that range
     */
    public Rate withBurst(long units) {
        return new Rate(perMinute, units);
    }
}
