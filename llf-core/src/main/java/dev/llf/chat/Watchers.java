package dev.llf.chat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happened to one response, and those who are told of it. */
final class Watchers {

    private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

    /** Grows only; at most one entry for each method of {@link ChatWatcher}. */
    private final List<Consumer<ChatWatcher>> happened = new CopyOnWriteArrayList<>();
    private final List<Watched> watched = new CopyOnWriteArrayList<>();
    private volatile int told;

    /** Notes what happened; whoever holds a lock tells of it after it has let go. */
    void add(Consumer<ChatWatcher> event) {
        happened.add(event);
    }

    /** Tells all of what they do not know yet. */
    void tell() {
        if (told < happened.size()) {
            told = happened.size();
            watched.forEach(Watched::tell);
        }
    }

    /** Waits until all have been told what has happened. */
    void awaitTold() {
        watched.forEach(Watched::tell);
    }

    void watch(ChatWatcher watcher) {
        Watched added = new Watched(Objects.requireNonNull(watcher, "watcher"));
        watched.add(added);
        added.tell();
    }

    private final class Watched {

        private final ChatWatcher watcher;
        private final ReentrantLock telling = new ReentrantLock();
        private int known; // guarded by telling

        Watched(ChatWatcher watcher) {
            this.watcher = watcher;
        }

        void tell() {
            telling.lock();
            try {
                while (known < happened.size()) {
                    tell(happened.get(known++));
                }
            } finally {
                telling.unlock();
            }
        }

        private void tell(Consumer<ChatWatcher> event) {
            try {
                event.accept(watcher);
            } catch (RuntimeException | Error e) { // the response goes on, whatever it is
                LOG.warn("A watcher of a response threw", e);
            }
        }
    }
}
