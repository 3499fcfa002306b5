package dev.llf.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A string of the template language, with the origin of each of its characters.
 *
 * <p>{@code edges} holds the offsets, ascending, at which the origin changes; text before the first edge is the
 * template's own. So {@code []} is all own and {@code [0]} all foreign. Offsets are UTF-16 units; indexes, as the
 * language sees them, are code points. Equality looks at the characters only. {@code markup} marks text that was
 * declared safe: joined with other text by {@code +}, it escapes that text.
 */
final class Text {

    private static final int[] OWN = {};
    private static final int[] FOREIGN = {0};
    static final Text EMPTY = own("");

    private final String value;
    private final int[] edges;
    private final boolean markup;
    private int points = -1;

    private Text(String value, int[] edges, boolean markup) {
        this.value = value;
        this.edges = edges;
        this.markup = markup;
    }

    static Text own(String value) {
        return new Text(value, OWN, false);
    }

    static Text foreign(String value) {
        return of(value, true);
    }

    static Text of(String value, boolean foreign) {
        return new Text(value, foreign && !value.isEmpty() ? FOREIGN : OWN, false);
    }

    static Text withEdges(String value, int[] edges) {
        return new Text(value, edges, false);
    }

    String value() {
        return value;
    }

    int[] edges() {
        return edges;
    }

    boolean markup() {
        return markup;
    }

    Text asMarkup(boolean on) {
        return markup == on ? this : new Text(value, edges, on);
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    boolean anyForeign() {
        return edges.length > 0;
    }

    private boolean uniform() {
        return edges.length == 0 || (edges.length == 1 && edges[0] == 0);
    }

    /** The length in code points. */
    int length() {
        if (points < 0) {
            points = value.codePointCount(0, value.length());
        }
        return points;
    }

    /** The offset of a code point. */
    int offset(int index) {
        return length() == value.length() ? index : value.offsetByCodePoints(0, index);
    }

    /** The index of the code point at an offset. */
    int index(int offset) {
        return length() == value.length() ? offset : value.codePointCount(0, offset);
    }

    /** The part between two offsets. */
    Text sub(int from, int to) {
        if (from == 0 && to == value.length()) {
            return this;
        }
        String part = value.substring(from, to);
        if (uniform()) {
            return new Text(part, part.isEmpty() ? OWN : edges, markup);
        }
        return new Text(part, edgesWithin(from, to), markup);
    }

    private int[] edgesWithin(int from, int to) {
        int[] found = new int[edges.length + 1];
        int count = 0;
        if (from < to && foreignAt(from)) {
            found[count++] = 0;
        }
        for (int edge : edges) {
            if (edge > from && edge < to) {
                found[count++] = edge - from;
            }
        }
        return Arrays.copyOf(found, count);
    }

    boolean foreignAt(int offset) {
        int passed = 0;
        while (passed < edges.length && edges[passed] <= offset) {
            passed++;
        }
        return passed % 2 == 1;
    }

    Text from(int offset) {
        return sub(offset, value.length());
    }

    /** The code point at an index within the length. */
    Text at(int index) {
        int start = offset(index);
        return sub(start, start + Character.charCount(value.codePointAt(start)));
    }

    /** The stretches of one origin, in order. */
    List<Text> runs() {
        List<Text> runs = new ArrayList<>(edges.length + 1);
        int start = 0;
        for (int edge : edges) {
            if (edge > start) {
                runs.add(sub(start, edge));
            }
            start = edge;
        }
        if (start < value.length()) {
            runs.add(from(start));
        }
        return runs;
    }

    /**
     * Applies a change of characters. Where the change of the whole is not the change of the parts put together, the
     * whole result counts as foreign.
     */
    Text mapped(UnaryOperator<String> change) {
        String whole = change.apply(value);
        if (uniform()) {
            return of(whole, anyForeign()).asMarkup(markup);
        }
        var parts = new TextBuilder();
        runs().forEach(run -> parts.append(of(change.apply(run.value), run.anyForeign())));
        Text joined = parts.toText();
        return (joined.value.equals(whole) ? joined : foreign(whole)).asMarkup(markup);
    }

    /** A text that may be shown in an error message: foreign parts are left out. */
    String redacted() {
        var shown = new StringBuilder();
        runs().forEach(run -> shown.append(run.anyForeign() ? "…" : run.value));
        return shown.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && value.equals(text.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
