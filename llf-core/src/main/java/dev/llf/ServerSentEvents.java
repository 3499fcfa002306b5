package dev.llf;

import dev.llf.chat.ChatEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes turns as server-sent events ({@code text/event-stream}), for a web server of the host's choice.
 *
 * {@snippet class = "dev.llf.SnippetsTest" region = "sse"}
 *
 * <p>The events are {@code token} (a piece of text), {@code tool_start} and {@code tool_done} (a call's id and name),
 * {@code usage} (the tokens of a round, at its end) and last either {@code done} (finish reason, usage, timings, the ids of
 * turn and conversation) or {@code error} (a code, a message that says nothing of the prompt or of this program, the
 * conversation's id). Data are JSON in one line; ids count up from 1. While nothing happens, a comment is
 * sent from time to time, so that proxies keep the connection and a client that has gone is noticed.
 *
 * <p>A stream cannot be resumed: {@code Last-Event-ID} is not supported. A browser's {@code EventSource} connects again
 * when a response has ended, which would ask once more: close it at {@code done} and {@code error}, and answer a request
 * that has this header with status 204, which tells it to stop.
 *
 * <p>Immutable; safe for use by many threads and for many streams at once.
 */
public final class ServerSentEvents {

    /** What the response's {@code Content-Type} must be. */
    public static final String CONTENT_TYPE = "text/event-stream; charset=utf-8";

    private static final ServerSentEvents STANDARD = new ServerSentEvents(Duration.ofSeconds(15), false, null,
            Clock.systemUTC(), SseWriter.Patience.REAL);

    private final Duration heartbeat;
    private final boolean toolContent;
    private final @Nullable String chunkModel;
    private final Clock clock;
    private final SseWriter.Patience patience;

    /** How the writing of a turn ended. */
    public sealed interface Outcome {

        /**
         * The client was sent everything.
         *
         * @param reply the reply, which may have been cancelled
         */
        record Delivered(Reply reply) implements Outcome {}

        /**
         * The turn failed, and the client was told so.
         *
         * @param failure what {@link ReplyStream#reply} throws
         */
        record Failed(Throwable failure) implements Outcome {}

        /**
         * The client could not be written to, at the latest when it was told the end. The turn was cancelled if it still
         * ran; {@link ReplyStream#reply} has what was said so far.
         *
         * @param cause what the host's stream threw
         */
        record ClientGone(IOException cause) implements Outcome {}
    }

    private ServerSentEvents(Duration heartbeat, boolean toolContent, @Nullable String chunkModel, Clock clock,
            SseWriter.Patience patience) {
        this.heartbeat = heartbeat;
        this.toolContent = toolContent;
        this.chunkModel = chunkModel;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * Returns what suits most: a heartbeat after 15 seconds of silence, tools without their arguments and results.
     *
     * @return the writer, always the same
     */
    public static ServerSentEvents standard() {
        return STANDARD;
    }

    /**
     * Changes after how much silence a comment is sent.
     *
     * @param silence the time, more than zero
     * @return a writer like this one with that heartbeat
     * @throws IllegalArgumentException if it is zero or less
     */
    public ServerSentEvents withHeartbeat(Duration silence) {
        if (!silence.isPositive()) {
            throw new IllegalArgumentException("the heartbeat must be > 0, was %s".formatted(silence));
        }
        return new ServerSentEvents(silence, toolContent, chunkModel, clock, patience);
    }

    /**
     * Sends the arguments and results of tools, too. They may hold what the user at the other end is not meant to see.
     *
     * @return a writer like this one that sends them
     */
    public ServerSentEvents withToolContent() {
        return new ServerSentEvents(heartbeat, true, chunkModel, clock, patience);
    }

    /**
     * Writes what clients of OpenAI's API read instead: {@code chat.completion.chunk} objects and {@code [DONE]} at the
     * end, or an {@code error} object without it. The tools of a turn run here and are not told; an answer that was cut
     * short, by whatever, has the finish reason {@code length}.
     *
     * @param model what the chunks call the model
     * @return a writer like this one that writes chunks
     */
    public ServerSentEvents withCompletionChunks(String model) {
        return new ServerSentEvents(heartbeat, toolContent, Objects.requireNonNull(model, "model"), clock, patience);
    }

    /** For tests: another time, and another way to wait. */
    ServerSentEvents with(Clock otherClock, SseWriter.Patience otherPatience) {
        return new ServerSentEvents(heartbeat, toolContent, chunkModel, otherClock, otherPatience);
    }

    /**
     * Returns the headers that the response should have besides its content type: nothing on the way may keep it back.
     *
     * @return names and values; unmodifiable
     */
    public static Map<String, String> headers() {
        return Map.of("Cache-Control", "no-cache", "X-Accel-Buffering", "no");
    }

    /**
     * Encodes an event alone, for programs that subscribe to {@link ReplyStream#publisher} and write by themselves.
     * Arguments and results of tools are left out.
     *
     * @param event the event
     * @param id    its number
     * @return the event in UTF-8, the blank line at its end included
     */
    public static byte[] encode(ChatEvent event, long id) {
        return NamedEvents.encode(event, id, false);
    }

    /**
     * Encodes the end of a turn alone: {@code done}.
     *
     * @param reply        the reply
     * @param conversation the conversation's id
     * @param id           the event's number
     * @return the event in UTF-8, the blank line at its end included
     */
    public static byte[] encode(Reply reply, String conversation, long id) {
        return NamedEvents.encode(reply, conversation, id);
    }

    /**
     * Encodes the failure of a turn alone: {@code error}. What the failure itself says is not sent.
     *
     * @param failure      what the turn threw
     * @param conversation the conversation's id
     * @param id           the event's number
     * @return the event in UTF-8, the blank line at its end included
     */
    public static byte[] encode(Throwable failure, String conversation, long id) {
        return NamedEvents.encode(failure, conversation, id);
    }

    /**
     * Writes a turn to its end, in this thread, and flushes after each event. Exactly one event tells the end, and nothing
     * comes after it. If the client has gone the turn is cancelled, which frees the model for others.
     *
     * <p>A client that reads slowly or not at all holds up this thread, but not the turn: events that it was not sent yet
     * are kept, at most one a token of the answer. How long a write may take is for the host's server to limit.
     *
     * <p>An interrupt cancels the turn and stays pending; the client is told the end then.
     *
     * @param stream the turn, of which nobody reads the events; not closed
     * @param out    where to; flushed, not closed
     * @return how it ended; everything but {@link Outcome.Delivered} and {@link Outcome.Failed} means that the client has
     *         not got all of it
     * @throws IllegalStateException if the stream has a subscriber already
     */
    public Outcome write(ReplyStream stream, OutputStream out) {
        Objects.requireNonNull(out, "out");
        String conversation = stream.conversation();
        SseEncoder encoder = chunkModel == null
                ? new NamedEvents(conversation, toolContent)
                : new CompletionChunks(chunkModel, clock);
        return new SseWriter(stream, encoder, out, TimeUnit.NANOSECONDS.convert(heartbeat), patience).write();
    }
}
