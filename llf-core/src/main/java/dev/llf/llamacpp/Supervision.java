package dev.llf.llamacpp;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * How patient the host is with a worker process.
 *
 * @param silence how long a worker may give no sign of life
 * @param cancel  how long a cancelled generation may go on before the worker is killed, if it does nothing else
 * @param alarm   runs things later
 * @param nanos   the clock
 */
record Supervision(Duration silence, Duration cancel, Alarm alarm, LongSupplier nanos) {

    /** The host looks so often before it calls a silence too long. */
    static final int CHECKS = 4;

    static final Supervision DEFAULT = new Supervision(Duration.ofSeconds(10), Duration.ofMillis(40),
            Supervision::later,
            System::nanoTime);

    /** Runs something later. */
    interface Alarm {
        /** Runs the action, which must not block, after the time. */
        void after(Duration time, Runnable action);
    }

    private static void later(Duration time, Runnable action) {
        Future<?> unused = Deadlines.after(time, action); // nothing here is ever called off
    }

    Duration checkInterval() {
        return silence.dividedBy(CHECKS);
    }

    /** How often the worker gives a sign of life: twice for each look. */
    Duration beat() {
        return silence.dividedBy(2L * CHECKS);
    }
}
