package dev.llf.llamacpp;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one timer thread of the JVM's engines; started by the first deadline. */
final class Deadlines {

    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("llf-deadlines").factory());

    static {
        TIMER.setRemoveOnCancelPolicy(true);
    }

    private Deadlines() {}

    /** Runs the action, which must not block, after the time; cancelling the result forgets it. */
    static Future<?> after(Duration time, Runnable action) {
        return TIMER.schedule(action, TimeUnit.NANOSECONDS.convert(time), TimeUnit.NANOSECONDS);
    }

    /** How many actions are waited for. */
    static int pending() {
        return TIMER.getQueue().size();
    }
}
