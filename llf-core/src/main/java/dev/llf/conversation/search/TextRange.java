package dev.llf.conversation.search;

/**
 * A part of a text, in UTF-16 code units as {@link String} counts them.
 *
 * @param start the index of its first character, zero or more
 * @param end   the index after its last character, greater than the start
 */
public record TextRange(int start, int end) {
    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if the start is negative or the end is not greater than the start
     */
    public TextRange {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("a range needs 0 <= start < end, was %d to %d".formatted(start, end));
        }
    }

    /**
     * Returns how long it is.
     *
     * @return the number of UTF-16 code units, at least 1
     */
    public int length() {
        return end - start;
    }
}
