package dev.llf.observe;

import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Moment;
import dev.llf.spi.TurnEvent.Queued;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the events of the turns that run, and tells each turn when it has ended. Cheap while a turn runs: the events are
 * read when the last one is there. Safe for use by many threads.
 *
 * <p>Bounded: of more turns than {@link #MAX_TURNS} the oldest is forgotten, as one that will never end, and of more events
 * than {@link #MAX_EVENTS} in a turn only the last one counts. A forgotten turn's last event makes a turn of its own.
 */
final class RunningTurns {

    static final int MAX_TURNS = 1000;
    static final int MAX_EVENTS = 1000;

    /** Most turns have fewer events than this. */
    private static final int USUAL_EVENTS = 12;

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock; the oldest first. */
    private final SequencedMap<Key, Events> running = new LinkedHashMap<>();

    private record Key(String conversation, String turn) {
        static Key of(Moment moment) {
            return new Key(moment.conversation(), moment.turn());
        }
    }

    private static final class Events {
        private final List<TurnEvent> kept = new ArrayList<>(USUAL_EVENTS);
        private int dropped;

        Events add(TurnEvent event) {
            if (kept.size() < MAX_EVENTS || TurnTimeline.isLast(event)) {
                kept.add(event);
            } else {
                dropped++;
            }
            return this;
        }
    }

    /** Takes an event; returns the turn if it was its last. */
    Optional<TurnTimeline> on(TurnEvent event) {
        boolean last = TurnTimeline.isLast(event);
        Events ended = null;
        lock.lock();
        try {
            Key key = Key.of(event.moment());
            Events events = last ? running.remove(key) : running.get(key);
            if (event instanceof Queued) {
                begin(key, event);
            } else if (last) {
                ended = (events == null ? new Events() : events).add(event);
            } else if (events != null) {
                events.add(event);
            }
        } finally {
            lock.unlock();
        }
        return ended == null ? Optional.empty() : Optional.of(new TurnTimeline(ended.kept, ended.dropped));
    }

    /** Called with the lock held. */
    private void begin(Key key, TurnEvent event) {
        running.putLast(key, new Events().add(event));
        if (running.size() > MAX_TURNS) {
            running.pollFirstEntry();
        }
    }

    /** Returns how many turns run. */
    int size() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }
}
