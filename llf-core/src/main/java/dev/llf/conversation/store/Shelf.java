package dev.llf.conversation.store;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of conversations, on boards with a lock each; a conversation always has the same board. */
final class Shelf {

    /** The most conversations that are remembered. */
    static final int MAX_KNOWN = 16_384;

    private static final int BOARDS = 64;

    private final Board[] boards = Stream.generate(Board::new).limit(BOARDS).toArray(Board[]::new);

    /** One conversation at a time is worked on with the lock of its board held. */
    static final class Board {

        private final ReentrantLock lock = new ReentrantLock();
        /** Guarded by lock; least recently used first. */
        private final Map<String, End> ends = new LinkedHashMap<>(16, 0.75f, true);

        void lock() {
            lock.lock();
        }

        void unlock() {
            lock.unlock();
        }

        @Nullable
        End get(String conversation) {
            return ends.get(conversation);
        }

        void put(String conversation, End end) {
            if (end.length() == 0) {
                ends.remove(conversation);
            } else {
                ends.put(conversation, end);
                forgetOne();
            }
        }

        /** A write that failed is remembered until the file was put in order, or its line might come back. */
        private void forgetOne() {
            Iterator<End> oldest = ends.values().iterator();
            boolean full = ends.size() > MAX_KNOWN / BOARDS;
            while (full && oldest.hasNext()) {
                if (!oldest.next().hasFailed()) {
                    oldest.remove();
                    full = false;
                }
            }
        }

        void remove(String conversation) {
            ends.remove(conversation);
        }
    }

    Board of(String conversation) {
        return boards[Math.floorMod(conversation.hashCode(), BOARDS)];
    }

    /** Returns when every board was free once. */
    void awaitQuiet() {
        for (Board board : boards) {
            board.lock();
            board.unlock();
        }
    }
}
