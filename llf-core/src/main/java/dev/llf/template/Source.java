package dev.llf.template;

import java.util.Arrays;
import java.util.regex.Pattern;

/** A template's text with line ends normalised and its last one removed, and the places of its lines. For one thread. */
final class Source {

    private static final Pattern LINE_END = Pattern.compile("\r\n|\r");

    private final String text;
    private final int[] lineStarts;
    private int lastOffset;
    private int lastColumn = 1;

    Source(String raw) {
        String normal = normalised(raw);
        this.text = normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal;
        this.lineStarts = lineStarts(text);
    }

    static String normalised(String raw) {
        return raw.indexOf('\r') < 0 ? raw : LINE_END.matcher(raw).replaceAll("\n");
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[1 + (int) text.chars().filter(c -> c == '\n').count()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = text.indexOf('\n', starts[i - 1]) + 1;
        }
        return starts;
    }

    String text() {
        return text;
    }

    Position at(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        int line = found < 0 ? -found - 2 : found;
        return new Position(line + 1, column(lineStarts[line], Math.min(offset, text.length())));
    }

    /** Counts on from the last place asked for, as a long line may hold many. */
    private int column(int lineStart, int offset) {
        if (lastOffset < lineStart || lastOffset > offset) {
            lastOffset = lineStart;
            lastColumn = 1;
        }
        lastColumn += text.codePointCount(lastOffset, offset);
        lastOffset = offset;
        return lastColumn;
    }
}
