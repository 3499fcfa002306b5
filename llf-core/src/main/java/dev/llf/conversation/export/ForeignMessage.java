package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.chat.Role;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A message of a file before it has its place in a turn; its texts are well-formed.
 *
 * @param place where it begins in the file
 * @param turn  what LLF wrote about the turn that begins here
 */
record ForeignMessage(JsonLocation place, Role role, String text, List<Call> calls, Optional<String> callId,
        Optional<String> name, boolean error, Optional<Instant> time, Optional<String> model,
        Optional<ObjectNode> turn) {

    /** A call whose id may be missing. */
    record Call(Optional<String> id, String name, String arguments) {}

    /** Returns an exception about this place. */
    ImportException fault(String what) {
        return fault(place, what);
    }

    static ImportException fault(JsonLocation place, String what) {
        return new ImportException(what, place.getLineNr(), place.getColumnNr(), place.getByteOffset(), null);
    }

    /** Says what a value is without saying what it holds. */
    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            case MISSING, BINARY, POJO -> "nothing";
        };
    }
}
