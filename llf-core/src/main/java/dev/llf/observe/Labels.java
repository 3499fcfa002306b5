package dev.llf.observe;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Names that become labels of figures: escaped and short, and only so many of them. Safe for use by many threads. */
final class Labels {

    static final int MAX = 100;
    static final String OTHER = "other";

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock. */
    private final Set<String> known = new HashSet<>();

    /** Returns the name, or {@value #OTHER} if there are enough names already. */
    String of(String name) {
        String label = Shown.name(name);
        lock.lock();
        try {
            return known.contains(label) || (known.size() < MAX && known.add(label)) ? label : OTHER;
        } finally {
            lock.unlock();
        }
    }
}
