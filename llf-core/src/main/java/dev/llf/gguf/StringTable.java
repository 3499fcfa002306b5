package dev.llf.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Many short texts in one array: a vocabulary of 262,000 tokens takes 3 MB instead of 20.
 *
 * <p>Texts are kept as bytes, because tokens may be parts of characters, and decoded when they are asked for.
 */
final class StringTable {

    private final byte[] bytes;
    private final int[] ends;
    /** Where the first text stands in the file, at its length. */
    private final long fileOffset;

    private StringTable(byte[] bytes, int[] ends, long fileOffset) {
        this.bytes = bytes;
        this.ends = ends;
        this.fileOffset = fileOffset;
    }

    /** Reads the elements of an array of texts. */
    static StringTable read(GgufSource source, long count, String what) {
        source.requireCount(count, Long.BYTES, "texts in " + what);
        long start = source.position();
        byte[] bytes = new byte[1024];
        int[] ends = new int[(int) Math.min(count, 1024)];
        int end = 0;
        for (int i = 0; i < count; i++) {
            long length = source.i64(what);
            source.require(length, what);
            int next = Math.toIntExact(end + length);
            if (next > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(next, 2 * bytes.length));
            }
            if (i == ends.length) {
                ends = Arrays.copyOf(ends, (int) Math.min(count, 2L * i));
            }
            source.bytes(bytes, end, (int) length);
            ends[i] = next;
            end = next;
        }
        return new StringTable(Arrays.copyOf(bytes, end), ends, start);
    }

    int size() {
        return ends.length;
    }

    String text(int i) {
        return new String(bytes, start(i), ends[i] - start(i), StandardCharsets.UTF_8);
    }

    /** Returns where a text stands in the file, at its length. */
    long offset(int i) {
        return fileOffset + start(i) + (long) Long.BYTES * i;
    }

    /**
     * Returns the texts as llama.cpp b4916 takes them for tokens: cut at the first NUL, and an empty one replaced by a
     * name made of its number.
     */
    StringTable asTokens() {
        int[] lengths = IntStream.range(0, size()).map(this::lengthUpToNul).toArray();
        long empty = Arrays.stream(lengths).filter(length -> length == 0).count();
        if (empty == 0 && Arrays.stream(lengths).asLongStream().sum() == bytes.length) {
            return this;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        int[] outEnds = new int[size()];
        for (int i = 0; i < size(); i++) {
            if (lengths[i] == 0) {
                out.writeBytes("[EMPTY_%d]".formatted(i).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(bytes, start(i), lengths[i]);
            }
            outEnds[i] = out.size();
        }
        return new StringTable(out.toByteArray(), outEnds, fileOffset);
    }

    private int lengthUpToNul(int i) {
        int at = start(i);
        while (at < ends[i] && bytes[at] != 0) {
            at++;
        }
        return at - start(i);
    }

    private int start(int i) {
        return i == 0 ? 0 : ends[i - 1];
    }

    private boolean equal(int i, byte[] other, int from, int to) {
        return Arrays.equals(bytes, start(i), ends[i], other, from, to);
    }

    /** Finds texts by their bytes; open addressing, a third of the memory of a map. */
    static final class Index {

        private final StringTable table;
        private final int[] slots;
        /** Secret, so that no file can be made whose texts all collide. */
        private final long factor = ThreadLocalRandom.current().nextLong() | 1;
        private final int duplicate;

        Index(StringTable table) {
            this.table = table;
            this.slots = new int[Integer.highestOneBit(Math.max(1, table.size())) * 4];
            this.duplicate = fill();
        }

        private int fill() {
            for (int i = 0; i < table.size(); i++) {
                int slot = slot(table.bytes, table.start(i), table.ends[i]);
                if (slots[slot] != 0) {
                    return i;
                }
                slots[slot] = i + 1;
            }
            return -1;
        }

        /** Returns the first text that stands there twice, or -1. */
        int duplicate() {
            return duplicate;
        }

        /** Returns the number of a text, or -1. */
        int find(String text) {
            byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
            return find(wanted, 0, wanted.length);
        }

        /** Returns the number of the text that equals text {@code i}, or -1. */
        int firstEqualTo(int i) {
            return find(table.bytes, table.start(i), table.ends[i]);
        }

        private int find(byte[] wanted, int from, int to) {
            return slots[slot(wanted, from, to)] - 1;
        }

        /** Returns the slot that holds these bytes or, where they are unknown, the free slot for them. */
        private int slot(byte[] wanted, int from, int to) {
            long hash = factor;
            for (int i = from; i < to; i++) {
                hash = (hash ^ wanted[i]) * factor;
                hash ^= hash >>> 29;
            }
            int slot = (int) (hash ^ hash >>> 32) & slots.length - 1;
            while (slots[slot] != 0 && !table.equal(slots[slot] - 1, wanted, from, to)) {
                slot = slot + 1 & slots.length - 1;
            }
            return slot;
        }
    }
}
