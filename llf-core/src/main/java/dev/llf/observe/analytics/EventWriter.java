package dev.llf.observe.analytics;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that writes. While the disk does not take anything it tries again ever more seldom. */
final class EventWriter implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);

    private static final int MAX_BATCH = 1000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration MAX_PAUSE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration LOOK_AT_CLOCK = Duration.ofMinutes(10);

    private final EventQueue queue;
    private final EventLog log;
    private final Duration retention;
    private final Clock clock;
    /** Held while events are on their way from the queue to the log. */
    private final ReentrantLock writing = new ReentrantLock();
    private final Thread thread = Thread.ofPlatform().name("llf-analytics").daemon().unstarted(this);
    private @Nullable Instant cleaned; // used by the thread only
    private Duration pause = Duration.ZERO; // used by the thread only; zero while all is well

    EventWriter(EventQueue queue, EventLog log, Duration retention, Clock clock) {
        this.queue = queue;
        this.log = log;
        this.retention = retention;
        this.clock = clock;
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            do {
                clean();
                write();
            } while (queue.awaitWork(LOOK_AT_CLOCK));
        } catch (InterruptedException e) {
            LOG.warn("analytics could not be written in time; {}", queue.statistics());
        }
    }

    /** Deletes once a day what is too old. */
    private void clean() {
        Instant now = clock.instant();
        if (cleaned != null && now.isBefore(cleaned.plus(DAY))) {
            return;
        }
        cleaned = now;
        try {
            log.deleteBefore(now.minus(retention));
        } catch (IOException | RuntimeException e) {
            LOG.warn("old analytics could not be deleted, which is tried again in a day: {}", e.toString());
        }
    }

    private void write() throws InterruptedException {
        EventQueue.Batch batch;
        writing.lockInterruptibly();
        try {
            batch = queue.head(MAX_BATCH);
            if (batch.events().isEmpty() || append(batch)) {
                return;
            }
        } finally {
            writing.unlock();
        }
        queue.backOff(pause, batch);
    }

    private boolean append(EventQueue.Batch batch) {
        try {
            queue.written(log.append(batch.events()));
            if (!pause.isZero()) {
                LOG.info("analytics are written again; {}", queue.statistics());
                pause = Duration.ZERO;
            }
            return true;
        } catch (IOException e) {
            failed(batch, e, false);
        } catch (RuntimeException e) {
            failed(batch, e, true);
        }
        return false;
    }

    private void failed(EventQueue.Batch batch, Exception cause, boolean hopeless) {
        if (pause.isZero()) {
            LOG.warn("analytics cannot be written, which harms no chat and is tried again: {}", cause.toString());
            pause = FIRST_PAUSE;
        } else {
            pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause.multipliedBy(2);
        }
        queue.failed(batch, hopeless);
    }

    /** Forgets what waits and what was written. Returns false if the log was busy all the time. */
    boolean clear(Duration limit) throws InterruptedException, IOException {
        if (!writing.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            queue.clear();
            log.clear();
            return true;
        } finally {
            writing.unlock();
        }
    }

    /** Waits until all is written; what takes longer is given up. */
    void join(Duration limit) throws InterruptedException {
        if (!thread.join(limit)) {
            thread.interrupt();
        }
    }
}
