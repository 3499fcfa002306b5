package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.chat.Role;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Understands a message in any of the forms, and no more of it than a conversation needs. */
final class ForeignMessages {

    private static final List<String> TEXT_PARTS = List.of("text", "input_text", "output_text");
    private static final List<String> TIMES = List.of("timestamp", "created_at", "create_time", "date");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,40}");
    /** Numbers beyond are milliseconds: as seconds they would lie thousands of years ahead. */
    private static final double FIRST_MILLISECONDS = 1e11;
    private static final double LAST_MILLISECONDS = 1e15;

    private final ImportWarnings warnings;

    ForeignMessages(ImportWarnings warnings) {
        this.warnings = warnings;
    }

    ForeignMessage read(JsonNode node, JsonLocation place) {
        if (!node.isObject()) {
            throw ForeignMessage.fault(place, "expected a message, an object with role and content, found "
                    + ForeignMessage.kind(node));
        }
        JsonNode roleNode = node.has("role") ? node.get("role") : node.path("from");
        Role role = role(roleNode, place);
        String text = content(first(node, "content", "value", "text"), place);
        List<ForeignMessage.Call> calls = role == Role.ASSISTANT ? calls(node, place) : List.of();
        JsonNode turn = node.path("turn");
        return new ForeignMessage(place, role, text, calls, name(node.path("tool_call_id")), name(node.path("name")),
                node.path("error").asBoolean(false), time(node), name(node.path("model")),
                turn instanceof ObjectNode object ? Optional.of(object) : Optional.empty());
    }

    private static JsonNode first(JsonNode node, String... names) {
        for (String name : names) {
            if (node.has(name)) {
                return node.get(name);
            }
        }
        return node.path(names[0]);
    }

    private static Role role(JsonNode node, JsonLocation place) {
        if (!node.isTextual()) {
            throw ForeignMessage.fault(place, "expected role or from with a text, found " + ForeignMessage.kind(node));
        }
        return switch (node.textValue().toLowerCase(Locale.ROOT)) {
            case "system", "developer" -> Role.SYSTEM;
            case "user", "human" -> Role.USER;
            case "assistant", "gpt", "chatgpt", "model", "bot", "ai", "function_call" -> Role.ASSISTANT;
            case "tool", "function", "observation" -> Role.TOOL;
            default -> throw ForeignMessage.fault(place,
                    "unknown role %s, expected system, user, assistant or tool, in ShareGPT's form human, gpt or observation"
                            .formatted(shown(node.textValue())));
        };
    }

    private static String shown(String text) {
        return WORD.matcher(text).matches() ? "'" + text + "'" : "of %d characters".formatted(text.length());
    }

    private String content(JsonNode node, JsonLocation place) {
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        if (node.isTextual()) {
            return wellFormed(node.textValue());
        }
        if (!node.isArray()) {
            throw ForeignMessage.fault(place, "expected content as text, null or an array of parts, found "
                    + ForeignMessage.kind(node));
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode part : node) {
            JsonNode text = part.isTextual() ? part : part.path("text");
            boolean known = part.isTextual() || TEXT_PARTS.contains(part.path("type").asText());
            if (known && text.isTextual()) {
                parts.add(wellFormed(text.textValue()));
            } else {
                warnings.add("a part of a message that is no text was left out");
            }
        }
        return String.join("\n", parts);
    }

    private String wellFormed(String text) {
        String result = Plain.wellFormed(text);
        if (!result.equals(text)) {
            warnings.add("a text had half of a surrogate pair, which was replaced");
        }
        return result;
    }

    /** Returns a text that names something; empty if there is none. */
    private Optional<String> name(JsonNode node) {
        return Optional.ofNullable(node.textValue()).map(this::wellFormed).filter(text -> !text.isBlank());
    }

    private List<ForeignMessage.Call> calls(JsonNode node, JsonLocation place) {
        JsonNode array = node.path("tool_calls");
        List<ForeignMessage.Call> calls = new ArrayList<>();
        if (!array.isArray() && !array.isNull() && !array.isMissingNode()) {
            throw ForeignMessage.fault(place, "expected tool_calls as an array or null, found "
                    + ForeignMessage.kind(array));
        }
        for (JsonNode each : array) {
            calls.add(call(each, each.path("function").isObject() ? each.path("function") : each, place));
        }
        if (node.path("function_call").isObject()) {
            calls.add(call(node, node.path("function_call"), place));
        }
        return calls;
    }

    private ForeignMessage.Call call(JsonNode call, JsonNode function, JsonLocation place) {
        if (!call.isObject()) {
            throw ForeignMessage.fault(place, "expected a tool call, an object with id and function, found "
                    + ForeignMessage.kind(call));
        }
        JsonNode arguments = function.path("arguments");
        String text = arguments.isMissingNode() || arguments.isNull()
                ? "{}"
                : arguments.isTextual() ? arguments.textValue() : arguments.toString();
        return new ForeignMessage.Call(name(call.path("id")), name(function.path("name")).orElse("unknown"),
                wellFormed(text));
    }

    private Optional<Instant> time(JsonNode node) {
        for (String name : TIMES) {
            JsonNode value = node.path(name);
            if (value.isTextual() || value.isNumber()) {
                Optional<Instant> time = value.isTextual() ? time(value.textValue()) : time(value.doubleValue());
                if (time.isEmpty()) {
                    warnings.add("a time that could not be understood was left out");
                }
                return time;
            }
        }
        return Optional.empty();
    }

    private Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text)); // any offset
        } catch (DateTimeException noOffset) {
            try {
                Instant time = LocalDateTime.parse(text.strip().replace(' ', 'T')).toInstant(ZoneOffset.UTC);
                warnings.add("a time without an offset was taken for UTC");
                return Optional.of(time);
            } catch (DateTimeException noTime) {
                return Optional.empty();
            }
        }
    }

    private static Optional<Instant> time(double number) {
        double milliseconds = Math.abs(number) >= FIRST_MILLISECONDS ? number : number * 1000;
        return Math.abs(milliseconds) <= LAST_MILLISECONDS
                ? Optional.of(Instant.ofEpochMilli((long) milliseconds))
                : Optional.empty();
    }
}
