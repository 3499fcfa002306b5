package dev.llf.admission;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A limited rate: a bucket that starts full, loses what is taken and fills up again all the time.
 *
 * <p>It never waits: it says whether something can be taken, and when. Safe for use by many threads.
 */
public final class TokenBucket {

    /** Doubles round: so many of the smallest steps between numbers of this size are not waited for. */
    private static final int ROUNDING = 8;
    private static final double NANOS_PER_MINUTE = 60e9;
    /** The longest wait that is told: 146 years, so that a time plus a wait does not overflow. */
    private static final long LONGEST = Long.MAX_VALUE / 2;

    private final Rate rate;
    private final double capacity;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private double level; // at the time since; guarded by lock
    private long since; // moves only when something is taken or given, so that looking adds up no errors; guarded by lock

    /**
     * Creates a full bucket.
     *
     * @param rate  how fast it fills and, as its burst, how much it holds
     * @param nanos the clock, as {@link System#nanoTime()}
     */
    public TokenBucket(Rate rate, LongSupplier nanos) {
        this.rate = rate;
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        capacity = (double) rate.burst();
        level = capacity;
        since = nanos.getAsLong();
    }

    /**
     * Returns how much it can hold: more than that can never be taken at once.
     *
     * @return the burst of its rate
     */
    public long capacity() {
        return rate.burst();
    }

    /**
     * Takes something if there is enough.
     *
     * @param amount how much, at least 0
     * @return whether it was taken; never if it is more than the {@link #capacity}
     * @throws IllegalArgumentException if the amount is negative
     */
    public boolean tryTake(long amount) {
        checkAmount(amount);
        lock.lock();
        try {
            long now = nanos.getAsLong();
            boolean enough = amount <= rate.burst() && (double) amount - level(now) <= nothing();
            if (enough) {
                set(level(now) - amount, now);
            }
            return enough;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells when something can be taken, if nobody else takes anything.
     *
     * @param amount how much, at least 0
     * @return nanoseconds from now, 0 if at once, at most 146 years; empty if never, for it is more than the
     *         {@link #capacity}
     * @throws IllegalArgumentException if the amount is negative
     */
    public OptionalLong nanosUntil(long amount) {
        checkAmount(amount);
        if (amount > rate.burst()) {
            return OptionalLong.empty();
        }
        lock.lock();
        try {
            double missing = (double) amount - level(nanos.getAsLong());
            return OptionalLong.of(missing <= nothing()
                    ? 0
                    : Math.min(LONGEST, (long) Math.ceil(missing / perNano())));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts back what was taken and not used; what the bucket cannot hold is lost.
     *
     * @param amount how much, at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public void giveBack(long amount) {
        checkAmount(amount);
        add((double) amount);
    }

    /**
     * Takes what was used already, whether there is enough or not: the bucket may come to hold less than nothing, and fills
     * up from there.
     *
     * @param amount how much, at least 0
     * @throws IllegalArgumentException if it is negative
     */
    public void charge(long amount) {
        checkAmount(amount);
        add(-(double) amount);
    }

    private void add(double amount) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            set(Math.min(capacity, level(now) + amount), now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells how much can be taken.
     *
     * @return whole units; negative if more was charged than there was
     */
    public long available() {
        lock.lock();
        try {
            return (long) Math.floor(level(nanos.getAsLong()) + nothing());
        } finally {
            lock.unlock();
        }
    }

    /** Lock held. */
    private double level(long now) {
        return Math.min(capacity, level + (double) Math.max(0, now - since) * perNano());
    }

    /** Lock held. */
    private double nothing() {
        return ROUNDING * Math.ulp(Math.max(capacity, Math.abs(level)));
    }

    private double perNano() {
        return rate.perMinute() / NANOS_PER_MINUTE;
    }

    /** Lock held. */
    private void set(double newLevel, long now) {
        level = newLevel;
        since = now;
    }

    private static void checkAmount(long amount) {
        if (amount < 0) {
            throw new IllegalArgumentException("amount must be >= 0, was %d".formatted(amount));
        }
    }
}
