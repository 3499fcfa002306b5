package dev.llf.llamacpp;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The end of what a process writes: reads all of it, so that the process never waits, and keeps the last part.
 *
 * <p>Control characters other than line breaks become spaces. Safe for use by many threads.
 */
final class LogTail {

    /** Characters that are kept. */
    static final int KEPT = 8 << 10;
    private static final int LONGEST_LINE = 1 << 10;

    private final StringBuilder kept = new StringBuilder();

    /** Reads to the end; each line, or the first part of a long one, is also given to the consumer. */
    void read(InputStream in, Consumer<String> lines) throws IOException {
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
        StringBuilder line = new StringBuilder();
        char[] chars = new char[1024];
        for (int count = reader.read(chars); count >= 0; count = reader.read(chars)) {
            for (int i = 0; i < count; i++) {
                char c = chars[i];
                if (c == '\n') {
                    lines.accept(line.toString().strip());
                    line.setLength(0);
                } else if (line.length() < LONGEST_LINE) {
                    line.append(clean(c));
                }
                chars[i] = clean(c);
            }
            keep(chars, count);
        }
        if (!line.isEmpty()) {
            lines.accept(line.toString().strip());
        }
    }

    private static char clean(char c) {
        return c == '\n' || !Character.isISOControl(c) ? c : ' ';
    }

    private synchronized void keep(char[] chars, int count) {
        kept.append(chars, 0, count);
        kept.delete(0, Math.max(0, kept.length() - KEPT));
    }

    synchronized String text() {
        return kept.toString();
    }
}
