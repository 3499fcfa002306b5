package dev.llf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The turns of one conversation that have not ended, in the order in which they came; the first of them may run. */
final class TurnQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Deque<TurnRun> turns = new ArrayDeque<>(2); // guarded by lock
    private @Nullable Thread runner; // guarded by lock: who runs the first turn

    /**
     * Gives a turn the last place.
     *
     * @throws IllegalStateException if this thread runs the first one, which would wait for itself
     */
    void join(TurnRun turn) {
        lock.lock();
        try {
            if (Thread.currentThread().equals(runner)) {
                throw new IllegalStateException("A tool sends to the conversation whose turn it runs in; "
                        + "give it another one, for example a fork().");
            }
            turns.addLast(turn);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a turn is the first; this thread runs it then.
     *
     * @return false if the time was up before
     */
    boolean awaitFirst(TurnRun turn, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (turns.peekFirst() != turn) {
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
    void leave(TurnRun turn) {
        lock.lock();
        try {
            if (turns.peekFirst() == turn) {
                runner = null;
            }
            turns.remove(turn);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns a snapshot. */
    List<TurnRun> turns() {
        lock.lock();
        try {
            return List.copyOf(turns);
        } finally {
            lock.unlock();
        }
    }
}
