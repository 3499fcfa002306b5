package dev.llf.observe.analytics;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps the newest events in memory. */
final class EventMemory implements EventLog {

    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<AnalyticsEvent> events = new ArrayDeque<>(); // guarded by lock

    EventMemory(int capacity) {
        this.capacity = capacity;
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int append(List<AnalyticsEvent> added) {
        locked(() -> {
            events.addAll(added);
            while (events.size() > capacity) {
                events.remove();
            }
        });
        return added.size();
    }

    @Override
    public void read(Period period, Sink sink) {
        locked(() -> events.forEach(sink::event));
    }

    @Override
    public void deleteBefore(Instant time) {
        locked(() -> events.removeIf(event -> event.origin().time().isBefore(time)));
    }

    @Override
    public void clear() {
        locked(events::clear);
    }
}
