package dev.llf.conversation.prompts;

import dev.llf.error.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The templates that LLF brings along; their texts are resources beside this class. */
final class BuiltInPrompts {

    private static final Instant WRITTEN = Instant.parse("2026-11-20T00:00:00Z");
    private static final String DEVELOPMENT = "development";

    private BuiltInPrompts() {}

    static Map<String, PromptDefinition> load() {
        Map<String, PromptDefinition> all = new LinkedHashMap<>();
        add(all, "code_review", "Code Review", DEVELOPMENT, "Looks for faults in code and proposes improvements.",
                "code", "review", "quality");
        add(all, "summarize_text", "Summarize Text", "writing", "Shortens a text to a number of sentences.",
                "summary", "text", "writing");
        add(all, "explain_code", "Explain Code", DEVELOPMENT, "Says in plain words what code does.",
                "code", "explain", "documentation");
        add(all, "translate_text", "Translate Text", "language", "Translates a text and keeps its tone.",
                "translation", "language");
        add(all, "debug_error", "Debug Error", DEVELOPMENT, "Finds the cause of an error and ways to repair it.",
                "debug", "error", "troubleshooting");
        add(all, "write_tests", "Write Unit Tests", DEVELOPMENT, "Writes unit tests for code.",
                "testing", "unit-tests", "code");
        add(all, "refactor_code", "Refactor Code", DEVELOPMENT, "Makes code easier to read and to change.",
                "refactor", "code-quality", "code");
        return Collections.unmodifiableMap(all);
    }

    private static void add(Map<String, PromptDefinition> all, String id, String name, String category,
            String description, String... tags) {
        PromptContent content = new PromptContent(name, description, PromptTemplate.of(text(id)), category,
                List.of(tags));
        all.put(id, new PromptDefinition(id, 1, content, Optional.of("llf-builtin"), WRITTEN, WRITTEN, true));
    }

    private static String text(String id) {
        try (InputStream in = BuiltInPrompts.class.getResourceAsStream(id + ".txt")) {
            if (in != null) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
        } catch (IOException e) {
            throw new StorageException("The built-in template %s cannot be read; is LLF's jar complete?".formatted(id),
                    e);
        }
        throw new StorageException("The built-in template %s is missing; is LLF's jar complete?".formatted(id));
    }
}
