package dev.llf.template;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts a {@link Text} together. With a budget, what is appended is paid for and bounded. */
final class TextBuilder {

    private final StringBuilder value = new StringBuilder();
    private final @Nullable Budget budget;
    private int[] edges = {};
    private int count;

    TextBuilder() {
        this.budget = null;
    }

    TextBuilder(Budget budget) {
        this.budget = budget;
    }

    TextBuilder append(String own) {
        return append(own, false);
    }

    TextBuilder append(String text, boolean foreign) {
        if (text.isEmpty()) {
            return this;
        }
        pay(text.length());
        origin(foreign);
        value.append(text);
        return this;
    }

    TextBuilder append(Text text) {
        int[] added = text.edges();
        if (added.length == 0 || (added.length == 1 && added[0] == 0)) {
            return append(text.value(), added.length == 1);
        }
        pay(text.value().length());
        int start = value.length();
        origin(added[0] == 0);
        for (int edge : added) {
            if (edge > 0) {
                flip(start + edge);
            }
        }
        value.append(text.value());
        return this;
    }

    TextBuilder repeat(Text text, long times) {
        if (times > 0 && budget != null) {
            budget.produce(0, value.length() + times * text.value().length());
        }
        for (long i = 0; i < times; i++) {
            append(text);
        }
        return this;
    }

    int length() {
        return value.length();
    }

    Text toText() {
        return Text.withEdges(value.toString(), Arrays.copyOf(edges, count));
    }

    private void pay(int added) {
        if (budget != null) {
            budget.produce(added, (long) value.length() + added);
        }
    }

    private void origin(boolean foreign) {
        if (foreign != (count % 2 == 1)) {
            flip(value.length());
        }
    }

    private void flip(int offset) {
        if (count == edges.length) {
            edges = Arrays.copyOf(edges, Math.max(8, count * 2));
        }
        edges[count++] = offset;
    }
}
