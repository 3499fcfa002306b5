package dev.llf;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The stored conversations in use, so that all who use one wait for each other; they go when nobody uses them. */
final class OpenConversations {

    private static final int SWEEP = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, WeakReference<OpenConversation>> open = new HashMap<>(); // guarded by lock
    private int sweepAt = SWEEP; // guarded by lock

    /** Returns the conversation that is in use under this id, or opens it. */
    OpenConversation open(String id, Supplier<OpenConversation> opener) {
        lock.lock();
        try {
            WeakReference<OpenConversation> known = open.get(id);
            OpenConversation conversation = known == null ? null : known.get();
            if (conversation == null) {
                conversation = opener.get();
                open.put(id, new WeakReference<>(conversation));
                sweep();
            }
            return conversation;
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        if (open.size() >= sweepAt) {
            open.values().removeIf(reference -> reference.get() == null);
            sweepAt = Math.max(SWEEP, 2 * open.size());
        }
    }
}
