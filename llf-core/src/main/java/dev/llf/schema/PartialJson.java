package dev.llf.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a JSON document, read as far as it goes: while a model still writes.
 *
 * <p>Open strings, arrays and objects are closed where they are. Left out is what is not yet certain: half a key or one
 * without a value, a number or literal that may go on, half an escape. One reading takes time in the order of the
 * prefix's length, at most 262,144 chars.
 */
public final class PartialJson {

    private final String prefix;
    private final ArrayDeque<Character> open = new ArrayDeque<>();
    /** Up to here everything is complete but for what is open. */
    private int end;
    private boolean inText;
    private boolean atKey;

    private PartialJson(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Returns the fields of an object as far as they are known.
     *
     * @param prefix the beginning of a JSON document
     * @return the fields, in order, as maps, lists, strings, numbers ({@code Integer}, {@code Long},
     *         {@code BigInteger}, {@code BigDecimal}), booleans and null; a new mutable map; empty if there is none yet,
     *         or the text is no JSON object
     */
    public static Map<String, @Nullable Object> read(String prefix) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        tree(prefix).filter(JsonNode::isObject).ifPresent(
                node -> node.properties().forEach(field -> fields.put(field.getKey(), plain(field.getValue()))));
        return fields;
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
            return Collections.unmodifiableMap(map);
        } else if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(item -> list.add(plain(item)));
            return Collections.unmodifiableList(list);
        } else if (node.isNumber()) {
            return node.numberValue();
        } else if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.textValue();
    }

    /** Empty if nothing is known yet or the text is no beginning of JSON. */
    static Optional<JsonNode> tree(String prefix) {
        try {
            String closed = new PartialJson(prefix).closed();
            return closed.isBlank() ? Optional.empty() : Optional.of(JsonText.read(closed));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private String closed() {
        int position = 0;
        while (position < prefix.length() && position >= 0) {
            position = step(position);
        }
        StringBuilder closed = new StringBuilder(prefix.length() + 16).append(prefix, 0, end);
        if (inText) {
            closed.append('"');
        }
        open.forEach(opener -> closed.append(opener == '{' ? '}' : ']'));
        return closed.toString();
    }

    /** Takes one token; returns where the next begins, or -1 if this one is not complete. */
    private int step(int position) {
        char c = prefix.charAt(position);
        return switch (c) {
            case ' ', '\t', '\r', '\n' -> position + 1;
            case '{', '[' -> {
                open.push(c);
                atKey = c == '{';
                end = position + 1;
                yield end;
            }
            case '}', ']' -> {
                open.poll();
                atKey = false;
                end = position + 1;
                yield end;
            }
            case ',' -> {
                atKey = !open.isEmpty() && open.peek() == '{';
                yield position + 1;
            }
            case ':' -> {
                atKey = false;
                yield position + 1;
            }
            case '"' -> text(position);
            default -> word(position);
        };
    }

    private int text(int start) {
        int position = start + 1;
        int whole = position;
        while (position < prefix.length()) {
            char c = prefix.charAt(position);
            if (c == '"') {
                end = atKey ? end : position + 1;
                return position + 1;
            }
            int next = c == '\\' ? escapeEnd(position) : characterEnd(position);
            if (next > prefix.length()) {
                break;
            }
            position = next;
            whole = next;
        }
        if (!atKey) {
            end = whole;
            inText = true;
        }
        return -1;
    }

    private int characterEnd(int position) {
        boolean pair = Character.isHighSurrogate(prefix.charAt(position))
                && (position + 1 == prefix.length() || Character.isLowSurrogate(prefix.charAt(position + 1)));
        return position + (pair ? 2 : 1);
    }

    private int escapeEnd(int position) {
        boolean unicode = position + 1 < prefix.length() && prefix.charAt(position + 1) == 'u';
        if (!unicode) {
            return position + 2;
        }
        boolean high = position + 3 < prefix.length() && (prefix.charAt(position + 2) | 0x20) == 'd'
                && "89abAB".indexOf(prefix.charAt(position + 3)) >= 0;
        boolean another = high && "\\u".startsWith(prefix.substring(Math.min(prefix.length(), position + 6),
                Math.min(prefix.length(), position + 8)));
        return position + (another ? 12 : 6);
    }

    private int word(int start) {
        int position = start;
        while (position < prefix.length() && " \t\r\n,]}".indexOf(prefix.charAt(position)) < 0) {
            position++;
        }
        String word = prefix.substring(start, position);
        boolean certain = position < prefix.length() || word.equals("true") || word.equals("false")
                || word.equals("null");
        if (!certain) {
            return -1;
        }
        end = position;
        return position;
    }
}
