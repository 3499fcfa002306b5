package dev.llf.llamacpp;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The values that were used last, up to a number of bytes. Safe for use by many threads; computes nothing under its lock.
 */
final class RecentlyUsed<K, V> {

    private final long maxBytes;
    private final ToLongBiFunction<K, V> size;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}; the one that was not used for longest comes first. */
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes; // guarded by lock

    /**
     * Creates an empty store.
     *
     * @param maxBytes how much is kept; a value that alone takes more than a quarter of it is not
     * @param size     says how many bytes a key and its value take; always the same for the same two
     */
    RecentlyUsed(long maxBytes, ToLongBiFunction<K, V> size) {
        this.maxBytes = maxBytes;
        this.size = size;
    }

    @Nullable
    V get(K key) {
        lock.lock();
        try {
            return values.get(key);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the value in place of an earlier one, and forgets what was not used for longest. */
    void put(K key, V value) {
        long added = size.applyAsLong(key, value);
        lock.lock();
        try {
            V old = values.remove(key);
            bytes -= old == null ? 0 : size.applyAsLong(key, old);
            if (added <= maxBytes / 4) {
                values.put(key, value);
                bytes += added;
                shrink();
            }
        } finally {
            lock.unlock();
        }
    }

    private void shrink() {
        Iterator<Map.Entry<K, V>> eldest = values.entrySet().iterator();
        while (bytes > maxBytes) {
            Map.Entry<K, V> entry = eldest.next();
            bytes -= size.applyAsLong(entry.getKey(), entry.getValue());
            eldest.remove();
        }
    }
}
