package dev.llf.observe;

import dev.llf.conversation.export.Redactor;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Keeps a {@link Trace} of each of the last turns: what was done in it, when, and how long it took.
 *
 * <p>A trace is there when its turn has ended. What was said is not in it, unless {@link Builder#content} asks for it;
 * names, ids and numbers are. Safe for use by many threads.
 */
public final class Tracer implements TurnListener {

    private final int turns;
    private final Content content;
    private final RunningTurns running = new RunningTurns();
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock: by the turn's id, the oldest first. */
    private final SequencedMap<String, Trace> traces = new LinkedHashMap<>();

    private Tracer(Builder builder) {
        turns = builder.turns;
        content = new Content(builder.content, builder.maxChars, builder.redactor);
    }

    /**
     * Creates a tracer for the last 100 turns that shows nothing of what was said.
     *
     * @return the tracer
     */
    public static Tracer create() {
        return builder().build();
    }

    /**
     * Starts a tracer with other options.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void on(TurnEvent event) {
        running.on(event).ifPresent(turn -> keep(Trace.of(turn, content)));
    }

    private void keep(Trace trace) {
        lock.lock();
        try {
            traces.putLast(trace.turn(), trace);
            if (traces.size() > turns) {
                traces.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns what a turn did.
     *
     * @param turnId the turn's id
     * @return the trace; empty if the turn is not known, still runs, or is none of the last ones any more
     */
    public Optional<Trace> trace(String turnId) {
        Objects.requireNonNull(turnId, "turnId");
        lock.lock();
        try {
            return Optional.ofNullable(traces.get(turnId));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns what the turn that ended last did.
     *
     * @return the trace; empty if no turn has ended
     */
    public Optional<Trace> latest() {
        lock.lock();
        try {
            return Optional.ofNullable(traces.lastEntry()).map(Map.Entry::getValue);
        } finally {
            lock.unlock();
        }
    }

    /** Options of a {@link Tracer}. For use by one thread. */
    public static final class Builder {

        private static final int DEFAULT_TURNS = 100;
        private static final int MAX_TURNS = 100_000;
        private static final int DEFAULT_CHARS = 50;
        private static final int MAX_CHARS = 2000;

        private int turns = DEFAULT_TURNS;
        private boolean content;
        private int maxChars = DEFAULT_CHARS;
        private UnaryOperator<String> redactor = Redactor.SECRETS::redact;

        private Builder() {}

        /**
         * Sets how many turns are kept.
         *
         * @param turns 1 to 100,000; 100 by default
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder turns(int turns) {
            this.turns = Ranges.check("turns", turns, MAX_TURNS);
            return this;
        }

        /**
         * Sets whether traces show what was said: the beginnings of answers, of tools' arguments and results, and of error
         * messages, redacted, and escaped so that each stays on its line. Argument values whose name has {@code key},
         * {@code token}, {@code secret}, {@code password} or {@code authorization} in it are never shown.
         *
         * @param content false by default
         * @return this builder
         */
        public Builder content(boolean content) {
            this.content = content;
            return this;
        }

        /**
         * Sets how many characters are shown of each text.
         *
         * @param maxChars 1 to 2,000; 50 by default
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder maxChars(int maxChars) {
            this.maxChars = Ranges.check("maxChars", maxChars, MAX_CHARS);
            return this;
        }

        /**
         * Sets what takes secrets out of texts before they are cut and shown. A text that makes it throw is not shown. Turns
         * wait for it.
         *
         * @param redactor safe for use by many threads; {@link Redactor#SECRETS} by default
         * @return this builder
         */
        public Builder redactor(UnaryOperator<String> redactor) {
            this.redactor = Objects.requireNonNull(redactor, "redactor");
            return this;
        }

        /**
         * Creates the tracer.
         *
         * @return the tracer
         */
        public Tracer build() {
            return new Tracer(this);
        }
    }
}
