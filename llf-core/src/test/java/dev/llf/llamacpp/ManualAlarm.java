package dev.llf.llamacpp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Time that stands still until it is told to pass. */
final class ManualAlarm implements Supervision.Alarm, LongSupplier {

    private record Entry(long due, Runnable action) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now;

    @Override
    public synchronized void after(Duration time, Runnable action) {
        entries.add(new Entry(now + time.toNanos(), action));
    }

    @Override
    public synchronized long getAsLong() {
        return now;
    }

    /** Returns the times from now at which something is due. */
    synchronized List<Duration> due() {
        return entries.stream().map(entry -> Duration.ofNanos(entry.due - now)).sorted().toList();
    }

    /** Lets time pass and does what comes due, in order. */
    void pass(Duration time) {
        long end = getAsLong() + time.toNanos();
        Optional<Entry> next = take(end);
        while (next.isPresent()) {
            next.get().action.run();
            next = take(end);
        }
    }

    private synchronized Optional<Entry> take(long end) {
        Optional<Entry> next = entries.stream().filter(entry -> entry.due <= end)
                .min(Comparator.comparingLong(Entry::due));
        next.ifPresent(entries::remove);
        now = next.map(Entry::due).orElse(end);
        return next;
    }
}
