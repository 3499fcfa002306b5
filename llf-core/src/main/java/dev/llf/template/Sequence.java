package dev.llf.template;

import java.util.List;

/** Python's list or tuple; immutable, as templates may not change their values. */
record Sequence(List<Object> items, Kind kind) {

    enum Kind {
        LIST, TUPLE,
        /** A pair of a grouped value and its items, which also answers to those names. */
        GROUP
    }

    static Sequence list(List<Object> items) {
        return new Sequence(items, Kind.LIST);
    }

    static Sequence tuple(List<Object> items) {
        return new Sequence(items, Kind.TUPLE);
    }

    static Sequence tuple(Object... items) {
        return new Sequence(List.of(items), Kind.TUPLE);
    }

    boolean isList() {
        return kind == Kind.LIST;
    }

    int size() {
        return items.size();
    }
}
