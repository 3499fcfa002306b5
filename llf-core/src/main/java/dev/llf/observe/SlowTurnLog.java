package dev.llf.observe;

import dev.llf.chat.Usage;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of turns that took long, and says what took the time: one line a turn in the log
 * {@code dev.llf.observe.SlowTurnLog}, with ids and figures, never with what was said. Safe for use by many threads.
 */
public final class SlowTurnLog implements TurnListener {

    private final Duration threshold;
    private final Logger log;
    private final RunningTurns running = new RunningTurns();

    /**
     * Creates a log of slow turns.
     *
     * @param threshold turns that take longer, waiting included, are logged; zero or more
     * @throws IllegalArgumentException if it is negative
     */
    public SlowTurnLog(Duration threshold) {
        this(threshold, LoggerFactory.getLogger(SlowTurnLog.class));
    }

    SlowTurnLog(Duration threshold, Logger log) {
        if (threshold.isNegative()) {
            throw new IllegalArgumentException("threshold must be zero or more, was %s".formatted(threshold));
        }
        this.threshold = threshold;
        this.log = log;
    }

    @Override
    public void on(TurnEvent event) {
        running.on(event).filter(turn -> turn.total().compareTo(threshold) > 0).ifPresent(this::warn);
    }

    private void warn(TurnTimeline turn) {
        Phases phases = Phases.of(turn);
        Usage usage = turn.usage();
        log.warn("slow turn: turn={} conversation={} branch={} model={} outcome={} total={} queue={} recall={} "
                + "retrieve={} plan={} prefill={} decode={} tools={} commit={} rounds={} toolCalls={} promptTokens={} "
                + "cachedTokens={} completionTokens={}",
                Shown.name(turn.moment().turn()), Shown.name(turn.moment().conversation()),
                Shown.name(turn.moment().branch()), Shown.name(turn.model()), turn.outcome().label(),
                seconds(turn.total()), seconds(phases.queue()), seconds(phases.recall()), seconds(phases.retrieve()),
                seconds(phases.plan()), seconds(phases.prefill()), seconds(phases.decode()), seconds(phases.tools()),
                seconds(phases.commit()),
                turn.rounds().size(), turn.toolCalls(), usage.promptTokens(), usage.cachedTokens(),
                usage.completionTokens());
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3fs", Speed.seconds(time));
    }
}
