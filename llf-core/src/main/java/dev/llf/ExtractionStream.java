package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatStream;
import dev.llf.error.CancelledException;
import dev.llf.schema.JsonType;
import dev.llf.schema.PartialJson;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value while the model writes it.
 *
 * <p>Parts are read by one thread at a time; the other methods may be called from any thread.
 *
 * @param <T> the type
 */
public final class ExtractionStream<T> implements Iterable<Partial<T>>, AutoCloseable {

    private final JsonType<T> type;
    private final ChatStream stream;
    private final Parts parts = new Parts();

    ExtractionStream(JsonType<T> type, ChatStream stream) {
        this.type = type;
        this.stream = stream;
    }

    /**
     * Returns the one iterator over what is known so far, each time after the model wrote more. It blocks until then; it
     * ends with the whole document. If the model failed, the failure is thrown at the end.
     *
     * @return the same iterator at each call
     */
    @Override
    public Iterator<Partial<T>> iterator() {
        return parts;
    }

    /**
     * Waits for the whole value.
     *
     * @return the value
     * @throws dev.llf.schema.InvalidOutputException if what the model wrote is not what the type demands
     * @throws CancelledException                    if the stream was cancelled or its time was up
     * @throws dev.llf.error.LlfException            if the model failed
     */
    public T value() {
        return Extractor.read(type, stream.response());
    }

    /** Stops the model within one token. Does not wait. */
    public void cancel() {
        stream.cancel();
    }

    /** Cancels if the model still writes. Idempotent. */
    @Override
    public void close() {
        stream.close();
    }

    private final class Parts implements Iterator<Partial<T>> {

        private final StringBuilder text = new StringBuilder();
        private @Nullable Partial<T> next;

        @Override
        public boolean hasNext() {
            Iterator<ChatEvent> events = stream.iterator();
            while (next == null && events.hasNext()) {
                if (events.next() instanceof ChatEvent.TextDelta delta) {
                    text.append(delta.text());
                    String prefix = text.toString();
                    next = new Partial<>(type.readPartial(prefix), PartialJson.read(prefix));
                }
            }
            return next != null;
        }

        @Override
        public Partial<T> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the document is whole");
            }
            Partial<T> result = next;
            next = null;
            return Objects.requireNonNull(result);
        }
    }
}
