package dev.llf.template;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's dict, in the order of insertion. Filled once, then never changed. */
final class Dict {

    /** A key as it was written, with its value. */
    record Entry(Object key, Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** A later value replaces an earlier one but keeps the earlier key and place. */
    Dict put(Object key, Object value) {
        entries.merge(hashable(key), new Entry(key, value), (old, fresh) -> new Entry(old.key(), fresh.value()));
        return this;
    }

    @Nullable
    Object get(Object key) {
        Entry entry = entries.get(hashable(key));
        return entry == null ? null : entry.value();
    }

    Collection<Entry> entries() {
        return entries.values();
    }

    int size() {
        return entries.size();
    }

    /** A form in which equal values are equal objects: 1, 1.0 and True are one key. */
    static Object hashable(Object key) {
        return switch (key) {
            case Boolean flag -> flag ? 1L : 0L;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1e18 -> number.longValue();
            case Sequence tuple when !tuple.isList() -> tuple.items().stream().map(Dict::hashable).toList();
            case Sequence list -> throw unhashable("list");
            case Dict dict -> throw unhashable("dict");
            default -> key;
        };
    }

    private static TemplateFault unhashable(String type) {
        return new TemplateFault("a %s cannot be a key".formatted(type));
    }
}
