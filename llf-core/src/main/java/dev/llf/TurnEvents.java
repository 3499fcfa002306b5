package dev.llf;

import dev.llf.chat.ChatStream;
import dev.llf.chat.ChatWatcher;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Moment;
import dev.llf.spi.TurnListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners what happens in one turn: one event at a time, and none after the last. */
final class TurnEvents {

    private static final Logger LOG = LoggerFactory.getLogger(TurnEvents.class);

    private final List<TurnListener> listeners;
    private final Clock clock;
    private final Place place;
    private final long queuedAt = System.nanoTime();
    private final ReentrantLock telling = new ReentrantLock();
    private boolean ended; // guarded by telling

    /** Which turn it is. */
    record Place(String conversation, String branch, String turn, Optional<String> tenant) {}

    TurnEvents(List<TurnListener> listeners, Clock clock, Place place) {
        this.listeners = listeners;
        this.clock = clock;
        this.place = place;
    }

    Place place() {
        return place;
    }

    /** Tells of something that happens now. */
    void tell(Function<Moment, TurnEvent> event) {
        tell(event, false);
    }

    /** Tells of the end. */
    void tellLast(Function<Moment, TurnEvent> event) {
        tell(event, true);
    }

    private void tell(Function<Moment, TurnEvent> event, boolean last) {
        if (listeners.isEmpty()) {
            return;
        }
        telling.lock();
        try {
            if (!ended) {
                ended = last;
                TurnEvent happened = event.apply(moment());
                listeners.forEach(listener -> tell(listener, happened));
            }
        } finally {
            telling.unlock();
        }
    }

    private Moment moment() {
        return new Moment(place.conversation, place.branch, place.turn, place.tenant, clock.instant(),
                Duration.ofNanos(System.nanoTime() - queuedAt));
    }

    private static void tell(TurnListener listener, TurnEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException | Error e) { // the turn goes on, whatever it is
            LOG.warn("A listener threw at {}", event.getClass().getSimpleName(), e);
        }
    }

    /** Tells how the model's answer to a prompt comes along. */
    void watch(ChatStream answer, int round) {
        if (!listeners.isEmpty()) {
            answer.watch(watcher(round));
        }
    }

    private ChatWatcher watcher(int round) {
        return new ChatWatcher() {
            @Override
            public void started(int promptTokens, int cachedTokens) {
                tell(moment -> new TurnEvent.Admitted(moment, round, promptTokens, cachedTokens));
            }

            @Override
            public void firstToken() {
                tell(moment -> new TurnEvent.FirstToken(moment, round));
            }
        };
    }
}
