package dev.llf.template;

import java.util.List;
import java.util.stream.IntStream;

/** Python's range. */
record Range(long start, long stop, long step) {

    private static final long MAX_SIZE = 100_000;

    static Range of(List<Object> bounds) {
        long first = Numbers.toLong(bounds.get(0), "range");
        long start = bounds.size() == 1 ? 0 : first;
        long stop = bounds.size() == 1 ? first : Numbers.toLong(bounds.get(1), "range");
        long step = bounds.size() == 3 ? Numbers.toLong(bounds.get(2), "range") : 1;
        if (step == 0) {
            throw new TemplateFault("the step of a range must not be zero");
        }
        return new Range(start, stop, step).checked();
    }

    private Range checked() {
        double exact = ((double) stop - (double) start) / step;
        if (exact > MAX_SIZE) {
            throw new TemplateFault("a range may have at most %d items".formatted(MAX_SIZE));
        }
        return this;
    }

    int size() {
        boolean empty = step > 0 ? start >= stop : start <= stop;
        return empty ? 0 : (int) ((stop - start - Long.signum(step)) / step + 1);
    }

    long get(int index) {
        return start + index * step;
    }

    List<Object> items() {
        return IntStream.range(0, size()).<Object>mapToObj(this::get).toList();
    }

    boolean contains(long value) {
        boolean between = step > 0 ? value >= start && value < stop : value <= start && value > stop;
        return between && (value - start) % step == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Range range && items().equals(range.items());
    }

    @Override
    public int hashCode() {
        return items().hashCode();
    }

    @Override
    public String toString() {
        return step == 1 ? "range(%d, %d)".formatted(start, stop) : "range(%d, %d, %d)".formatted(start, stop, step);
    }
}
