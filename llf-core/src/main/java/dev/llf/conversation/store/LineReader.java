package dev.llf.conversation.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts the beginning of a stream into lines. */
final class LineReader {

    private final InputStream in;
    private final long size;
    private final int limit;
    private final byte[] buffer = new byte[1 << 16];
    /** Next byte in the buffer. */
    private int next;
    /** End of what is in the buffer. */
    private int end;
    private long position;

    /**
     * Starts to read.
     *
     * @param size  bytes of the stream to read
     * @param limit the most bytes of a line without its end
     */
    LineReader(InputStream in, long size, int limit) {
        this.in = in;
        this.size = size;
        this.limit = limit;
    }

    /** Returns how many bytes were taken. */
    long position() {
        return position;
    }

    boolean isAtEnd() {
        return position >= size;
    }

    /**
     * Returns the next line without its end, or null if it has none.
     *
     * @throws JsonLine.TooLongException if it is too long
     */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (fill()) {
            int stop = next;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            if (line.size() + stop - next > limit) {
                throw new JsonLine.TooLongException(limit);
            }
            boolean whole = stop < end;
            byte[] piece = Arrays.copyOfRange(buffer, next, stop);
            position += stop - next + (whole ? 1 : 0);
            next = stop + (whole ? 1 : 0);
            if (whole && line.size() == 0) {
                return piece;
            }
            line.writeBytes(piece);
            if (whole) {
                return line.toByteArray();
            }
        }
        return null;
    }

    private boolean fill() throws IOException {
        if (next == end && position < size) {
            next = 0;
            end = Math.max(0, in.read(buffer, 0, (int) Math.min(buffer.length, size - position)));
        }
        return next < end;
    }
}
