package dev.llf.llamacpp;

import dev.llf.error.BusyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one engine and the line in front of them.
 *
 * <p>First come, first served. The engine is never given more than its slots can take: it would queue the rest where it
 * cannot be cancelled. Each busy slot has one platform daemon thread, which runs one job after the other while some wait;
 * native waiting would pin a virtual thread.
 */
final class SlotScheduler {

    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final int[] NONE = {};

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idleChanged = lock.newCondition();
    /** Guarded by {@link #lock}. */
    private final List<Slot> idle = new ArrayList<>();
    /** Guarded by {@link #lock}. */
    private final Deque<Job> line = new ArrayDeque<>();
    private final int slots;
    /** Evaluations that failed; each ended what ran on any slot and left the slots with less than they were given. */
    private final AtomicInteger failures = new AtomicInteger();
    /** Guarded by {@link #lock}. */
    private final Set<Job> running = new HashSet<>();
    private boolean halted; // guarded by lock
    private long clock; // counts grants, guarded by lock

    /**
     * A place in the engine that remembers the tokens it evaluated last. Used by the thread of the job that holds it.
     */
    final class Slot {

        private final int id;
        private @Nullable String session;
        private long lastUse;
        private int failuresSeen;
        private boolean reusable = true;
        private int[] tokens = NONE;
        /** What follows the tokens; computed when a prompt goes on behind them, since most prompts do not. */
        private Supplier<int[]> rest = () -> NONE;

        private Slot(int id) {
            this.id = id;
        }

        int id() {
            return id;
        }

        /** Whether the engine may reuse what it holds for the prompt that was looked up last. */
        boolean reusable() {
            return reusable;
        }

        /** Returns how many tokens in front of the prompt need not be evaluated; the last one always is. */
        int cached(int[] prompt) {
            int failed = failures.get();
            reusable = failed == failuresSeen;
            if (!reusable) {
                failuresSeen = failed;
                remember(NONE, () -> NONE);
            }
            int mismatch = Arrays.mismatch(tokens, prompt);
            if (mismatch == tokens.length) {
                int[] more = rest.get();
                remember(Arrays.copyOf(tokens, tokens.length + more.length), () -> NONE);
                System.arraycopy(more, 0, tokens, tokens.length - more.length, more.length);
                mismatch = Arrays.mismatch(tokens, prompt);
            }
            int common = mismatch < 0 ? prompt.length : mismatch;
            return Math.max(0, Math.min(common, prompt.length - 1));
        }

        /** Notes what the engine now holds. */
        void remember(int[] evaluated, Supplier<int[]> following) {
            tokens = evaluated;
            rest = following;
        }

        /** Notes that an evaluation failed, after which nobody knows what the engine holds on any slot. */
        void failed() {
            failures.incrementAndGet();
        }
    }

    /** What runs on a slot. */
    interface Job {
        /** Returns the session whose slot is preferred. */
        Optional<String> session();

        /**
         * Runs on the slot's thread, to its end; must not throw.
         *
         * @return what to do once the slot is free again, so that whoever is told of the end finds the slot free
         */
        Runnable run(Slot slot);

        /** Makes a job that waits never run, and one that runs end soon. */
        default void cancel() {}
    }

    SlotScheduler(int slots, int capacity) {
        this.slots = slots;
        this.capacity = capacity;
        for (int i = 0; i < slots; i++) {
            idle.add(new Slot(i));
        }
    }

    /**
     * Runs the job when its turn comes.
     *
     * @throws BusyException         if the line is full
     * @throws IllegalStateException if the JVM ends
     */
    void submit(Job job) {
        lock.lock();
        try {
            if (halted) {
                throw new IllegalStateException("The JVM is ending");
            }
            if (idle.isEmpty()) {
                if (line.size() >= capacity) {
                    throw new BusyException("The model's waiting line is full.", line.size(), Duration.ZERO);
                }
                line.add(job);
                return;
            }
            Slot slot = choose(job);
            Thread.ofPlatform().daemon().name("llf-reader-" + THREADS.incrementAndGet()).start(() -> work(job, slot));
        } finally {
            lock.unlock();
        }
    }

    /** Takes a job out of the line if it still waits there. */
    void forget(Job job) {
        lock.lock();
        try {
            line.remove(job);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing runs and nothing waits. */
    void awaitIdle() throws InterruptedException {
        lock.lock();
        try {
            while (idle.size() < slots) {
                idleChanged.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Cancels what runs and what waits, for good, and waits until the slots are free, for the time given at most. */
    void halt(Duration limit) {
        List<Job> jobs = new ArrayList<>();
        lock.lock();
        try {
            halted = true;
            jobs.addAll(line);
            jobs.addAll(running);
            line.clear();
        } finally {
            lock.unlock();
        }
        jobs.forEach(Job::cancel);
        lock.lock();
        try {
            long left = limit.toNanos();
            while (idle.size() < slots && left > 0) {
                left = idleChanged.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM ends: whoever interrupts wants it to end now
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }

    private void work(Job first, Slot slot) {
        Job job = first;
        while (job != null) {
            Runnable completion = job.run(slot);
            job = release(job, slot);
            completion.run();
        }
    }

    /** Gives the slot back and, if a job waits, takes it again for that job. */
    private @Nullable Job release(Job done, Slot slot) {
        lock.lock();
        try {
            running.remove(done);
            Job next = line.poll();
            if (next == null) {
                idle.add(slot);
                idleChanged.signalAll();
            } else {
                grant(slot, next);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the session's own slot, or the one that was used least recently. */
    private Slot choose(Job job) {
        Slot chosen = idle.stream()
                .filter(slot -> slot.session != null && job.session().equals(Optional.of(slot.session)))
                .findFirst()
                .orElseGet(() -> idle.stream().min(Comparator.comparingLong(slot -> slot.lastUse)).orElseThrow());
        idle.remove(chosen);
        grant(chosen, job);
        return chosen;
    }

    private void grant(Slot slot, Job job) {
        slot.session = job.session().orElse(null);
        slot.lastUse = ++clock;
        running.add(job);
    }
}
