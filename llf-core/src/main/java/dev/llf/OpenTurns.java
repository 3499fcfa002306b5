package dev.llf;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The turns of one {@link Llf} that run or wait for their place, and whether more may come. */
final class OpenTurns {

    private enum State {
        OPEN, DRAINING, CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Set<TurnQueue.Place> turns = new HashSet<>(); // guarded by lock
    private volatile State state = State.OPEN; // written under lock

    /**
     * Checks that new turns are taken on.
     *
     * @throws IllegalStateException if not
     */
    void checkOpen() {
        checkNotClosed();
        if (state == State.DRAINING) {
            throw new IllegalStateException(
                    "This Llf takes on nothing new since drain() was called; build another one");
        }
    }

    /**
     * Checks that turns that were taken on may run.
     *
     * @throws IllegalStateException if not
     */
    void checkNotClosed() {
        if (state == State.CLOSED) {
            throw new IllegalStateException("This Llf is closed; build another one");
        }
    }

    /**
     * Takes a turn on.
     *
     * @throws IllegalStateException if no new ones are taken on
     */
    void add(TurnQueue.Place turn) {
        lock.lock();
        try {
            checkOpen();
            turns.add(turn);
        } finally {
            lock.unlock();
        }
    }

    void remove(TurnQueue.Place turn) {
        lock.lock();
        try {
            turns.remove(turn);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes on no more, and waits until there are none.
     *
     * @return whether there are none
     * @throws IllegalArgumentException if the time is negative
     */
    boolean drain(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience must not be negative, was %s".formatted(patience));
        }
        lock.lock();
        try {
            if (state == State.OPEN) {
                state = State.DRAINING;
            }
            long left = TimeUnit.NANOSECONDS.convert(patience);
            while (!turns.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
            return turns.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return turns.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Takes on no more and cancels what there is. Returns false if that was done before. */
    boolean close() {
        List<TurnQueue.Place> cancelled;
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return false;
            }
            state = State.CLOSED;
            cancelled = List.copyOf(turns);
        } finally {
            lock.unlock();
        }
        cancelled.forEach(TurnQueue.Place::cancel);
        return true;
    }
}
