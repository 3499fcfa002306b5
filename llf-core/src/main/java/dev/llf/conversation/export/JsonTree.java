package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;

/** Reads one value of a file as a tree, which may have so many nodes and no more: small texts make large trees. */
final class JsonTree {

    /** The most values that a message, or the rest of a conversation, may consist of. */
    private static final int MAX_NODES = 100_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonLocation place;
    private int left = MAX_NODES;

    JsonTree(JsonLocation place) {
        this.place = place;
    }

    static JsonNode object(Map<String, JsonNode> fields) {
        return new ObjectNode(NODES, fields);
    }

    /** Reads the value at whose first token the parser stands. The parser bounds its depth. */
    JsonNode read(JsonParser json) throws IOException {
        if (--left < 0) {
            throw ForeignMessage.fault(place, "an object has more than %d values".formatted(MAX_NODES));
        }
        return switch (json.currentToken()) {
            case START_OBJECT -> readObject(json);
            case START_ARRAY -> readArray(json);
            case VALUE_STRING -> NODES.textNode(json.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NUMBER_INT -> NODES.numberNode(json.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(json.getDoubleValue());
            default -> NODES.nullNode();
        };
    }

    private ObjectNode readObject(JsonParser json) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            object.set(name, read(json));
        }
        return object;
    }

    private ArrayNode readArray(JsonParser json) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            array.add(read(json));
        }
        return array;
    }
}
