package dev.llf.observe.analytics;

/**
 * How numbers are spread. Percentiles are exact, by nearest rank: the smallest number that at least so many percent of all
 * do not exceed.
 *
 * @param count how many there are; all else is 0 if there are none
 * @param mean  their average
 * @param min   the smallest
 * @param max   the greatest
 * @param p50   the median
 * @param p90   the 90th percentile
 * @param p95   the 95th percentile
 * @param p99   the 99th percentile
 */
public record Distribution(long count, double mean, double min, double max, double p50, double p90, double p95,
        double p99) {

    /** Of no numbers. */
    public static final Distribution NONE = new Distribution(0, 0, 0, 0, 0, 0, 0, 0);
}
