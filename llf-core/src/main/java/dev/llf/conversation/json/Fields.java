package dev.llf.conversation.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.chat.WellFormed;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The fields of a JSON object, each of which has to be there with the right type; others are not looked at.
 *
 * @param node an object
 * @param path where it is, a JSON Pointer
 */
record Fields(JsonNode node, String path) {

    /** What may be shown of a value that should be one of a few words. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    /** Takes something that has to be an object. */
    static Fields of(JsonNode node, String path) throws UnreadableJsonException {
        if (!node.isObject()) {
            throw unexpected(path, "an object", node);
        }
        return new Fields(node, path);
    }

    String text(String name) throws UnreadableJsonException {
        return text(get(name), pathOf(name));
    }

    private static String text(JsonNode value, String path) throws UnreadableJsonException {
        if (!value.isTextual()) {
            throw unexpected(path, "text", value);
        }
        return checked(path, () -> WellFormed.text(value.textValue(), "the text"));
    }

    /** Reads a text that may be null, but not missing: a moved branch must not lose its end to a typing error. */
    Optional<String> textOrNull(String name) throws UnreadableJsonException {
        JsonNode value = get(name);
        if (value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw unexpected(pathOf(name), "text or null", value);
        }
        return Optional.of(text(value, pathOf(name)));
    }

    int count(String name) throws UnreadableJsonException {
        JsonNode value = get(name);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw unexpected(pathOf(name), "a whole number of 32 bits", value);
        }
        return value.intValue();
    }

    boolean flag(String name) throws UnreadableJsonException {
        JsonNode value = get(name);
        if (!value.isBoolean()) {
            throw unexpected(pathOf(name), "true or false", value);
        }
        return value.booleanValue();
    }

    Instant time(String name) throws UnreadableJsonException {
        String text = text(name);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new UnreadableJsonException(pathOf(name),
                    "expected a time like 2026-01-31T23:59:59.123456789Z, found " + shown(text));
        }
    }

    Fields object(String name) throws UnreadableJsonException {
        return of(get(name), pathOf(name));
    }

    List<Fields> objects(String name) throws UnreadableJsonException {
        JsonNode array = get(name);
        if (!array.isArray()) {
            throw unexpected(pathOf(name), "an array", array);
        }
        List<Fields> all = new ArrayList<>(array.size());
        for (JsonNode each : array) {
            all.add(of(each, pathOf(name) + "/" + all.size()));
        }
        return all;
    }

    List<Fields> objectsIfAny(String name) throws UnreadableJsonException {
        return node.has(name) ? objects(name) : List.of();
    }

    Map<String, String> texts(String name) throws UnreadableJsonException {
        Fields object = object(name);
        Map<String, String> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : object.node.properties()) {
            all.put(each.getKey(), text(each.getValue(), object.path + "/*"));
        }
        return all;
    }

    /** Reports a word that is none of those that are known. */
    UnreadableJsonException unknown(String name, String word, String known) {
        return new UnreadableJsonException(pathOf(name), "expected one of %s, found %s".formatted(known, shown(word)));
    }

    /** Makes something of fields. */
    @FunctionalInterface
    interface Maker<T> {
        T make() throws UnreadableJsonException;
    }

    /** Makes something of the fields whose own checks may fail. */
    <T> T make(Maker<T> maker) throws UnreadableJsonException {
        return checked(path, maker);
    }

    private static <T> T checked(String path, Maker<T> maker) throws UnreadableJsonException {
        try {
            return maker.make();
        } catch (IllegalArgumentException e) {
            throw new UnreadableJsonException(path, String.valueOf(e.getMessage()));
        }
    }

    private JsonNode get(String name) {
        return node.path(name);
    }

    private String pathOf(String name) {
        return path + "/" + name;
    }

    private static String shown(String text) {
        return WORD.matcher(text).matches() ? "'" + text + "'" : "text of %d characters".formatted(text.length());
    }

    private static UnreadableJsonException unexpected(String path, String expected, JsonNode found) {
        return new UnreadableJsonException(path, "expected %s, found %s".formatted(expected, kind(found)));
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "text";
            case NUMBER -> node.isIntegralNumber() && !node.canConvertToInt() ? "a larger number" : "a number";
            case BOOLEAN -> String.valueOf(node.booleanValue());
            case NULL -> "null";
            case MISSING, BINARY, POJO -> "nothing";
        };
    }
}
