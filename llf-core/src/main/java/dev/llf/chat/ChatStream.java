package dev.llf.chat;

import java.util.Iterator;

/**
 * A response while it is being generated.
 *
 * <p>Generation runs by itself, also if nobody reads; what was not read yet is kept, at most one event a token. Reading is
 * for one thread at a time; {@link #cancel()}, {@link #close()} and {@link #response()} may be called from any thread.
 */
public interface ChatStream extends Iterable<ChatEvent>, AutoCloseable {

    /**
     * Returns the one iterator over the events, up to and including {@link ChatEvent.Completed}.
     *
     * <p>It blocks until the next event is there. An interrupt cancels the generation, keeps the interrupt flag set, and
     * the iterator goes on to its end. If the engine failed, the failure is thrown in place of {@code Completed}.
     *
     * @return the same iterator at each call
     */
    @Override
    Iterator<ChatEvent> iterator();

    /**
     * Waits for the end and returns the whole response.
     *
     * <p>An interrupt cancels the generation and keeps the interrupt flag set; the response then holds the text so far.
     *
     * @return the response; after a cancel its reason is {@link FinishReason#CANCELLED}
     * @throws dev.llf.error.LlfException if the engine failed
     */
    ChatResponse response();

    /**
     * Has somebody told how the response comes along, what happened before included.
     *
     * @param watcher is told
     */
    void watch(ChatWatcher watcher);

    /** Stops the generation as soon as the engine can, within one token; the text so far is kept. Does not wait. */
    void cancel();

    /** Cancels if the generation still runs. Idempotent, does not wait. */
    @Override
    void close();
}
