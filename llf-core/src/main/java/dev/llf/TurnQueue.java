package dev.llf;

import dev.llf.error.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns of one branch that have not ended, in the order in which they came; the first of them may run. */
final class TurnQueue {

    /** Somebody who waits for the branch or has it. */
    interface Place {
        /** Makes it end soon. */
        void cancel();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Deque<Place> places = new ArrayDeque<>(2); // guarded by lock
    private @Nullable Thread runner; // guarded by lock: who runs the first turn

    /**
     * Gives a turn the last place.
     *
     * @throws IllegalStateException if this thread runs the first one, which would wait for itself
     */
    void join(Place place) {
        lock.lock();
        try {
            if (Thread.currentThread().equals(runner)) {
                throw new IllegalStateException("A tool sends to the conversation whose turn it runs in; "
                        + "give it another one, for example a fork().");
            }
            places.addLast(place);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a turn is the first; this thread runs it then.
     *
     * @return false if the time was up before
     */
    boolean awaitFirst(Place place, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!place.equals(places.peekFirst())) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            runner = Thread.currentThread();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the place of a turn up, whether it ran or not. */
    void leave(Place place) {
        lock.lock();
        try {
            if (place.equals(places.peekFirst())) {
                runner = null;
            }
            places.remove(place);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns a snapshot. */
    List<Place> places() {
        lock.lock();
        try {
            return List.copyOf(places);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does something that is no turn while no turn runs.
     *
     * @throws CancelledException    if it was cancelled or interrupted before its time had come
     * @throws IllegalStateException if this thread runs a turn of the branch
     */
    <T> T alone(Supplier<T> action) {
        InterruptibleSection waiting = new InterruptibleSection();
        Place place = waiting::interrupt;
        join(place);
        try {
            await(place, waiting);
            return action.get();
        } finally {
            leave(place);
        }
    }

    private void await(Place place, InterruptibleSection waiting) {
        waiting.enter();
        try {
            awaitFirst(place, Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stays if it did not come from cancel()
            throw new CancelledException(
                    "Cancelled while it waited for the conversation's running turn; nothing changed.", e);
        } finally {
            waiting.leave();
        }
    }
}
