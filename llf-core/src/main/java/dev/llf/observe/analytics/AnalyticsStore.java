package dev.llf.observe.analytics;

import dev.llf.error.StorageException;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what happens in turns and reports on it.
 *
 * <p>Nothing of what was said is kept: only names, ids, numbers, times and, of LLF's own errors, the message. Events go into
 * a queue and from there, on one daemon thread, into a directory with one file of JSON lines a month (in UTC), which its
 * owner alone may read. Several stores, also of different processes, may write to one directory; it should hold nothing
 * else.
 *
 * <p>Chats never wait for the disk. If it is full, slow or gone, events wait in the queue and writing is tried again, ever
 * more seldom, up to once a minute; what finds the queue full is dropped and counted in {@link #statistics}. What was written
 * outlives the process, but not always a power cut.
 *
 * <p>Safe for use by many threads. Close it after the turns that it listens to have ended.
 */
public final class AnalyticsStore implements TurnListener, AutoCloseable {

    /** How long {@link #close}, {@link #clear} and {@link #report} wait for the disk at most. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(AnalyticsStore.class);

    private final TurnTranslator translator;
    private final EventQueue queue;
    private final EventLog log;
    private final EventWriter writer;
    private final ReportSettings settings;

    private AnalyticsStore(Builder builder, EventLog log) {
        this.log = log;
        translator = new TurnTranslator(Optional.ofNullable(builder.pseudonyms), builder.errorText);
        queue = new EventQueue(builder.queueCapacity);
        writer = new EventWriter(queue, log, builder.retention, builder.clock);
        settings = new ReportSettings(builder.prices, builder.rules, builder.clock);
    }

    /**
     * Opens a store in a directory with the defaults of {@link #builder}.
     *
     * @param directory the directory; created if it is not there
     * @return the store; closed by the caller
     * @throws StorageException if the directory cannot be created or written to
     */
    public static AnalyticsStore open(Path directory) {
        return builder().directory(directory).open();
    }

    /**
     * Opens a store that keeps the newest events in memory, with the defaults of {@link #builder}.
     *
     * @return the store; closed by the caller
     */
    public static AnalyticsStore inMemory() {
        return builder().open();
    }

    /**
     * Begins to set up a store.
     *
     * @return a builder for a store in memory that has all defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void on(TurnEvent event) {
        try {
            translator.translate(event).ifPresent(queue::offer);
        } catch (RuntimeException e) {
            queue.failed();
            LOG.debug("no event could be made of {}", event.getClass().getName(), e);
        }
    }

    /**
     * Records an event of the caller's own. Returns at once.
     *
     * @param event the event; kept as it is, without pseudonyms
     */
    public void record(AnalyticsEvent event) {
        queue.offer(Objects.requireNonNull(event, "event"));
    }

    /**
     * Tells what became of the events.
     *
     * @return counts since the store was opened
     */
    public AnalyticsStatistics statistics() {
        return queue.statistics();
    }

    /**
     * Waits until all events that came before are written. Tries at once if the disk has failed before.
     *
     * @param limit how long to wait at most
     * @return false if the time was over, the disk failed again or the thread was interrupted, which it stays
     */
    public boolean flush(Duration limit) {
        try {
            return queue.flush(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Deletes all events, also those of other stores in the same directory.
     *
     * @throws StorageException if they cannot be deleted, or the disk is busy for longer than {@link #PATIENCE}
     */
    public void clear() {
        try {
            if (!writer.clear(PATIENCE)) {
                throw new StorageException(
                        "The analytics were not deleted: a write has not ended for %s. Try again later."
                                .formatted(PATIENCE));
            }
        } catch (IOException e) {
            throw unreadable("deleted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreadable("deleted", e);
        }
    }

    private static StorageException unreadable(String what, Exception cause) {
        return new StorageException(
                "The analytics could not be %s: %s. Check the directory and try again.".formatted(what,
                        cause),
                cause);
    }

    /**
     * Sums up what happened in a period. What was recorded before is included, if it can be written within
     * {@link #PATIENCE}. Files are read line by line; about 30 bytes a turn are held meanwhile. May be called after
     * {@link #close}.
     *
     * @param period when
     * @return the report
     * @throws StorageException if the files cannot be read
     */
    public AnalyticsReport report(Period period) {
        Objects.requireNonNull(period, "period");
        flush(PATIENCE);
        ReportBuilder report = new ReportBuilder(period, settings);
        try {
            log.read(period, report);
        } catch (IOException e) {
            throw unreadable("read", e);
        }
        return report.build();
    }

    /**
     * Writes what was recorded, waiting at most {@link #PATIENCE}, and records nothing more. Closing again has no effect. An
     * interrupt ends the wait and stays.
     */
    @Override
    public void close() {
        if (queue.close()) {
            try {
                writer.join(PATIENCE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Sets up a store. Not safe for use by many threads. */
    public static final class Builder {

        private static final Duration MIN_RETENTION = Duration.ofDays(1);
        private static final int MIN_FILE_BYTES = 1 << 16;
        private static final int MAX_CAPACITY = 10_000_000;

        private @Nullable Path directory;
        private int queueCapacity = 10_000;
        private int memoryCapacity = 100_000;
        private Duration retention = Duration.ofDays(90);
        private long maxFileBytes = 256L << 20;
        private @Nullable Pseudonyms pseudonyms;
        private Function<Throwable, String> errorText = ErrorText.DEFAULT;
        private PriceTable prices = PriceTable.builder().build();
        private List<InsightRule> rules = InsightRule.defaults();
        private Clock clock = Clock.systemUTC();
        private EventFiles.Output output = EventFiles.Output.REAL;

        private Builder() {}

        /**
         * Keeps events in files. Without it they are kept in memory.
         *
         * @param directory where; created if it is not there
         * @return this builder
         */
        public Builder directory(Path directory) {
            this.directory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Sets how many events may wait to be written; 10,000 by default. More are dropped and counted.
         *
         * @param events 1 to 10,000,000
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder queueCapacity(int events) {
            queueCapacity = capacity(events, "queueCapacity");
            return this;
        }

        /**
         * Sets how many events a store in memory keeps, 100,000 by default; the oldest go first.
         *
         * @param events 1 to 10,000,000
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder memoryCapacity(int events) {
            memoryCapacity = capacity(events, "memoryCapacity");
            return this;
        }

        private static int capacity(int events, String what) {
            require(events >= 1 && events <= MAX_CAPACITY, what, "1 to " + MAX_CAPACITY, events);
            return events;
        }

        private static void require(boolean condition, String what, Object expected, Object found) {
            if (!condition) {
                throw new IllegalArgumentException("%s must be %s, was %s".formatted(what, expected, found));
            }
        }

        /**
         * Sets how long events are kept, 90 days by default. Older ones are deleted at the start and daily; a file goes when
         * all of its month is older.
         *
         * @param time at least a day
         * @return this builder
         * @throws IllegalArgumentException if it is shorter
         */
        public Builder retention(Duration time) {
            require(time.compareTo(MIN_RETENTION) >= 0, "retention", "at least " + MIN_RETENTION, time);
            retention = time;
            return this;
        }

        /**
         * Sets how long a file may become, 256 MiB by default; the month goes on in a next one.
         *
         * @param bytes at least 65,536
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxFileBytes(long bytes) {
            require(bytes >= MIN_FILE_BYTES, "maxFileBytes", "at least " + MIN_FILE_BYTES, bytes);
            maxFileBytes = bytes;
            return this;
        }

        /**
         * Keeps conversations and tenants under pseudonyms (HMAC-SHA-256) instead of their own names. Equal names have equal
         * pseudonyms as long as the key is the same.
         *
         * @param key the secret, at least 16 random bytes; copied
         * @return this builder
         * @throws IllegalArgumentException if it is too short
         */
        public Builder pseudonyms(byte[] key) {
            pseudonyms = new Pseudonyms(key);
            return this;
        }

        /**
         * Sets what of an error's message is kept. By default that of exceptions of {@code dev.llf.error}, which never quote
         * what was said, and nothing of others. Common forms of secrets are taken out in any case, and long texts are cut.
         *
         * @param text returns what may be kept, possibly empty; called by the threads of turns
         * @return this builder
         */
        public Builder errorText(Function<Throwable, String> text) {
            errorText = Objects.requireNonNull(text, "text");
            return this;
        }

        /**
         * Sets what models cost. By default nothing is known, and reports say so.
         *
         * @param table the prices
         * @return this builder
         */
        public Builder prices(PriceTable table) {
            prices = Objects.requireNonNull(table, "table");
            return this;
        }

        /**
         * Sets what reports look out for; {@link InsightRule#defaults} unless changed.
         *
         * @param insightRules the rules, in the order of their insights
         * @return this builder
         */
        public Builder insightRules(List<InsightRule> insightRules) {
            rules = List.copyOf(insightRules);
            return this;
        }

        /**
         * Sets the clock that tells what is too old, and when a report was made; the system's by default.
         *
         * @param time the clock
         * @return this builder
         */
        public Builder clock(Clock time) {
            clock = Objects.requireNonNull(time, "time");
            return this;
        }

        Builder output(EventFiles.Output disk) {
            output = disk;
            return this;
        }

        /**
         * Opens the store.
         *
         * @return the store; closed by the caller
         * @throws StorageException if its directory cannot be created or written to
         */
        public AnalyticsStore open() {
            AnalyticsStore store = new AnalyticsStore(this, directory == null ? new EventMemory(memoryCapacity)
                    : files(directory));
            store.writer.start();
            return store;
        }

        private EventFiles files(Path path) {
            try {
                EventFiles files = new EventFiles(path, maxFileBytes, output);
                if (Files.isWritable(path)) {
                    return files;
                }
                throw new StorageException(
                        "%s: analytics cannot be written there; name another directory or repair its "
                                .formatted(path) + "permissions.");
            } catch (IOException e) {
                throw new StorageException("%s: no directory for analytics could be made there (%s); name another one."
                        .formatted(path, e), e);
            }
        }
    }
}
