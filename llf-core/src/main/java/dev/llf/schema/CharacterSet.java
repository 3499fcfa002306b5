package dev.llf.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The characters that one place of a grammar allows: sorted, separate ranges of code points. */
final class CharacterSet {

    static final CharacterSet ANY = new CharacterSet(new int[] {0, Character.MAX_CODE_POINT}, 1);

    /** First and last of each range in turn. */
    private final int[] bounds;
    /** How many elements the engine makes of it. */
    private final int engineElements;

    private CharacterSet(int[] bounds, int engineElements) {
        this.bounds = bounds;
        this.engineElements = engineElements;
    }

    /** Both ends belong to the range. */
    record Range(int first, int last) {}

    static CharacterSet of(int codePoint) {
        return new CharacterSet(new int[] {codePoint, codePoint}, 1);
    }

    static CharacterSet of(List<Range> ranges, boolean negated) {
        List<Range> merged = merge(ranges);
        int engineElements = ranges.stream().mapToInt(range -> range.first == range.last ? 1 : 2).sum();
        return new CharacterSet(bounds(negated ? complement(merged) : merged), engineElements);
    }

    /** Sorts ranges and joins those that touch. */
    static List<Range> merge(List<Range> ranges) {
        List<Range> merged = new ArrayList<>();
        for (Range next : ranges.stream().sorted(Comparator.comparingInt(Range::first)).toList()) {
            if (!merged.isEmpty() && next.first <= merged.getLast().last + 1) {
                Range open = merged.removeLast();
                merged.add(new Range(open.first, Math.max(open.last, next.last)));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }

    /** Returns what the ranges leave out; they are sorted and apart. */
    static List<Range> complement(List<Range> merged) {
        List<Range> rest = new ArrayList<>();
        int from = 0;
        for (Range range : merged) {
            if (from < range.first) {
                rest.add(new Range(from, range.first - 1));
            }
            from = range.last + 1;
        }
        if (from <= Character.MAX_CODE_POINT) {
            rest.add(new Range(from, Character.MAX_CODE_POINT));
        }
        return rest;
    }

    private static int[] bounds(List<Range> ranges) {
        int[] bounds = new int[2 * ranges.size()];
        for (int i = 0; i < ranges.size(); i++) {
            bounds[2 * i] = ranges.get(i).first;
            bounds[2 * i + 1] = ranges.get(i).last;
        }
        return bounds;
    }

    boolean contains(int codePoint) {
        int low = 0;
        int high = bounds.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (codePoint < bounds[2 * middle]) {
                high = middle - 1;
            } else if (codePoint > bounds[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Whether a token can hold one of the characters: text has neither NUL nor surrogates. */
    boolean canBeWritten() {
        for (int i = 0; i < bounds.length; i += 2) {
            int first = Math.max(1, bounds[i]);
            int last = bounds[i + 1];
            boolean surrogatesOnly = first >= Character.MIN_SURROGATE && last <= Character.MAX_SURROGATE;
            if (first <= last && !surrogatesOnly) {
                return true;
            }
        }
        return false;
    }

    /** Adds the first character of some ranges: where ranges of several sets overlap most, one of them begins. */
    void addFirsts(Collection<Integer> characters) {
        for (int i = 0; i < Math.min(8, bounds.length / 2); i++) {
            characters.add(bounds[2 * i]);
        }
    }

    int engineElements() {
        return engineElements;
    }
}
