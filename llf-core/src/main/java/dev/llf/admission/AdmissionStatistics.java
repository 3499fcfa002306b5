package dev.llf.admission;

import dev.llf.chat.Priority;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A line at one moment, and what has become of all that ever came to it.
 *
 * <p>The numbers belong together: {@code submitted = admitted + refused + cancelledWaiting + expiredWaiting + waiting} and
 * {@code admitted = completed + running}.
 *
 * @param slots             how many can run at once
 * @param running           how many run
 * @param waitingByPriority how many wait, of every priority; unmodifiable
 * @param submitted         how many came
 * @param admitted          how many were let in, at once or later
 * @param completed         how many of these have ended, one way or the other
 * @param cancelledWaiting  how many were cancelled while they waited
 * @param expiredWaiting    how many ran out of time while they waited, their own or the line's
 * @param refused           how many were turned away at once, the line being full
 * @param delayedByRate     how many of the admitted had to wait because of a limited rate
 * @param waits             how long the last 1,024 of the admitted waited
 * @param oldestWaiting     how long the one has waited that came first; empty if nobody waits
 * @param expectedWait      how long one that came now would wait: 0 if a slot is free and nobody waits, else the moving
 *                          average of the times that runs took, times those in front of it and itself, divided by the slots;
 *                          an estimate that knows no priorities, tenants and rates, and 0 before the first end
 */
public record AdmissionStatistics(int slots, int running, Map<Priority, Integer> waitingByPriority, long submitted,
        long admitted, long completed, long cancelledWaiting, long expiredWaiting, long refused, long delayedByRate,
        WaitTimes waits, Optional<Duration> oldestWaiting, Duration expectedWait) {

    /**
     * How long some waited. Percentiles are by the nearest rank: a time that occurred.
     *
     * @param count how many
     * @param p50   half of them waited no longer
     * @param p95   95 of a hundred waited no longer
     * @param p99   99 of a hundred waited no longer
     * @param max   the longest
     */
    public record WaitTimes(int count, Duration p50, Duration p95, Duration p99, Duration max) {}

    /** Copies the map. */
    public AdmissionStatistics {
        Map<Priority, Integer> copy = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            copy.put(priority, waitingByPriority.getOrDefault(priority, 0));
        }
        waitingByPriority = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns the length of the line.
     *
     * @return how many wait
     */
    public int waiting() {
        return waitingByPriority.values().stream().mapToInt(Integer::intValue).sum();
    }
}
