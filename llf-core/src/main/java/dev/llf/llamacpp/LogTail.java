package dev.llf.llamacpp;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of what a process writes to its log: a daemon thread reads all of it, so that the process never waits, tells each
 * line at level DEBUG, and keeps the last part.
 *
 * <p>Control characters other than line breaks become spaces. Safe for use by many threads.
 */
final class LogTail {

    /** Characters that are kept. */
    static final int KEPT = 8 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    private static final int LONGEST_LINE = 1 << 10;

    private final String name;
    private final Thread reader;
    private final StringBuilder line = new StringBuilder(); // of the reader
    private final StringBuilder kept = new StringBuilder(); // guarded by itself

    /**
     * Starts to read.
     *
     * @param name what is read, for people
     */
    LogTail(InputStream in, String name) {
        this.name = name;
        reader = Thread.ofPlatform().daemon().name("llf-worker-log").start(() -> read(in));
    }

    private void read(InputStream in) {
        char[] chars = new char[1024];
        try {
            Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
            for (int count = text.read(chars); count >= 0; count = text.read(chars)) {
                add(chars, count);
                tell(chars, count);
            }
        } catch (IOException e) {
            LOG.debug("The log of {} broke off", name, e);
        }
    }

    private void tell(char[] chars, int count) {
        for (int i = 0; i < count; i++) {
            if (chars[i] == '\n') {
                LOG.debug("{}: {}", name, line);
                line.setLength(0);
            } else if (line.length() < LONGEST_LINE) {
                line.append(chars[i]);
            }
        }
    }

    private void add(char[] chars, int count) {
        for (int i = 0; i < count; i++) {
            if (chars[i] != '\n' && Character.isISOControl(chars[i])) {
                chars[i] = ' ';
            }
        }
        synchronized (kept) {
            kept.append(chars, 0, count);
            kept.delete(0, Math.max(0, kept.length() - KEPT));
        }
    }

    /** Adds what came by another way. */
    void add(byte[] bytes) {
        char[] chars = new String(bytes, StandardCharsets.UTF_8).toCharArray();
        add(chars, chars.length);
    }

    /** Waits for the end, for the time given at most, and returns what was kept. */
    String end(Duration patience) {
        try {
            if (!reader.join(patience)) {
                LOG.debug("The log of {} has no end", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end may be missing
        }
        synchronized (kept) {
            return kept.toString();
        }
    }
}
