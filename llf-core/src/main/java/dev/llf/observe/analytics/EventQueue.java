package dev.llf.observe.analytics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is to be written, between those who chat and the one thread that writes. Nobody waits to put something in: what has
 * no room is dropped and counted. Events leave it when they are written or given up, so its size bounds all that is held.
 */
final class EventQueue {

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition forWriter = lock.newCondition();
    private final Condition forFlush = lock.newCondition();
    // all guarded by lock
    private final ArrayDeque<AnalyticsEvent> waiting = new ArrayDeque<>();
    private long accepted;
    private long gone;
    private long recorded;
    private long dropped;
    private long failed;
    private long writeErrors;
    private long flushes;
    private long flushesFailed;
    private boolean closed;

    EventQueue(int capacity) {
        this.capacity = capacity;
    }

    /**
     * What is to be written next.
     *
     * @param events  the events, at most as many as asked for
     * @param flushes how often a flush was asked for before
     */
    record Batch(List<AnalyticsEvent> events, long flushes) {}

    void offer(AnalyticsEvent event) {
        lock.lock();
        try {
            if (closed || waiting.size() >= capacity) {
                dropped++;
                return;
            }
            waiting.add(event);
            accepted++;
            forWriter.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Counts an event that could not be made. */
    void failed() {
        lock.lock();
        try {
            failed++;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something to write or the time is over. Returns false once nothing will come any more. */
    boolean awaitWork(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long nanos = limit.toNanos();
            while (waiting.isEmpty() && !closed && nanos > 0) {
                nanos = forWriter.awaitNanos(nanos);
            }
            return !waiting.isEmpty() || !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the time is over, or somebody has asked for a flush after the batch was taken, or to close. */
    void backOff(Duration limit, Batch after) throws InterruptedException {
        lock.lock();
        try {
            long nanos = limit.toNanos();
            while (flushes == after.flushes && !closed && nanos > 0) {
                nanos = forWriter.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the oldest events, which stay in the queue. */
    Batch head(int limit) {
        lock.lock();
        try {
            List<AnalyticsEvent> events = new ArrayList<>(Math.min(limit, waiting.size()));
            Iterator<AnalyticsEvent> oldest = waiting.iterator();
            while (events.size() < limit && oldest.hasNext()) {
                events.add(oldest.next());
            }
            return new Batch(events, flushes);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the oldest events out, which have been written. */
    void written(int count) {
        lock.lock();
        try {
            remove(count);
            recorded += count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Notes that a batch could not be written. It stays, to be tried again, unless there is no more room for new events or
     * no more time.
     *
     * @param hopeless whether it would fail again
     */
    void failed(Batch batch, boolean hopeless) {
        lock.lock();
        try {
            writeErrors++;
            flushesFailed = batch.flushes;
            if (hopeless || closed || waiting.size() >= capacity) {
                remove(batch.events.size());
                failed += batch.events.size();
            }
            forFlush.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void remove(int count) {
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
        gone += count;
        forFlush.signalAll();
    }

    /** Forgets what waits. */
    void clear() {
        lock.lock();
        try {
            remove(waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all that came before has left, a write has failed or the time is over. Returns whether all is well. */
    boolean flush(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            long all = accepted;
            long number = ++flushes;
            long lostBefore = failed;
            long nanos = limit.toNanos();
            forWriter.signal();
            while (gone < all && flushesFailed < number && nanos > 0) {
                nanos = forFlush.awaitNanos(nanos);
            }
            return gone >= all && failed == lostBefore;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more. Returns whether it was open before. */
    boolean close() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            forWriter.signal();
            return first;
        } finally {
            lock.unlock();
        }
    }

    AnalyticsStatistics statistics() {
        lock.lock();
        try {
            return new AnalyticsStatistics(recorded, waiting.size(), dropped, failed, writeErrors);
        } finally {
            lock.unlock();
        }
    }
}
