package dev.llf.observe;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * How values are distributed. A percentile is one of the values, by nearest rank: the smallest that at least that share of
 * all values does not exceed.
 *
 * @param count how many values, at least one
 * @param min   the smallest
 * @param max   the greatest
 * @param mean  their sum divided by their number
 * @param p50   half of them are not greater
 * @param p90   nine of ten are not greater
 * @param p95   95 of 100 are not greater
 * @param p99   99 of 100 are not greater
 */
public record Distribution(int count, double min, double max, double mean, double p50, double p90, double p95,
        double p99) {

    private static final int HUNDRED = 100;

    /**
     * Returns how values are distributed.
     *
     * @param values the values, in any order
     * @return the distribution; empty if there are no values
     */
    public static Optional<Distribution> of(DoubleStream values) {
        double[] sorted = values.toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        Arrays.sort(sorted);
        return Optional.of(new Distribution(sorted.length, sorted[0], sorted[sorted.length - 1],
                Arrays.stream(sorted).sum() / sorted.length, at(sorted, 50), at(sorted, 90), at(sorted, 95),
                at(sorted, 99)));
    }

    /** Counted in whole numbers: 0.95 times 20 must not come out above 19. */
    private static double at(double[] sorted, int percent) {
        long rank = Math.ceilDiv((long) percent * sorted.length, HUNDRED);
        return sorted[(int) rank - 1];
    }
}
