package dev.llf.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How much of what was said a trace shows, and in which form: without secrets, escaped and short.
 *
 * @param shown    whether any
 * @param maxChars characters of each text
 * @param redactor takes out what is secret
 */
record Content(boolean shown, int maxChars, UnaryOperator<String> redactor) {

    private static final String GONE = "[redacted]";
    /** The values of arguments with such a name are secret, whatever they look like. */
    private static final List<String> SECRET_NAMES = List.of("key", "token", "secret", "password", "authorization");
    /** What is further back in a text is not looked at: it could not be shown anyway. */
    private static final int MAX_READ = 20_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Returns what may be seen of a text; empty if nothing is to be shown. */
    Optional<String> of(String text) {
        return shown ? Optional.of(redacted(text)) : Optional.empty();
    }

    /** Returns what may be seen of a tool's arguments: secrets are found by their names, too. */
    Optional<String> ofArguments(String arguments) {
        return shown ? Optional.of(redactedArguments(arguments)) : Optional.empty();
    }

    private String redactedArguments(String arguments) {
        if (arguments.length() > MAX_READ) {
            return "[not shown: too long to look for secrets]";
        }
        try {
            JsonNode node = JSON.readTree(arguments);
            redactNamed(node);
            return redacted(node.toString());
        } catch (JsonProcessingException e) {
            return "[not shown: no JSON]"; // nothing in it has a name
        }
    }

    private static void redactNamed(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                if (isSecret(field.getKey())) {
                    object.put(field.getKey(), GONE);
                } else {
                    redactNamed(field.getValue());
                }
            });
        } else if (node instanceof ArrayNode array) {
            array.forEach(Content::redactNamed);
        }
    }

    private static boolean isSecret(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return SECRET_NAMES.stream().anyMatch(small::contains);
    }

    /** A redactor that fails must not fail the trace, nor let the text through. */
    private String redacted(String text) {
        try {
            String start = text.length() > MAX_READ ? text.substring(0, MAX_READ) : text;
            return Shown.text(redactor.apply(start), maxChars);
        } catch (RuntimeException e) {
            return "[not shown: the redactor threw %s]".formatted(e.getClass().getSimpleName());
        }
    }
}
