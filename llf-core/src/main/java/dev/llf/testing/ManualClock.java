package dev.llf.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it.
 *
 * <p>It is a {@link Clock} for dates and, as a {@link LongSupplier}, a counter of nanoseconds like
 * {@link System#nanoTime()}. What waits for it, as the delayed replies of a {@link ScriptedChatModel}, happens inside
 * {@link #advance}, on the thread that moves the clock, in the order of time and each at its own time. Safe for use by many
 * threads.
 */
public final class ManualClock extends Clock implements LongSupplier {

    private final Instant start;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock; of two alarms for the same time the older goes first. */
    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(
            Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
    /** Guarded by lock: how far the clock has been told to go. */
    private long goal;
    /** Guarded by lock. */
    private long alarmsSet;
    /** Written with the lock held. */
    private volatile long now;

    private record Alarm(long at, long number, Runnable action) {}

    /** Creates a clock that stands at 2000-01-01T00:00:00Z. */
    public ManualClock() {
        this(Instant.parse("2000-01-01T00:00:00Z"));
    }

    /**
     * Creates a clock that stands at a time.
     *
     * @param start the time
     */
    public ManualClock(Instant start) {
        this.start = Objects.requireNonNull(start, "start");
    }

    /**
     * Moves the clock; everything that waits for a time up to the new one has happened when this returns.
     *
     * @param step how far, zero or more
     * @throws IllegalArgumentException if it is negative
     * @throws ArithmeticException      if the clock would have moved 292 years or more
     */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("a clock only moves forward, step was %s".formatted(step));
        }
        long target;
        lock.lock();
        try {
            goal = Math.addExact(goal, step.toNanos());
            target = goal;
        } finally {
            lock.unlock();
        }
        for (Alarm alarm = next(target); alarm != null; alarm = next(target)) {
            alarm.action().run(); // not under the lock: the action may set another alarm
        }
    }

    /** Moves to the next alarm up to the target and returns it; without one, moves to the target. */
    private @Nullable Alarm next(long target) {
        lock.lock();
        try {
            Alarm alarm = alarms.peek();
            boolean due = alarm != null && alarm.at() <= target;
            now = Math.max(now, due ? alarm.at() : target);
            return due ? alarms.poll() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Sets an alarm; the result takes it back. */
    Runnable at(long nanos, Runnable action) {
        lock.lock();
        try {
            Alarm alarm = new Alarm(nanos, alarmsSet++, action);
            alarms.add(alarm);
            return () -> remove(alarm);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Alarm alarm) {
        lock.lock();
        try {
            alarms.remove(alarm);
        } finally {
            lock.unlock();
        }
    }

    /** How many alarms are set. */
    int alarms() {
        lock.lock();
        try {
            return alarms.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how far the clock has moved.
     *
     * @return nanoseconds since it was created
     */
    @Override
    public long getAsLong() {
        return now;
    }

    @Override
    public Instant instant() {
        return start.plusNanos(now);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /**
     * Returns this clock seen from another zone; it moves with this one.
     *
     * @param zone the zone
     * @return the view
     */
    @Override
    public Clock withZone(ZoneId zone) {
        return new Zoned(this, zone);
    }

    private static final class Zoned extends Clock {

        private final ManualClock clock;
        private final ZoneId zone;

        Zoned(ManualClock clock, ZoneId zone) {
            this.clock = clock;
            this.zone = Objects.requireNonNull(zone, "zone");
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return clock.withZone(other);
        }

        @Override
        public Instant instant() {
            return clock.instant();
        }
    }
}
