package dev.llf.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one value that a template can change: its attributes. */
record Namespace(Map<String, Object> attributes) {

    Namespace() {
        this(new LinkedHashMap<>());
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
