package dev.llf.conversation.store;

import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps conversations in memory, for tests and for programs whose conversations may end with them.
 *
 * <p>It behaves as a store in files does, but that nothing outlives it. Bounded by the heap alone: delete what is no longer
 * needed. Safe for use by many threads.
 */
public final class MemoryConversationStore implements ConversationStore {

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock; no list is empty. */
    private final TreeMap<String, List<ConversationEntry>> conversations = new TreeMap<>();
    /** Guarded by lock. */
    private boolean closed;

    /** Creates an empty store. */
    public MemoryConversationStore() {
        // nothing to set up
    }

    @Override
    public void append(String conversation, long revision, List<ConversationEntry> entries) {
        StoreRules.checkId(conversation);
        List<ConversationEntry> added = StoreRules.checked(entries);
        lock.lock();
        try {
            checkOpen();
            List<ConversationEntry> known = conversations.getOrDefault(conversation, List.of());
            StoreRules.checkRevision(conversation, revision, known.size());
            conversations.computeIfAbsent(conversation, id -> new ArrayList<>()).addAll(added);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<ConversationEntry> read(String conversation) {
        StoreRules.checkId(conversation);
        lock.lock();
        try {
            checkOpen();
            return List.copyOf(conversations.getOrDefault(conversation, List.of()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> conversations() {
        lock.lock();
        try {
            checkOpen();
            return List.copyOf(conversations.keySet());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean delete(String conversation) {
        StoreRules.checkId(conversation);
        lock.lock();
        try {
            checkOpen();
            return conversations.remove(conversation) != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            conversations.clear();
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw StoreRules.closed();
        }
    }
}
