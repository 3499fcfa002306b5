package dev.llf;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a thread's work that others may interrupt, so that the interrupt neither misses it nor hits what the thread
 * does afterwards. An interrupt that comes before the section hits it when it begins. An interrupt that the thread brought
 * along is still pending after the section. A section within itself ends with the outer one.
 */
final class InterruptibleSection {

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread inside; // guarded by lock
    private int depth; // guarded by lock
    private boolean broughtAlong; // guarded by lock
    private boolean requested; // guarded by lock

    void enter() {
        lock.lock();
        try {
            if (depth++ == 0) {
                inside = Thread.currentThread();
                broughtAlong = inside.isInterrupted();
            }
            if (requested && inside != null) {
                inside.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            if (--depth > 0) {
                return;
            }
            inside = null;
            if (requested) {
                Thread.interrupted(); // it was meant for the section
            }
            if (broughtAlong) {
                Thread.currentThread().interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    void interrupt() {
        lock.lock();
        try {
            requested = true;
            if (inside != null) {
                inside.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
