package dev.llf;

import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.error.CancelledException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ends one turn early: by a cancel, an interrupt or because its time is up. Cancelled from any thread. */
final class TurnControl {

    private static final String CANCELLED_IN_LINE = "The turn was cancelled while it waited for the conversation's "
            + "earlier turns; nothing was said.";

    private final long queuedAt = System.nanoTime();
    private final Optional<Duration> timeout;
    private final InterruptibleSection waiting = new InterruptibleSection();
    private volatile boolean cancelled;
    private volatile @Nullable ChatStream current;

    TurnControl(Optional<Duration> timeout) {
        this.timeout = timeout;
    }

    void cancel() {
        cancelled = true;
        ChatStream stream = current;
        if (stream != null) {
            stream.cancel();
        }
        waiting.interrupt();
    }

    /** Returns how long the turn has taken so far. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - queuedAt);
    }

    /** Returns how much of the time allowed is left, at least one nanosecond; empty for no limit. */
    Optional<Duration> timeLeft() {
        return timeout.map(limit -> Duration.ofNanos(Math.max(1, nanosLeft())));
    }

    private long nanosLeft() {
        long allowed = timeout.map(TimeUnit.NANOSECONDS::convert).orElse(Long.MAX_VALUE);
        return allowed - (System.nanoTime() - queuedAt);
    }

    /** Returns why the turn may not go on, if so. */
    Optional<FinishReason> stopped() {
        if (cancelled || Thread.currentThread().isInterrupted()) {
            return Optional.of(FinishReason.CANCELLED);
        }
        return nanosLeft() <= 0 ? Optional.of(FinishReason.DEADLINE) : Optional.empty();
    }

    /**
     * Waits for a turn's place among the turns of its branch.
     *
     * @throws CancelledException if it was cancelled, interrupted or out of time before that
     */
    void awaitFirst(TurnQueue queue, TurnQueue.Place place) {
        waiting.enter();
        try {
            if (!queue.awaitFirst(place, nanosLeft())) {
                throw new CancelledException(
                        "The turn's time was up before the conversation's earlier turns had ended; "
                                + "nothing was said. Allow more time, or use another conversation.");
            }
            if (cancelled) {
                throw new CancelledException(CANCELLED_IN_LINE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stays if it did not come from cancel()
            throw new CancelledException(CANCELLED_IN_LINE, e);
        } finally {
            waiting.leave();
        }
    }

    /** Does work that a cancel interrupts. */
    void interruptibly(Runnable work) {
        interruptibly(() -> {
            work.run();
            return work;
        });
    }

    /** Does work that a cancel interrupts: tools run, or a model is waited for that is being loaded. */
    <T> T interruptibly(Supplier<T> work) {
        waiting.enter();
        try {
            return work.get();
        } finally {
            waiting.leave();
        }
    }

    /** Waits for the model's answer, which a cancel ends. */
    ChatResponse await(ChatStream stream) {
        current = stream;
        try {
            if (cancelled) {
                stream.cancel();
            }
            return stream.response();
        } finally {
            current = null;
        }
    }
}
