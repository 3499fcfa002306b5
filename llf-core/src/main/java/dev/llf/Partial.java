package dev.llf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value that the model is still writing.
 *
 * @param value  the value so far: what is not there yet is null, 0, false or an empty collection; empty if its constructor
 *               refuses that
 * @param fields the JSON so far, as maps, lists, strings, numbers, booleans and null; unmodifiable
 * @param <T>    the type
 */
public record Partial<T>(Optional<T> value, Map<String, @Nullable Object> fields) {
    /** Copies the fields. */
    public Partial {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
}
