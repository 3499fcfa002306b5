package dev.llf.llamacpp;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The jobs of one model object that have not ended. */
final class OpenJobs {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final Set<ChatJob> jobs = new HashSet<>(); // guarded by lock
    private boolean draining; // guarded by lock

    /**
     * Adds a job that is about to start.
     *
     * @throws IllegalStateException if no more are taken on
     */
    void add(ChatJob job) {
        lock.lock();
        try {
            if (draining) {
                throw new IllegalStateException("The model is being drained and takes on nothing new");
            }
            jobs.add(job);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a job that has ended; one that is not there is no fault. */
    void remove(ChatJob job) {
        lock.lock();
        try {
            jobs.remove(job);
            if (jobs.isEmpty()) {
                emptied.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes on no more, for good, and waits until all have ended.
     *
     * @return whether they have; false if the time was up before or the thread is interrupted, which it then stays
     */
    boolean drain(Duration limit) {
        lock.lock();
        try {
            draining = true;
            long left = TimeUnit.NANOSECONDS.convert(limit);
            while (!jobs.isEmpty() && left > 0) {
                left = emptied.awaitNanos(left);
            }
            return jobs.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return jobs.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Cancels all that are there. */
    void cancel() {
        List<ChatJob> copy;
        lock.lock();
        try {
            copy = List.copyOf(jobs);
        } finally {
            lock.unlock();
        }
        copy.forEach(ChatJob::cancel);
    }
}
