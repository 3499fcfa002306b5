package dev.llf.conversation.search;

import java.util.ArrayList;
import java.util.List;

/** The part of a text around its first match, on one line. */
record Snippet(String text, List<TextRange> ranges) {

    private static final char ELLIPSIS = '\u2026';

    static Snippet of(String text, List<TextRange> ranges, int limit) {
        if (text.length() <= limit) {
            return new Snippet(oneLine(text), ranges);
        }
        TextRange first = ranges.getFirst();
        int room = limit - 2;
        int from = first.start() - Math.max(0, room - first.length()) / 2;
        int start = from;
        int end = from + room;
        if (from <= 0) {
            start = 0;
            end = limit - 1;
        } else if (end >= text.length()) {
            start = text.length() - limit + 1;
            end = text.length();
        }
        start = Math.min(Clusters.ceiling(text, start), first.start());
        int floor = Clusters.floor(text, end);
        end = floor > start ? floor : codePointFloor(text, end); // one cluster may be longer than a snippet
        String cut = (start > 0 ? String.valueOf(ELLIPSIS) : "") + oneLine(text.substring(start, end))
                + (end < text.length() ? String.valueOf(ELLIPSIS) : "");
        return new Snippet(cut, moved(ranges, start, end));
    }

    private static int codePointFloor(String text, int at) {
        return Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }

    private static List<TextRange> moved(List<TextRange> ranges, int start, int end) {
        int shift = (start > 0 ? 1 : 0) - start;
        List<TextRange> moved = new ArrayList<>();
        for (TextRange range : ranges) {
            int from = Math.max(range.start(), start);
            int to = Math.min(range.end(), end);
            if (from < to) {
                moved.add(new TextRange(from + shift, to + shift));
            }
        }
        return moved;
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (FoldedText.isSpace(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }
}
