package dev.llf.llamacpp;

import dev.llf.template.Rendered;
import java.util.Arrays;
import java.util.List;

/** A rendered prompt, and which of its characters are foreign. Immutable. */
final class PromptText implements SafeTokenizer.Foreign {

    private final String text;
    private final int[] ends;
    private final boolean[] foreign;

    PromptText(Rendered rendered) {
        List<Rendered.Span> spans = rendered.spans();
        text = rendered.text();
        ends = new int[spans.size()];
        foreign = new boolean[spans.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += spans.get(i).text().length();
            ends[i] = end;
            foreign[i] = spans.get(i).foreign();
        }
    }

    String text() {
        return text;
    }

    /** Returns roughly how much memory it takes. */
    long bytes() {
        return 2L * text.length() + 5L * ends.length;
    }

    @Override
    public int first(int from, int to) {
        int span = Arrays.binarySearch(ends, from);
        span = span < 0 ? -span - 1 : span + 1;
        int start = from;
        while (start < to && span < ends.length) {
            if (foreign[span]) {
                return start;
            }
            start = ends[span++];
        }
        return -1;
    }

    /** Returns how many characters both begin with that are the same and of the same origin. */
    int common(PromptText other) {
        int limit = commonOrigin(other);
        if (text.regionMatches(0, other.text, 0, limit)) {
            return limit;
        }
        int i = 0;
        while (text.charAt(i) == other.text.charAt(i)) {
            i++;
        }
        return i;
    }

    private int commonOrigin(PromptText other) {
        int start = 0;
        for (int i = 0; i < ends.length && i < other.ends.length; i++) {
            if (foreign[i] != other.foreign[i]) {
                return start;
            }
            start = Math.min(ends[i], other.ends[i]);
            if (ends[i] != other.ends[i]) {
                return start;
            }
        }
        return start;
    }
}
