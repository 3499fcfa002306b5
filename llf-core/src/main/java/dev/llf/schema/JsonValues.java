package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** What JSON Schema says about values. */
final class JsonValues {

    private JsonValues() {}

    /** Whether two values are the same: numbers by their value, objects in any order. */
    static boolean equal(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if (one.size() != other.size() || one.getNodeType() != other.getNodeType()) {
            return false;
        }
        if (one.isObject()) {
            for (Map.Entry<String, JsonNode> field : one.properties()) {
                JsonNode there = other.get(field.getKey());
                if (there == null || !equal(field.getValue(), there)) {
                    return false;
                }
            }
            return true;
        }
        if (one.isArray()) {
            for (int i = 0; i < one.size(); i++) {
                if (!equal(one.get(i), other.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return one.equals(other);
    }

    /** Whether a number has no fraction, however it is written. */
    static boolean isWhole(JsonNode number) {
        return number.isIntegralNumber()
                || (number.isNumber() && number.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    static SchemaNode.Kind kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> SchemaNode.Kind.OBJECT;
            case ARRAY -> SchemaNode.Kind.ARRAY;
            case STRING -> SchemaNode.Kind.STRING;
            case BOOLEAN -> SchemaNode.Kind.BOOLEAN;
            case NUMBER -> isWhole(value) ? SchemaNode.Kind.INTEGER : SchemaNode.Kind.NUMBER;
            default -> SchemaNode.Kind.NULL;
        };
    }
}
