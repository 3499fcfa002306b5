package dev.llf.conversation.search;

import java.util.Arrays;

/**
 * A text as it is compared, and the way back to where its characters stand in the original.
 *
 * <p>Case is folded, canonically equivalent characters are the same, and each run of white space is one space.
 */
final class FoldedText {

    private static final int STEP = 4;

    private final String original;
    private final String text;
    /**
     * Where lengths differ, in order: start and end in the folded text, start and end in the original. Between them the
     * characters correspond one by one.
     */
    private final int[] changes;
    /** Whether no character of the original belongs to its neighbour, and each is composed. */
    private final boolean plain;
    /** Whether no character of the original became several. */
    private final boolean narrow;

    private FoldedText(String original, String text, int[] changes, boolean plain, boolean narrow) {
        this.original = original;
        this.text = text;
        this.changes = changes;
        this.plain = plain;
        this.narrow = narrow;
    }

    static FoldedText of(String original) {
        return new Folding(original).fold();
    }

    String original() {
        return original;
    }

    String text() {
        return text;
    }

    /** Whether matches that are apart here are apart in the original, too. */
    boolean keepsApart() {
        return plain && narrow;
    }

    /** Whether each character stands for one of the original, which is composed and does not belong to its neighbour. */
    boolean isDirect() {
        return plain && changes.length == 0;
    }

    /** The characters of the original that a part of the folded text comes from, whole clusters. */
    TextRange inOriginal(int start, int end) {
        int from = originalStart(start);
        int to = originalEnd(end);
        return plain ? new TextRange(from, to)
                : new TextRange(Clusters.floor(original, from), Clusters.ceiling(original, to));
    }

    private int originalStart(int at) {
        int change = lastChange(at);
        if (change < 0) {
            return at;
        }
        boolean inside = at < changes[change + 1];
        return inside ? changes[change + 2] : changes[change + 3] + at - changes[change + 1];
    }

    private int originalEnd(int end) {
        int change = lastChange(end - 1);
        if (change < 0) {
            return end;
        }
        boolean inside = end - 1 < changes[change + 1];
        return inside ? changes[change + 3] : changes[change + 3] + end - changes[change + 1];
    }

    /** The index of the last change that starts at or before a place of the folded text; negative for none. */
    private int lastChange(int at) {
        int low = 0;
        int high = changes.length / STEP - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (changes[middle * STEP] <= at) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high * STEP;
    }

    static boolean isSpace(char c) {
        return c == ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static final class Folding {

        private final String original;
        private char[] out;
        private int length;
        private int[] changes = new int[0];
        private int size;
        private boolean plain = true;
        private boolean narrow = true;
        private boolean same = true;

        Folding(String original) {
            this.original = original;
            this.out = new char[original.length()];
        }

        FoldedText fold() {
            int i = 0;
            while (i < original.length()) {
                char c = original.charAt(i);
                boolean ascii = c > ' ' && c < 0x7F;
                if (ascii && isAlone(i)) {
                    append(c, CaseFold.of(c));
                    i++;
                } else {
                    i = !ascii && isSpace(c) ? foldSpaces(i) : foldSegment(i);
                }
            }
            String text = same ? original : new String(out, 0, length);
            return new FoldedText(original, text, Arrays.copyOf(changes, size), plain, narrow);
        }

        private boolean isAlone(int at) {
            return at + 1 == original.length() || original.charAt(at + 1) < 0x300;
        }

        private int foldSpaces(int start) {
            int end = start + 1;
            while (end < original.length() && isSpace(original.charAt(end))) {
                end++;
            }
            if (end == start + 1) {
                append(original.charAt(start), ' ');
            } else {
                append(" ", start, end);
            }
            return end;
        }

        private int foldSegment(int start) {
            char c = original.charAt(start);
            char folded = CaseFold.of(c);
            int end = isAlone(start) ? start + 1 : Clusters.segmentEnd(original, start);
            if (end == start + 1 && folded != CaseFold.SPECIAL) {
                append(c, folded);
                return end;
            }
            String segment = original.substring(start, end);
            plain &= end == start + 1 && CaseFold.isComposed(segment);
            append(CaseFold.of(segment), start, end);
            return end;
        }

        private void append(char c, char folded) {
            if (length == out.length) {
                out = Arrays.copyOf(out, length + (length >> 1) + 16);
            }
            out[length++] = folded;
            same &= c == folded;
        }

        private void append(String folded, int start, int end) {
            if (folded.length() != end - start) {
                if (size == changes.length) {
                    changes = Arrays.copyOf(changes, Math.max(4 * STEP, 2 * size));
                }
                changes[size++] = length;
                changes[size++] = length + folded.length();
                changes[size++] = start;
                changes[size++] = end;
            }
            narrow &= folded.length() <= end - start;
            same = false;
            for (int i = 0; i < folded.length(); i++) {
                append(folded.charAt(i), folded.charAt(i));
            }
        }
    }
}
