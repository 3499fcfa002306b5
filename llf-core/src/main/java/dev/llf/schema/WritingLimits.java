package dev.llf.schema;

import java.util.List;

/**
 * How large documents may get where the schema does not say, or says more.
 *
 * @param text      of a string: characters, or if {@code inBytes} bytes between its quotes
 * @param inBytes   whether strings are bounded in bytes
 * @param key       of a key of a map, likewise
 * @param items     of an array
 * @param entries   of a map
 * @param recursion how often a type may stand inside itself
 * @param any       how deep a value of any type may be nested
 */
record WritingLimits(int text, boolean inBytes, int key, int items, int entries, int recursion, int any) {

    /** The most that the schema itself may ask for: characters. */
    static final int MAX_TEXT = 1_024;
    /** The most that the schema itself may ask for: items or entries. */
    static final int MAX_ITEMS = 256;
    /** Bytes of the longest string that is bounded in bytes. */
    static final int MAX_TEXT_BYTES = 512;

    static final WritingLimits DEFAULT = new WritingLimits(256, false, 64, 32, 16, 4, 2);

    /** From large to small; the last is the tightest. */
    static final List<WritingLimits> TIGHTER = List.of(bytes(96, 32, 16, 4, 2), bytes(64, 16, 8, 3, 2),
            bytes(48, 8, 6, 3, 1), bytes(32, 6, 4, 2, 1), bytes(24, 4, 4, 2, 1), bytes(16, 3, 3, 2, 0),
            bytes(16, 2, 2, 1, 0), bytes(12, 1, 1, 1, 0), bytes(8, 1, 1, 0, 0), bytes(4, 1, 1, 0, 0));

    private static WritingLimits bytes(int text, int items, int entries, int recursion, int any) {
        return new WritingLimits(text, true, Math.min(text, 32), items, entries, recursion, any);
    }

    WritingLimits withText(int bytes) {
        return new WritingLimits(bytes, true, Math.min(bytes, 64), items, entries, recursion, any);
    }
}
