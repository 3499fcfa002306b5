package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatStream;
import dev.llf.error.LlfException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A turn while it runs.
 *
 * <p>The turn goes on by itself, also if nobody reads, and is committed to the conversation's log when it ends. Events are
 * read by one thread at a time; the other methods may be called from any thread.
 */
public final class ReplyStream implements Iterable<ChatEvent>, AutoCloseable {

    private final Events events = new Events();
    private final CompletableFuture<Reply> outcome = new CompletableFuture<>();
    private final EventPublisher publisher = new EventPublisher(this);
    private final String conversation;
    private volatile Runnable onCancel = () -> {};

    /** Starts a stream of a conversation's turn. */
    ReplyStream(String conversation) {
        this.conversation = conversation;
    }

    /** The id of the conversation. */
    String conversation() {
        return conversation;
    }

    /** What the turn tells this stream. */
    TurnRun.Observer observer() {
        return events;
    }

    void onCancel(Runnable action) {
        onCancel = action;
    }

    void complete(Reply reply) {
        outcome.complete(reply);
        events.end();
    }

    void fail(Throwable cause) {
        outcome.completeExceptionally(cause);
        events.end();
    }

    /**
     * Returns the one iterator over the events of all rounds, each round ending with {@link ChatEvent.Completed}.
     *
     * <p>It blocks until the next event is there. An interrupt cancels the turn and stays pending. If the turn failed, the
     * failure is thrown at the end.
     *
     * @return the same iterator at each call
     */
    @Override
    public Iterator<ChatEvent> iterator() {
        return events;
    }

    /**
     * Returns the events for one subscriber, by the rules of Reactive Streams: as many as it requests, one after the other,
     * then {@code onComplete} once the turn is in the log, or {@code onError} with the turn's failure.
     *
     * <p>A virtual thread reads the one iterator, so that what that returned before is not told again; nobody else should
     * read meanwhile. What is not requested yet is kept. Cancelling the subscription cancels the turn, and so does a
     * subscriber that throws, which is logged, or whose demand is not positive. A second subscriber gets an
     * {@link IllegalStateException}.
     *
     * @return the same publisher at each call
     */
    public Flow.Publisher<ChatEvent> publisher() {
        return publisher;
    }

    /** Subscribes, unless somebody has before: then it returns false. */
    boolean offer(Flow.Subscriber<? super ChatEvent> subscriber) {
        return publisher.offer(subscriber);
    }

    /**
     * Hands over the text of the answer piece by piece as it is written, and waits for the end of the turn. Other events are
     * passed over. Reads from the one iterator, so that what it returned before is not handed over again.
     *
     * @param action takes the pieces, in this thread; what it throws ends the reading, but not the turn
     * @return the reply, as of {@link #reply}
     * @throws LlfException          if the turn failed; nothing of it is in the log then
     * @throws IllegalStateException if the model was closed
     */
    public Reply forEachText(Consumer<String> action) {
        for (ChatEvent event : this) {
            if (event instanceof ChatEvent.TextDelta delta) {
                action.accept(delta.text());
            }
        }
        return reply();
    }

    /**
     * Waits for the end of the turn.
     *
     * <p>An interrupt cancels the turn and stays pending; the reply then holds the text so far.
     *
     * @return the reply, which is in the conversation's log by then
     * @throws LlfException          if the turn failed; nothing of it is in the log then
     * @throws IllegalStateException if the model was closed
     */
    public Reply reply() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return outcome.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel();
                } catch (ExecutionException e) {
                    throw cause(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException cause(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException cause -> cause;
            case Error error -> throw error;
            case null, default -> new CompletionException(e.getCause());
        };
    }

    /** Stops the turn within one token; the text so far becomes the answer. Does not wait. */
    public void cancel() {
        onCancel.run();
    }

    /**
     * Cancels the turn if it still runs and waits until it is in the log, which a cancel takes no longer than one call of
     * the tools. Idempotent.
     */
    @Override
    public void close() {
        if (!outcome.isDone()) {
            cancel();
        }
        outcome.handle((reply, failure) -> failure).join();
    }

    /** The events of all rounds, one after the other. */
    private final class Events implements Iterator<ChatEvent>, TurnRun.Observer {

        private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
        private @Nullable Iterator<ChatEvent> current;
        private boolean ended;
        private boolean failureThrown;

        /** A round that answers, or events besides. */
        private record Part(Iterator<ChatEvent> events, boolean last) {}

        @Override
        public void asked(ChatStream answer) {
            parts.add(new Part(answer.iterator(), false));
        }

        @Override
        public void happened(ChatEvent event) {
            parts.add(new Part(List.of(event).iterator(), false));
        }

        void end() {
            parts.add(new Part(Collections.emptyIterator(), true));
        }

        @Override
        public boolean hasNext() {
            while (!ended && (current == null || !current.hasNext())) {
                Part next = take();
                current = next.events;
                ended = next.last;
            }
            return !ended || (outcome.isCompletedExceptionally() && !failureThrown);
        }

        @Override
        public ChatEvent next() {
            if (!hasNext() || current == null) {
                throw new NoSuchElementException("the turn has ended");
            }
            try {
                return ended ? failed() : current.next();
            } catch (RuntimeException | Error e) {
                failureThrown = true; // a round's failure is the turn's
                throw e;
            }
        }

        private ChatEvent failed() {
            reply();
            throw new IllegalStateException("the turn has not failed");
        }

        private Part take() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return parts.take();
                    } catch (InterruptedException e) {
                        interrupted = true;
                        cancel();
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
