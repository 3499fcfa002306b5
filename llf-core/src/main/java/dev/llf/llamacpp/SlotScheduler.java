package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionQueue;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Claim;
import dev.llf.admission.Ticket;
import dev.llf.error.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of one engine and the line in front of them.
 *
 * <p>The engine is never given more than its slots can take: it would queue the rest where it cannot be cancelled. Each
 * busy slot has one platform daemon thread, which runs one job after the other while some can go; native waiting would pin
 * a virtual thread. Where all that wait are held back by a rate, one timer wakes the next.
 */
final class SlotScheduler {

    private static final Logger LOG = LoggerFactory.getLogger(SlotScheduler.class);
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 2; // a time plus it does not overflow

    private final LongSupplier nanos;
    private final Timer timer;
    private final Executor readers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    /** Guarded by {@link #lock}. */
    private final List<Slot> idle = new ArrayList<>();
    /** Guarded by {@link #lock}. */
    private final AdmissionQueue<Job> line;
    /** Of all that wait or run; guarded by {@link #lock}. */
    private final IdentityHashMap<Job, Ticket<Job>> tickets = new IdentityHashMap<>();
    /** What is to be told once the lock is free; guarded by {@link #lock}. */
    private final List<Runnable> news = new ArrayList<>();
    /** Evaluations that failed and processes that ended; each left the slots with less than they were given. */
    private final AtomicInteger failures = new AtomicInteger();
    private @Nullable Future<?> alarm; // guarded by lock
    private long alarmAt; // of the alarm, if there is one; guarded by lock
    private boolean halted; // guarded by lock
    private long clock; // counts grants, guarded by lock

    /** Runs something later. */
    interface Timer {
        /** Cancelling the result forgets the action. */
        Future<?> after(Duration time, Runnable action);
    }

    /** A job and the slot that it was given. */
    private record Work(Job job, Slot slot) {}

    /** Notes that the engine may hold less on any slot than it was given. */
    void forgetCaches() {
        failures.incrementAndGet();
    }

    /** What runs on a slot. */
    interface Job {
        /** Returns the session whose slot is preferred. */
        Optional<String> session();

        /** Returns what it asks for; always the same. */
        Claim claim();

        /**
         * Runs on the slot's thread, to its end; must not throw.
         *
         * @return what to do once the slot is free again, so that whoever is told of the end finds the slot free
         */
        Runnable run(Slot slot);

        /** Returns how many tokens it took; asked when it has run. */
        long usedTokens();

        /** Ends a job that has not run, and will not. */
        void fail(RuntimeException cause);

        /** Makes a job that waits never run, and one that runs end soon. */
        void cancel();
    }

    SlotScheduler(int slots, Admission admission) {
        this(slots, admission, System::nanoTime, Deadlines::after, SlotScheduler::startReader);
    }

    /** For tests: with their own clock, timer and threads. */
    SlotScheduler(int slots, Admission admission, LongSupplier nanos, Timer timer, Executor readers) {
        this.nanos = nanos;
        this.timer = timer;
        this.readers = readers;
        line = new AdmissionQueue<>(admission, slots, nanos);
        for (int i = 0; i < slots; i++) {
            idle.add(new Slot(i, failures));
        }
    }

    private static void startReader(Runnable work) {
        Thread.ofPlatform().daemon().name("llf-reader-" + THREADS.incrementAndGet()).start(work);
    }

    /**
     * Runs the job when its turn comes.
     *
     * @throws dev.llf.error.BusyException          if it cannot run at once and may not wait
     * @throws dev.llf.error.ConfigurationException if it asks for more than is ever let pass
     * @throws IllegalStateException                if the JVM ends
     */
    void submit(Job job) {
        lock.lock();
        try {
            if (halted) {
                throw new IllegalStateException("The JVM is ending");
            }
            Ticket<Job> ticket = line.join(job, job.claim());
            tickets.put(job, ticket);
            if (ticket.running()) {
                start(grant(job));
            }
            serve();
        } finally {
            unlockAndTell();
        }
    }

    /** Takes a job out of the line if it still waits there. */
    void forget(Job job) {
        leave(job, line::cancel);
    }

    /** Takes a job out of the line, if it still waits there, because its time is up. */
    void expire(Job job) {
        leave(job, line::expire);
    }

    private void leave(Job job, Predicate<Ticket<Job>> way) {
        lock.lock();
        try {
            Ticket<Job> ticket = tickets.get(job);
            if (ticket != null && way.test(ticket)) {
                remove(job);
                serve();
            }
        } finally {
            unlockAndTell();
        }
    }

