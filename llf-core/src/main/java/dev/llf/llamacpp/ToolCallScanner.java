package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.llf.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Separates tool calls from text that arrives in pieces, in the form
 * {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}.
 *
 * <p>White space around calls belongs to them. What stands between the tags and is no call stays text, tags included.
 */
final class ToolCallScanner {

    static final String OPEN = "<tool_call>";
    private static final String CLOSE = "</tool_call>";
    /** The texts that the engine must show even where they are control tokens. */
    static final List<String> TAGS = List.of(OPEN, CLOSE);
    /** Keeps numbers as they were written. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private final Supplier<String> ids;
    private final StringBuilder held = new StringBuilder();
    private boolean inside;
    private boolean afterCall;

    /**
     * Creates a scanner.
     *
     * @param ids gives each call its id
     */
    ToolCallScanner(Supplier<String> ids) {
        this.ids = ids;
    }

    /**
     * What became certain.
     *
     * @param text  text before the calls, possibly empty
     * @param calls calls, possibly none
     */
    record Found(String text, List<ToolCall> calls) {}

    Found add(String piece) {
        held.append(piece);
        StringBuilder text = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        boolean progress = true;
        while (progress) {
            progress = inside ? takeCall(text, calls) : takeText(text);
        }
        return new Found(text.toString(), calls);
    }

    /** Returns what was held back, at the end of the text; a call that lacks only its closing tag counts. */
    Found rest() {
        List<ToolCall> calls = new ArrayList<>();
        String text = held.toString();
        held.setLength(0);
        if (inside && parse(text.substring(OPEN.length()), calls)) {
            return new Found("", calls);
        }
        return new Found(afterCall && text.isBlank() ? "" : text, calls);
    }

    /** Takes text up to the next opening tag. Returns whether a tag was reached. */
    private boolean takeText(StringBuilder text) {
        int open = held.indexOf(OPEN);
        int end = open >= 0 ? open : held.length() - undecided();
        int kept = end;
        while (kept > 0 && Character.isWhitespace(held.charAt(kept - 1))) {
            kept--;
        }
        text.append(held, 0, kept);
        afterCall &= kept == 0;
        held.delete(0, open >= 0 ? open : kept);
        inside = open >= 0;
        return inside;
    }

    /** Takes a call if its closing tag is there. Returns whether it was. */
    private boolean takeCall(StringBuilder text, List<ToolCall> calls) {
        int close = held.indexOf(CLOSE);
        if (close < 0) {
            return false;
        }
        if (parse(held.substring(OPEN.length(), close), calls)) {
            afterCall = true;
        } else {
            text.append(held, 0, close + CLOSE.length());
            afterCall = false;
        }
        held.delete(0, close + CLOSE.length());
        inside = false;
        return true;
    }

    private boolean parse(String body, List<ToolCall> calls) {
        try {
            JsonNode call = JSON.readTree(body);
            if (call == null || !call.path("name").isTextual() || call.path("name").asText().isBlank()) {
                return false;
            }
            JsonNode arguments = call.path("arguments");
            String json = arguments.isMissingNode() ? "{}" : JSON.writeValueAsString(arguments);
            calls.add(new ToolCall(ids.get(), call.get("name").asText(), json));
            return true;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return false; // not a call, or half a character in it: the caller keeps it as text
        }
    }

    private int undecided() {
        for (int length = Math.min(OPEN.length() - 1, held.length()); length > 0; length--) {
            if (OPEN.startsWith(held.substring(held.length() - length))) {
                return length;
            }
        }
        return 0;
    }
}
