package dev.llf.testing;

import java.util.List;

/** Finds stop strings in a text that comes in pieces, and keeps back what may be the beginning of one. */
final class StopStrings {

    private final List<String> stops;
    private final StringBuilder kept = new StringBuilder();
    private boolean found;

    StopStrings(List<String> stops) {
        this.stops = stops;
    }

    /** Takes a further piece and returns what can be shown now. */
    String accept(String piece) {
        kept.append(piece);
        int first = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = kept.indexOf(stop);
            if (at >= 0) {
                first = Math.min(first, at);
                found = true;
            }
        }
        int shown = found ? first : kept.length() - beginning();
        String text = kept.substring(0, shown);
        kept.delete(0, found ? kept.length() : shown);
        return text;
    }

    /** The length of the longest end of the text that a stop string begins with. */
    private int beginning() {
        for (int start = 0; start < kept.length(); start++) {
            String end = kept.substring(start);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return end.length();
            }
        }
        return 0;
    }

    /** Whether a stop string was found; nothing after it is shown. */
    boolean found() {
        return found;
    }

    /** Returns what was kept back, at the end of the text. */
    String rest() {
        String rest = kept.toString();
        kept.setLength(0);
        return rest;
    }
}
