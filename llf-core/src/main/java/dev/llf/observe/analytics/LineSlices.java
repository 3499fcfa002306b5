package dev.llf.observe.analytics;

import java.io.IOException;
import java.io.InputStream;

/** Cuts a stream into lines, which are not copied. What follows the last line end was cut off or is being written. */
final class LineSlices {

    private static final int MAX_LINE_BYTES = 1 << 16;

    private final InputStream in;
    private final byte[] buffer = new byte[4 * MAX_LINE_BYTES];
    private int start;
    private int end;
    /** Bytes of the stream that are still to be read. */
    private long left;
    private boolean skipping;

    /** Takes a line, which is there until the call returns; without bytes if it was too long for an event. */
    @FunctionalInterface
    interface Lines {
        void line(byte[] bytes, int offset, int length);
    }

    LineSlices(InputStream in, long size) {
        this.in = in;
        this.left = size;
    }

    void forEach(Lines to) throws IOException {
        while (fill()) {
            int from = start;
            for (int i = start; i < end; i++) {
                if (buffer[i] == '\n') {
                    to.line(buffer, from, skipping ? 0 : i - from);
                    skipping = false;
                    from = i + 1;
                }
            }
            start = from;
            if (end - start > MAX_LINE_BYTES) {
                skipping = true;
                start = end;
            }
        }
    }

    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        int read = in.read(buffer, end, (int) Math.min(buffer.length - end, left));
        if (read <= 0) {
            return false;
        }
        end += read;
        left -= read;
        return true;
    }
}
