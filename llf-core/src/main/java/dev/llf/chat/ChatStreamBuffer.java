package dev.llf.chat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link ChatStream} that a model fills while it generates: what implementations of {@link ChatModel} return.
 *
 * <p>One producer calls {@link #started}, then {@link #text} and {@link #toolCall}, then {@link #finish} or {@link #fail}.
 * The first of finish, fail and cancel ends the response; whatever the producer adds later is ignored, and the return
 * values tell it to stop. Safe for use by many threads.
 */
public final class ChatStreamBuffer implements ChatStream {

    private final LongSupplier nanos;
    private final Runnable onCancel;
    private final long created;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition done = lock.newCondition();
    private final Events events = new Events();
    private final Watchers watchers = new Watchers();

    // All below guarded by lock.
    private final Queue<ChatEvent> unread = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();
    private final List<ToolCall> toolCalls = new ArrayList<>();
    private Usage usage = Usage.NONE;
    private int tokens;
    private int tokensAtFirst;
    private long startedAt;
    private long firstAt;
    private long lastAt;
    private @Nullable ChatResponse response;
    private @Nullable RuntimeException failure;
    private boolean failureThrown;

    /**
     * Creates a buffer; the response's time starts now.
     *
     * @param nanos    the clock, as {@link System#nanoTime()}
     * @param onCancel runs once, on the cancelling thread, when the response is cancelled; must not block
     */
    public ChatStreamBuffer(LongSupplier nanos, Runnable onCancel) {
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        this.onCancel = Objects.requireNonNull(onCancel, "onCancel");
        created = nanos.getAsLong();
        startedAt = created;
    }

    /**
     * Says that waiting is over and the prompt is being evaluated.
     *
     * @param promptTokens tokens of the prompt
     * @param cachedTokens how many of them need not be evaluated
     */
    public void started(int promptTokens, int cachedTokens) {
        lock.lock();
        try {
            startedAt = nanos.getAsLong();
            usage = new Usage(promptTokens, cachedTokens, 0);
            if (!isEnded()) {
                watchers.add(watcher -> watcher.started(promptTokens, cachedTokens));
            }
        } finally {
            lock.unlock();
        }
        watchers.tell();
    }

    /**
     * Adds text.
     *
     * @param delta     the further text, no half characters; may be empty while a stop string is being awaited
     * @param newTokens how many tokens were generated since the last call, at least 0
     * @return whether the producer should go on
     * @throws IllegalArgumentException if the text has an unpaired surrogate or the number is negative; nothing is added
     *                                  then
     */
    public boolean text(String delta, int newTokens) {
        if (newTokens < 0) {
            throw new IllegalArgumentException("newTokens must be >= 0, was %d".formatted(newTokens));
        }
        lock.lock();
        try {
            if (isEnded()) {
                return false;
            }
            ChatEvent event = delta.isEmpty() ? null : new ChatEvent.TextDelta(delta);
            generated(newTokens);
            if (event != null) {
                text.append(delta);
                publish(event);
            }
        } finally {
            lock.unlock();
        }
        watchers.tell();
        return true;
    }

    /**
     * Adds a tool call.
     *
     * @param call the call
     * @return whether the producer should go on
     */
    public boolean toolCall(ToolCall call) {
        lock.lock();
        try {
            if (isEnded()) {
                return false;
            }
            toolCalls.add(call);
            publish(new ChatEvent.ToolCallRequested(call));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the response.
     *
     * @param reason why
     * @return whether this call ended it; false if it had ended before
     */
    public boolean finish(FinishReason reason) {
        lock.lock();
        try {
            if (isEnded()) {
                return false;
            }
            Usage total = new Usage(usage.promptTokens(), usage.cachedTokens(), tokens);
            response = new ChatResponse(new AssistantMessage(text.toString(), toolCalls), reason, total, timings());
            publish(new ChatEvent.Completed(response));
            done.signalAll();
            watchers.add(ChatWatcher::ended);
        } finally {
            lock.unlock();
        }
        watchers.tell();
        return true;
    }

    /**
     * Ends the response with a failure, which readers get thrown.
     *
     * @param cause what went wrong
     * @return whether this call ended it; false if it had ended before
     */
    public boolean fail(RuntimeException cause) {
        lock.lock();
        try {
            if (isEnded()) {
                return false;
            }
            failure = cause;
            arrived.signalAll();
            done.signalAll();
            watchers.add(ChatWatcher::ended);
        } finally {
            lock.unlock();
        }
        watchers.tell();
        return true;
    }

    /**
     * Tells whether the response has ended.
     *
     * @return true once finished, failed or cancelled
     */
    public boolean ended() {
        lock.lock();
        try {
            return isEnded();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Iterator<ChatEvent> iterator() {
        return events;
    }

    @Override
    public ChatResponse response() {
        await(done, this::isEnded);
        watchers.awaitTold(); // whoever tells of the response tells of it last
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
            return Objects.requireNonNull(response);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void watch(ChatWatcher watcher) {
        watchers.watch(watcher);
    }

    @Override
    public void cancel() {
        if (finish(FinishReason.CANCELLED)) {
            onCancel.run();
        }
    }

    @Override
    public void close() {
        cancel();
    }

    private boolean isEnded() {
        return response != null || failure != null;
    }

    private void publish(ChatEvent event) {
        unread.add(event);
        arrived.signalAll();
    }

    private void generated(int newTokens) {
        tokens += newTokens;
        if (newTokens == 0) {
            return;
        }
        lastAt = nanos.getAsLong();
        if (tokensAtFirst == 0) {
            tokensAtFirst = tokens;
            firstAt = lastAt;
            watchers.add(ChatWatcher::firstToken);
        }
    }

    private Timings timings() {
        long now = nanos.getAsLong();
        boolean any = tokensAtFirst > 0;
        double perSecond = tokens > tokensAtFirst && lastAt > firstAt
                ? (tokens - tokensAtFirst) * 1e9 / (lastAt - firstAt)
                : 0;
        return new Timings(Duration.ofNanos(startedAt - created), Duration.ofNanos((any ? firstAt : now) - created),
                Duration.ofNanos(now - created), perSecond);
    }

    /**
     * Waits, lock not held; an interrupt cancels, which ends the response, and stays pending for the caller.
     *
     * <p>The lock is free again before the cancel: what runs then may wait for a producer that is adding text.
     */
    private void await(Condition condition, BooleanSupplier reached) {
        boolean interrupted = false;
        lock.lock();
        try {
            while (!interrupted && !reached.getAsBoolean()) {
                try {
                    condition.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            try {
                cancel();
            } finally {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The one view for the reader. */
    private final class Events implements Iterator<ChatEvent> {

        @Override
        public boolean hasNext() {
            await(arrived, () -> !unread.isEmpty() || isEnded());
            lock.lock();
            try {
                return !unread.isEmpty() || (failure != null && !failureThrown);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public ChatEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the response has ended");
            }
            lock.lock();
            try {
                ChatEvent event = unread.poll();
                if (event == null) {
                    failureThrown = true;
                    throw Objects.requireNonNull(failure);
                }
                return event;
            } finally {
                lock.unlock();
            }
        }
    }
}
