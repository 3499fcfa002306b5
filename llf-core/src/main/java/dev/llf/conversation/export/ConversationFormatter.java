package dev.llf.conversation.export;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes conversations in one format.
 *
 * <p>Give it to {@link ConversationExporter.Builder#formatter} or name it as a service of the Java service loader. Must be
 * safe for use by many threads. What it is given has gone through the exporter's filters already.
 */
public interface ConversationFormatter {

    /**
     * Returns what it writes.
     *
     * @return the format; a formatter for one of LLF's own formats takes the place of LLF's
     */
    ExportFormat format();

    /**
     * Tells whether what it needs is there, such as an optional library. {@link ConversationExporter#formats} leaves it out
     * if not.
     *
     * @return true unless overridden
     */
    default boolean available() {
        return true;
    }

    /**
     * Writes a conversation, message by message: a conversation may be far larger than the memory to spare.
     *
     * @param view what may leave
     * @param out  where to; buffered; the formatter does not close it
     * @throws IOException if the stream refuses
     */
    void write(ExportView view, OutputStream out) throws IOException;
}
