package dev.llf.llamacpp;

import java.util.List;

/**
 * Finds the first stop string in text that arrives in pieces: the one that is complete first, however the text is cut.
 *
 * <p>Holds back the longest end of the text that could still become a stop string, and nothing more. The engine's own
 * matching loses what it holds back at the end.
 */
final class StopMatcher {

    private final List<String> stops;
    private final int longest;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    StopMatcher(List<String> stops) {
        this.stops = stops;
        longest = stops.stream().mapToInt(String::length).max().orElse(0);
    }

    /** Takes a piece and returns the text that is now certain; after a match, the text before it. */
    String add(String piece) {
        if (stops.isEmpty()) {
            return piece;
        }
        held.append(piece);
        int match = firstMatch();
        if (match >= 0) {
            found = true;
            return take(match);
        }
        return take(held.length() - undecided());
    }

    /** Returns what was held back: after the end of the text it can no longer become a stop string. */
    String rest() {
        return found ? "" : take(held.length());
    }

    boolean found() {
        return found;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Returns the start of the match that ends first, of several the longest; -1 if there is none. */
    private int firstMatch() {
        int start = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int to = at + stop.length();
            if (at >= 0 && (to < end || (to == end && at < start))) {
                start = at;
                end = to;
            }
        }
        return start;
    }

    /** Returns the length of the longest end that begins a stop string. */
    private int undecided() {
        for (int length = Math.min(longest - 1, held.length()); length > 0; length--) {
            String end = held.substring(held.length() - length);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }
}
