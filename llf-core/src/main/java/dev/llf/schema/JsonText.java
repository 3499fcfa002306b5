package dev.llf.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.Map;

/** Reads JSON into trees with bounds, and writes trees in the one form that grammars describe. */
final class JsonText {

    /** Of a document or a schema. */
    static final int MAX_CHARS = 262_144;
    /** Of objects and arrays in each other. */
    static final int MAX_DEPTH = 128;
    /** Numbers are read exactly, so their exponents are bounded. */
    private static final int MAX_DIGITS = 400;

    private static final ObjectMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_DIGITS).build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private JsonText() {}

    /**
     * Reads one value.
     *
     * @throws JsonProcessingException if the text is not one JSON value within the bounds; the message quotes no text
     */
    static JsonNode read(String text) throws JsonProcessingException {
        if (text.length() > MAX_CHARS) {
            throw new JsonBoundException("more than %d chars".formatted(MAX_CHARS));
        }
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node.isMissingNode()) {
                throw new JsonBoundException("no JSON value");
            }
            return node;
        } catch (NumberFormatException e) {
            throw new JsonBoundException("a number with an exponent beyond counting");
        }
    }

    private static final class JsonBoundException extends JsonProcessingException {

        private static final long serialVersionUID = 1L;

        JsonBoundException(String message) {
            super(message);
        }
    }

    /** Tells where a text stops being JSON, without quoting it. */
    static String place(JsonProcessingException e) {
        return e.getLocation() == null ? e.getOriginalMessage()
                : "not JSON at line %d, column %d".formatted(e.getLocation().getLineNr(),
                        e.getLocation().getColumnNr());
    }

    /** Whether arithmetic with a number stays cheap. */
    static boolean isModerate(JsonNode number) {
        if (!number.isBigDecimal()) {
            return true;
        }
        BigDecimal value = number.decimalValue();
        return Math.abs((long) value.precision() - value.scale()) <= MAX_DIGITS && value.scale() <= MAX_DIGITS;
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** Writes without any spaces. */
    static String compact(JsonNode node) {
        return node.toString();
    }

    /** Writes with one space after commas and colons, as grammars do. */
    static String spaced(JsonNode node) {
        StringBuilder out = new StringBuilder();
        space(node, out);
        return out.toString();
    }

    private static void space(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            out.append('{');
            String separator = "";
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                out.append(separator).append(quote(field.getKey())).append(": ");
                space(field.getValue(), out);
                separator = ", ";
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            String separator = "";
            for (JsonNode item : node) {
                out.append(separator);
                space(item, out);
                separator = ", ";
            }
            out.append(']');
        } else if (node.isTextual()) {
            out.append(quote(node.textValue()));
        } else if (node.isBigDecimal() && isModerate(node)) {
            out.append(node.decimalValue().toPlainString());
        } else {
            out.append(node.asText());
        }
    }

    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || (Character.isSurrogate(c) && !isPaired(text, i))) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
