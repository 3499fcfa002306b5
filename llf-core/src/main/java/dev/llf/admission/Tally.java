package dev.llf.admission;

import java.time.Duration;
import java.util.Arrays;

/** Counts what becomes of those who come to a line, and how long they wait and run. */
final class Tally {

    private static final int WAITS = 1024;
    /** The weight of a new time in the moving average is one in so many. */
    private static final int MEMORY = 16;

    private final long[] waits = new long[WAITS];
    private double averageRun;
    long submitted;
    long admitted;
    long completed;
    long cancelled;
    long expired;
    long refused;
    long delayed;

    void admitted(long waitedNanos, boolean byRate) {
        waits[(int) (admitted++ % WAITS)] = waitedNanos;
        delayed += byRate ? 1 : 0;
    }

    void completed(long ranNanos) {
        completed++;
        averageRun += (ranNanos - averageRun) / Math.min(completed, MEMORY);
    }

    /** Returns about how long so many runs take when so many go on at once. */
    Duration time(int runs, int atOnce) {
        return Duration.ofNanos((long) (averageRun * runs / atOnce));
    }

    AdmissionStatistics.WaitTimes waitTimes() {
        long[] sorted = Arrays.copyOf(waits, (int) Math.min(admitted, WAITS));
        Arrays.sort(sorted);
        return new AdmissionStatistics.WaitTimes(sorted.length, rank(sorted, 50), rank(sorted, 95), rank(sorted, 99),
                rank(sorted, 100));
    }

    private static Duration rank(long[] sorted, int percent) {
        return sorted.length == 0 ? Duration.ZERO
                : Duration.ofNanos(sorted[Math.ceilDiv(sorted.length * percent, 100) - 1]);
    }
}
