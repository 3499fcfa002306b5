package dev.llf.observe;

import dev.llf.error.StorageException;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Keeps the figures of the last turns, and counts all turns. Every turn that ends is counted, however it ended.
 *
 * <p>Safe for use by many threads: what is computed, is computed from a copy, and nothing waits for it.
 */
public final class Metrics implements TurnListener {

    private static final int DEFAULT_HISTORY = 1000;
    private static final int MAX_HISTORY = 1_000_000;

    private final int history;
    private final Clock clock;
    private final RunningTurns running = new RunningTurns();
    private final Labels models = new Labels();
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock; the oldest first. */
    private final Deque<TurnMetrics> last = new ArrayDeque<>();
    /** Guarded by lock. */
    private Totals totals = Totals.NONE;

    /** Creates metrics that keep the last 1,000 turns. */
    public Metrics() {
        this(DEFAULT_HISTORY);
    }

    /**
     * Creates metrics that keep the last turns.
     *
     * @param history how many turns, 1 to 1,000,000
     * @throws IllegalArgumentException if it is out of range
     */
    public Metrics(int history) {
        this(history, Clock.systemUTC());
    }

    /**
     * Creates metrics that keep the last turns.
     *
     * @param history how many turns, 1 to 1,000,000
     * @param clock   what {@link #snapshot(Duration)} counts back from: the clock that the turns have their times from
     * @throws IllegalArgumentException if the number is out of range
     */
    public Metrics(int history, Clock clock) {
        this.history = Ranges.check("history", history, MAX_HISTORY);
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    @Override
    public void on(TurnEvent event) {
        running.on(event).ifPresent(turn -> keep(TurnMetrics.of(turn, models.of(turn.model()))));
    }

    private void keep(TurnMetrics turn) {
        lock.lock();
        try {
            totals = totals.plus(turn);
            last.addLast(turn);
            if (last.size() > history) {
                last.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    private List<TurnMetrics> copy() {
        lock.lock();
        try {
            return new ArrayList<>(last);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the counts of all turns, also of those that are not kept any more.
     *
     * @return the counts so far
     */
    public Totals totals() {
        lock.lock();
        try {
            return totals;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the last turns' figures.
     *
     * @param count how many, at least 1; fewer are returned if there are fewer
     * @return the turns in the order in which they ended; unmodifiable
     * @throws IllegalArgumentException if the number is not positive
     */
    public List<TurnMetrics> recent(int count) {
        Ranges.check("count", count, Integer.MAX_VALUE);
        List<TurnMetrics> turns = copy();
        return Collections.unmodifiableList(turns.subList(Math.max(0, turns.size() - count), turns.size()));
    }

    /**
     * Sums up all turns that are kept.
     *
     * @return their figures
     */
    public MetricsSnapshot snapshot() {
        return MetricsSnapshot.of(copy());
    }

    /**
     * Sums up the last turns.
     *
     * @param lastTurns how many, at least 1
     * @return their figures
     * @throws IllegalArgumentException if the number is not positive
     */
    public MetricsSnapshot snapshot(int lastTurns) {
        return MetricsSnapshot.of(recent(lastTurns));
    }

    /**
     * Sums up the turns that ended lately, as far as they are kept.
     *
     * @param age how long ago at most, more than zero
     * @return their figures
     * @throws IllegalArgumentException if the time is not positive
     */
    public MetricsSnapshot snapshot(Duration age) {
        if (!age.isPositive()) {
            throw new IllegalArgumentException("age must be more than zero, was %s".formatted(age));
        }
        Instant oldest = clock.instant().minus(age);
        return MetricsSnapshot.of(copy().stream().filter(turn -> !turn.endedAt().isBefore(oldest)).toList());
    }

    /**
     * Sums up all turns that are kept, each model's apart.
     *
     * @return figures by the model's name, sorted; unmodifiable
     */
    public Map<String, MetricsSnapshot> byModel() {
        Map<String, List<TurnMetrics>> turns = copy().stream()
                .collect(Collectors.groupingBy(TurnMetrics::model, TreeMap::new, Collectors.toList()));
        Map<String, MetricsSnapshot> result = new TreeMap<>();
        turns.forEach((model, its) -> result.put(model, MetricsSnapshot.of(its)));
        return Collections.unmodifiableMap(result);
    }

    /**
     * Writes the turns that are kept: an object with {@code schemaVersion} 1 and the array {@code turns}, oldest first, times
     * in seconds. What is not known is null. The file is there as a whole or not at all, for the owner alone.
     *
     * @param file where to; what was there is replaced
     * @throws StorageException if it cannot be written
     */
    public void writeJson(Path file) {
        MetricsFile.writeJson(file, copy());
    }

    /**
     * Writes the turns that are kept as comma-separated values in UTF-8: a line of names, then one line a turn, oldest first,
     * with the columns of {@link #writeJson}. What is not known is empty; an apostrophe stands before what a spreadsheet
     * would take for a formula. The file is there as a whole or not at all, for the owner alone.
     *
     * @param file where to; what was there is replaced
     * @throws StorageException if it cannot be written
     */
    public void writeCsv(Path file) {
        MetricsFile.writeCsv(file, copy());
    }
}
