package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads a file from its start through a small window, little-endian.
 *
 * <p>Not a memory mapping: Java 21 cannot undo one, and on Windows a mapped file cannot be replaced. Every length is held
 * against the bytes that are left before anything is allocated.
 */
final class GgufSource implements AutoCloseable {

    /** Far above real headers (the largest vocabularies take about 20 MB), far below what a corrupt length could ask. */
    private static final long HEADER_LIMIT = 128L << 20;
    private static final int WINDOW = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;

    private GgufSource(Path file, FileChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    static GgufSource open(Path file) {
        if (!Files.exists(file)) {
            throw new ModelFileException(file, -1, "there is no such file. Check the path.");
        }
        if (Files.isDirectory(file)) {
            throw new ModelFileException(file, -1, "this is a directory, expected a GGUF file inside it.");
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            return new GgufSource(file, channel, sizeOf(channel));
        } catch (AccessDeniedException e) {
            throw new ModelFileException(file, -1, "this process may not read the file. Check its permissions.", e);
        } catch (IOException e) {
            throw new ModelFileException(file, -1, "the file cannot be opened: " + e.getMessage(), e);
        }
    }

    private static long sizeOf(FileChannel channel) throws IOException {
        try {
            return channel.size();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    /** Returns the place of the next byte. */
    long position() {
        return windowStart + window.position();
    }

    /** Goes back to a place near the start, which the first window still holds. */
    void rewind(int position) {
        window.position(position);
    }

    /** Returns how many bytes the header may still take. */
    long remaining() {
        return Math.min(size, HEADER_LIMIT) - position();
    }

    /** Refuses to go on unless so many bytes can still be read. */
    void require(long bytes, String what) {
        if (bytes >= 0 && bytes <= remaining()) {
            return;
        }
        long left = size - position();
        if (bytes < 0 || bytes > left) {
            throw refusal("%s needs %s bytes, but the file has only %d left. Was the download cut short?"
                    .formatted(what, Long.toUnsignedString(bytes), left));
        }
        throw refusal("%s ends beyond the first %d bytes, where a header is expected to end. The file is damaged."
                .formatted(what, HEADER_LIMIT));
    }

    /** Refuses to go on unless so many things of at least this size can still be read. */
    void requireCount(long count, long bytesEach, String what) {
        if (count < 0 || count > remaining() / bytesEach) {
            throw refusal("found %s %s, expected at most %d in the %d bytes left".formatted(
                    Long.toUnsignedString(count), what, Math.max(0, remaining() / bytesEach), size - position()));
        }
    }

    ModelFileException refusal(String message) {
        return refusal(position(), message);
    }

    ModelFileException refusal(long offset, String message) {
        return new ModelFileException(file, offset, message);
    }

    int u8(String what) {
        return take(1, what).get() & 0xff;
    }

    int u32(String what) {
        return take(4, what).getInt();
    }

    long i64(String what) {
        return take(8, what).getLong();
    }

    byte[] bytes(long count, String what) {
        require(count, what);
        byte[] bytes = new byte[Math.toIntExact(count)];
        bytes(bytes, 0, bytes.length);
        return bytes;
    }

    /** Fills a part of the array; the caller has called {@link #require}. */
    void bytes(byte[] target, int start, int count) {
        int done = 0;
        while (done < count) {
            if (!window.hasRemaining()) {
                refill();
            }
            int chunk = Math.min(count - done, window.remaining());
            window.get(target, start + done, chunk);
            done += chunk;
        }
    }

    private ByteBuffer take(int bytes, String what) {
        require(bytes, what);
        while (window.remaining() < bytes) {
            refill();
        }
        return window;
    }

    private void refill() {
        windowStart = position();
        window.compact();
        try {
            int read = channel.read(window, windowStart + window.position());
            window.flip();
            if (read <= 0) {
                throw refusal("the file has become shorter while it was read, expected %d bytes".formatted(size));
            }
        } catch (IOException e) {
            throw new ModelFileException(file, windowStart, "the file cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new ModelFileException(file, -1, "the file cannot be closed: " + e.getMessage(), e);
        }
    }
}
