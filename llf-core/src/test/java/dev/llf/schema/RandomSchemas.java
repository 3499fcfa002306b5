package dev.llf.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Schemas of all kinds that a grammar enforces, and documents of them written without the grammar. */
final class RandomSchemas {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> WORDS = List.of("name", "age", "city", "id", "note", "a\"b", "\u00e4", "x\\y",
            "line\nend", "tab\t");
    private static final List<String> FORMATS = List.of("date", "time", "date-time", "uuid", "duration", "email", "uri",
            "time-local", "date-time-local");

    private final Random random;

    RandomSchemas(long seed) {
        random = new Random(seed);
    }

    /** A schema and a document that it allows. */
    record Example(ObjectNode schema, String document) {}

    Example next() {
        return next(random.nextInt(4));
    }

    private Example next(int depth) {
        return switch (random.nextInt(depth > 0 ? 15 : 9)) {
            case 0 -> integer();
            case 1 -> number();
            case 2 -> text();
            case 3 -> pattern();
            case 4 -> new Example(typed("boolean"), random.nextBoolean() ? "true" : "false");
            case 5 -> values();
            case 6 -> new Example(typed("null"), "null");
            case 7 -> date();
            case 8 -> nullable();
            case 9, 10 -> array(depth);
            case 11 -> map(depth);
            case 12 -> union(depth);
            default -> object(depth);
        };
    }

    private static ObjectNode typed(String type) {
        return JSON.objectNode().put("type", type);
    }

    private Example integer() {
        long low = random.nextLong(-2000, 2000) * (random.nextBoolean() ? 1 : 1_000_003);
        long high = low + random.nextLong(random.nextBoolean() ? 12 : 5_000_000);
        ObjectNode schema = typed("integer");
        if (random.nextInt(4) > 0) {
            schema.put("minimum", low);
        }
        if (random.nextInt(4) > 0) {
            schema.put("maximum", high);
        }
        return new Example(schema, Long.toString(random.nextLong(low, high + 1)));
    }

    private Example number() {
        ObjectNode schema = typed("number");
        int low = random.nextInt(-200, 200);
        int width = random.nextInt(1, 60);
        schema.put("minimum", low / 4.0).put("exclusiveMaximum", (low + width) / 4.0);
        double value = (low + random.nextInt(width)) / 4.0;
        return new Example(schema, Math.rint(value) == value ? Integer.toString((int) value) : Double.toString(value));
    }

    private Example text() {
        ObjectNode schema = typed("string");
        int least = random.nextInt(3);
        int most = least + random.nextInt(12);
        if (random.nextBoolean()) {
            schema.put("minLength", least).put("maxLength", most);
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(least, most + 1); i > 0; i--) {
            text.append(List.of("a", "Z", "\\\"", "\\\\", "\\n", "\u00e9", "\u4e2d", "\ud83d\ude00", " ", "/")
                    .get(random.nextInt(10)));
        }
        return new Example(schema, "\"" + text + "\"");
    }

    private Example pattern() {
        List<String[]> known = List.of(new String[] {"^[a-z]{2,4}$", "abc"},
                new String[] {"^(?:ab|cd)+\\d?$", "abcd7"}, new String[] {"[A-Z][^\\d\"]*", "Qwe"},
                new String[] {"^\\w+@\\w+\\.(com|org)$", "a_1@b.org"}, new String[] {"^.{3}$", "x-y"},
                new String[] {"^\\S+\\s\\S+$", "a b"});
        String[] one = known.get(random.nextInt(known.size()));
        return new Example(typed("string").put("pattern", one[0]), "\"" + one[1] + "\"");
    }

    private Example date() {
        String format = FORMATS.get(random.nextInt(FORMATS.size()));
        String text = switch (format) {
            case "date" -> "2024-02-29";
            case "time" -> "12:30:00Z";
            case "date-time" -> "1999-12-31T23:59:59.5+01:00";
            case "uuid" -> "123e4567-e89b-12d3-a456-426614174000";
            case "duration" -> "PT5H3M";
            case "email" -> "a.b@example.org";
            case "uri" -> "https://example.org/a";
            case "time-local" -> "07:05:01";
            default -> "2023-04-30T00:00:00";
        };
        return new Example(typed("string").put("format", format), "\"" + text + "\"");
    }

    private Example values() {
        ObjectNode schema = JSON.objectNode();
        ArrayNode values = schema.putArray("enum");
        values.add("red").add(7).add(2.5).addNull().add(true).addArray().add(1).add("x");
        String document = List.of("\"red\"", "7", "2.5", "null", "true", "[1, \"x\"]").get(random.nextInt(6));
        return new Example(schema, document);
    }

    private Example nullable() {
        ObjectNode schema = JSON.objectNode();
        schema.putArray("type").add("integer").add("null");
        return new Example(schema, random.nextBoolean() ? "null" : Integer.toString(random.nextInt(-99, 99)));
    }

    private Example array(int depth) {
        ObjectNode schema = typed("array");
        Example item = next(depth - 1);
        schema.set("items", item.schema());
        int size = random.nextInt(5);
        if (random.nextBoolean()) {
            schema.put("minItems", Math.max(0, size - 1)).put("maxItems", size + 1);
        }
        return new Example(schema, "[" + String.join(", ", Collections.nCopies(size, item.document())) + "]");
    }

    private Example map(int depth) {
        ObjectNode schema = typed("object");
        Example value = next(depth - 1);
        schema.set("additionalProperties", value.schema());
        return new Example(schema, "{\"k1\": %s, \"k 2\": %s}".formatted(value.document(), value.document()));
    }

    private Example union(int depth) {
        ObjectNode schema = JSON.objectNode();
        Example text = text();
        Example object = object(depth);
        schema.putArray(random.nextBoolean() ? "anyOf" : "oneOf").add(text.schema()).add(object.schema());
        return new Example(schema, random.nextBoolean() ? text.document() : object.document());
    }

    private Example object(int depth) {
        ObjectNode schema = typed("object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        List<String> parts = new ArrayList<>();
        for (String name : WORDS.subList(0, random.nextInt(1, WORDS.size()))) {
            Example value = next(depth - 1);
            properties.set(name, value.schema());
            boolean needed = random.nextBoolean();
            if (needed) {
                required.add(name);
            }
            if (needed || random.nextBoolean()) {
                parts.add(JsonText.quote(name) + ": " + value.document());
            }
        }
        schema.set("required", required);
        schema.put("additionalProperties", false);
        return new Example(schema, "{" + String.join(", ", parts) + "}");
    }
}