    /** Waits until nothing runs and nothing waits. */
    void awaitIdle() throws InterruptedException {
        lock.lock();
        try {
            while (!tickets.isEmpty()) {
                emptied.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Cancels what runs and what waits, for good, and waits until the slots are free, for the time given at most. */
    void halt(Duration limit) {
        List<Job> jobs;
        lock.lock();
        try {
            halted = true;
            jobs = List.copyOf(tickets.keySet());
        } finally {
            lock.unlock();
        }
        jobs.forEach(this::forget); // before what runs makes room for it
        jobs.forEach(Job::cancel);
        lock.lock();
        try {
            long left = limit.toNanos();
            while (!tickets.isEmpty() && left > 0) {
                left = emptied.awaitNanos(left);
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
            return line.waiting();
        } finally {
            lock.unlock();
        }
    }

    AdmissionStatistics statistics() {
        lock.lock();
        try {
            return line.statistics();
        } finally {
            lock.unlock();
        }
    }

    /** Starts all that can go now, and has the timer look again when time alone lets more of them go; lock held. */
    private void serve() {
        for (Work work = next(); work != null; work = next()) {
            start(work);
        }
        setAlarm(line.nanosUntilChange());
    }

    private void setAlarm(OptionalLong wait) {
        long left = Math.min(wait.orElse(0), LONGEST_NANOS);
        long due = nanos.getAsLong() + left;
        boolean wanted = wait.isPresent();
        boolean inTime = alarm != null && alarmAt - due <= 0;
        if (!(wanted && inTime)) {
            cancelAlarm();
        }
        if (wanted && !inTime) {
            alarmAt = due;
            alarm = timer.after(Duration.ofNanos(left), this::wake);
        }
    }

    private void cancelAlarm() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    /** Called by the timer, perhaps by an alarm that was cancelled too late. */
    private void wake() {
        lock.lock();
        try {
            cancelAlarm();
            for (Ticket<Job> ticket : line.expired()) {
                remove(ticket.item());
                fail(ticket.item(), line.busy("The request waited as long as one may wait for the model."));
            }
            serve();
        } finally {
            unlockAndTell();
        }
    }

    /** Takes the next job that can go, and a slot for it; lock held. */
    private @Nullable Work next() {
        return line.next().map(ticket -> grant(ticket.item())).orElse(null);
    }

    private void start(Work work) {
        try {
            readers.execute(() -> work(work));
        } catch (OutOfMemoryError e) { // so the JVM says that it has no more threads
            giveBack(work, 0);
            fail(work.job, new EngineException("No thread could be started for the request. Give the process more "
                    + "threads or memory, or the model fewer slots.", e));
        }
    }

    private void work(Work first) {
        Work work = first;
        while (work != null) {
            Runnable completion = work.job.run(work.slot);
            work = release(work);
            tell(completion);
        }
    }

    /** Gives the slot back and, if a job can go, takes one for it. */
    private @Nullable Work release(Work done) {
        lock.lock();
        try {
            giveBack(done, done.job.usedTokens());
            Work next = next();
            serve();
            return next;
        } finally {
            unlockAndTell();
        }
    }

    private void giveBack(Work done, long usedTokens) {
        Ticket<Job> ticket = tickets.get(done.job);
        if (ticket != null && line.end(ticket, usedTokens)) {
            idle.add(done.slot);
            remove(done.job);
        }
    }

    private void remove(Job job) {
        tickets.remove(job);
        if (tickets.isEmpty()) {
            emptied.signalAll();
        }
    }

    private void fail(Job job, RuntimeException cause) {
        news.add(() -> job.fail(cause));
    }

    private void unlockAndTell() {
        List<Runnable> told = List.copyOf(news);
        news.clear();
        lock.unlock();
        told.forEach(SlotScheduler::tell);
    }

    /** Whatever is thrown by those who are told, this thread may have a slot to serve and others to tell. */
    private static void tell(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A job threw when it was told of its end", e);
        }
    }

    /** Gives a job the session's own slot, or the one that was used least recently; lock held. */
    private Work grant(Job job) {
        Slot chosen = idle.stream().filter(slot -> slot.isOf(job.session())).findFirst()
                .orElseGet(() -> idle.stream().min(Comparator.comparingLong(Slot::lastUse)).orElseThrow());
        idle.remove(chosen);
        chosen.grant(job.session(), ++clock);
        return new Work(job, chosen);
    }
}
