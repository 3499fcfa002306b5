package dev.llf.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model is told about a tool.
 *
 * @param name        1 to 64 letters, digits, {@code _} or {@code -}
 * @param description what the tool does, for the model to read
 * @param parameters  a JSON Schema of type object; its values are maps, lists, strings, numbers and booleans; copied deeply
 *                    with its order kept, so that prompts stay byte-stable
 */
public record ToolSpec(String name, String description, Map<String, Object> parameters) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MAX_DEPTH = 64;

    /**
     * Checks the name and copies the schema.
     *
     * @throws IllegalArgumentException if the name has another form, the description has an unpaired surrogate, or the
     *                                  schema holds a value that is not JSON or is nested deeper than 64 levels
     */
    public ToolSpec {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "tool name must be 1 to 64 of A-Z a-z 0-9 _ -, was '%s'".formatted(name));
        }
        WellFormed.text(description, "tool description");
        parameters = copy(parameters, 1);
    }

    private static Map<String, Object> copy(Map<?, ?> map, int level) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(key(key), copy(value, level + 1)));
        return Collections.unmodifiableMap(copy);
    }

    private static String key(@Nullable Object key) {
        if (key instanceof String text) {
            return WellFormed.text(text, "schema key");
        }
        throw new IllegalArgumentException("a JSON schema has texts as keys, found %s".formatted(nameOfClass(key)));
    }

    private static Object copy(@Nullable Object value, int level) {
        if (level > MAX_DEPTH && (value instanceof Map || value instanceof List)) {
            throw new IllegalArgumentException("tool parameters are nested deeper than %d levels".formatted(MAX_DEPTH));
        }
        return switch (value) {
            case Map<?, ?> map -> copy(map, level);
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(copy(item, level + 1)));
                yield Collections.unmodifiableList(copy);
            }
            case String text -> WellFormed.text(text, "schema text");
            case Boolean flag -> flag;
            case Integer number -> number;
            case Long number -> number;
            case Double number when Double.isFinite(number) -> number;
            case null, default -> throw new IllegalArgumentException(
                    "a JSON schema holds maps, lists, text, booleans and finite numbers, found %s"
                            .formatted(nameOfClass(value)));
        };
    }

    private static String nameOfClass(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }
}
