package dev.llf.testing;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Where a performance has its time from. */
interface Timeline extends LongSupplier {

    /** Time as it passes; each alarm is a virtual thread. */
    Timeline SYSTEM = new Timeline() {
        @Override
        public long getAsLong() {
            return System.nanoTime();
        }

        @Override
        public Runnable at(long nanos, Runnable action) {
            Thread alarm = Thread.ofVirtual().name("llf-scripted-alarm").start(() -> {
                for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                    if (Thread.interrupted()) {
                        return;
                    }
                }
                action.run();
            });
            return alarm::interrupt;
        }
    };

    /** Time that a test moves. */
    static Timeline of(ManualClock clock) {
        return new Timeline() {
            @Override
            public long getAsLong() {
                return clock.getAsLong();
            }

            @Override
            public Runnable at(long nanos, Runnable action) {
                return clock.at(nanos, action);
            }
        };
    }

    /** Runs an action at a time, or soon if that is past; the result takes it back. */
    Runnable at(long nanos, Runnable action);
}
