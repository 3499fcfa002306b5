package dev.llf.conversation.prompts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.conversation.prompts.PromptTemplateException.Reason;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Templates as JSON. What is read is checked strictly, because it may come from anybody. */
final class PromptJson {

    private static final int SCHEMA = 1;
    private static final Set<String> CONTENT = Set.of("name", "description", "template", "variables", "category",
            "tags", "version", "updated_at");
    private static final Set<String> EXPORT = Set.of("schema", "id", "author", "created_at", "name", "description",
            "template", "variables", "category", "tags", "version", "updated_at");
    private static final Set<String> HISTORY = Set.of("schema", "id", "author", "created_at", "versions");
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(6).maxNameLength(100)
                    .maxNumberLength(20).maxStringLength(PromptTemplate.MAX_CHARS).build())
            .build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private PromptJson() {}

    /** What an exported template says; its dates and version are the other library's. */
    record Imported(String id, PromptContent content, Optional<String> author) {}

    static String export(PromptDefinition definition) {
        ObjectNode node = JSON.createObjectNode().put("schema", SCHEMA).put("id", definition.id());
        definition.author().ifPresent(author -> node.put("author", author));
        node.put("created_at", definition.createdAt().toString());
        putVersion(definition, node);
        return write(node);
    }

    static String history(PromptHistory history) {
        PromptDefinition latest = history.latest();
        ObjectNode node = JSON.createObjectNode().put("schema", SCHEMA).put("id", latest.id());
        latest.author().ifPresent(author -> node.put("author", author));
        node.put("created_at", latest.createdAt().toString());
        ArrayNode versions = node.putArray("versions");
        history.versions().forEach(version -> putVersion(version, versions.addObject()));
        return write(node);
    }

    static String usage(Map<String, Long> counts) {
        ObjectNode node = JSON.createObjectNode().put("schema", SCHEMA);
        ObjectNode usage = node.putObject("usage");
        new TreeMap<>(counts).forEach(usage::put);
        return write(node);
    }

    private static void putVersion(PromptDefinition definition, ObjectNode node) {
        PromptContent content = definition.content();
        node.put("version", definition.version()).put("updated_at", definition.updatedAt().toString())
                .put("name", content.name()).put("description", content.description())
                .put("category", content.category());
        ArrayNode tags = node.putArray("tags");
        content.tags().forEach(tags::add);
        ArrayNode variables = node.putArray("variables");
        definition.variables().forEach(variables::add);
        node.put("template", content.template().text());
    }

    private static String write(ObjectNode node) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        try {
            return JSON.writer(printer).writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a tree in memory can be written
        }
    }

    static Imported readExport(String json) {
        Fields fields = Fields.of(parse(json), "the template", EXPORT);
        fields.checkSchema();
        return new Imported(PromptId.check(fields.text("id")), fields.content(), fields.author());
    }

    static PromptHistory readHistory(String json) {
        Fields fields = Fields.of(parse(json), "the template", HISTORY);
        fields.checkSchema();
        List<PromptDefinition> versions = new ArrayList<>();
        for (JsonNode node : fields.array("versions", PromptHistory.MAX_VERSIONS)) {
            Fields version = Fields.of(node, "versions[%d]".formatted(versions.size()), CONTENT);
            versions.add(new PromptDefinition(fields.text("id"), version.version(), version.content(), fields.author(),
                    fields.time("created_at"), version.time("updated_at"), false));
        }
        try {
            return new PromptHistory(versions);
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    static Map<String, Long> readUsage(String json) {
        Fields fields = Fields.of(parse(json), "the counts", Set.of("schema", "usage"));
        fields.checkSchema();
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : fields.required("usage").properties()) {
            if (!entry.getValue().canConvertToLong() || !entry.getValue().isIntegralNumber()
                    || entry.getValue().longValue() < 0) {
                throw malformed("usage must hold whole numbers of 0 or more");
            }
            counts.put(PromptId.check(entry.getKey()), entry.getValue().longValue());
        }
        return counts;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation(); // the message may quote the text
            throw malformed(at == null ? "this is not JSON, or has a text that is too long"
                    : "this is not JSON, has a name twice, is nested too deep or has a text that is too long, "
                            + "at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()));
        }
    }

    private static PromptTemplateException malformed(String what) {
        return new PromptTemplateException(Reason.MALFORMED,
                "A prompt template cannot be read: %s. Repair it or export it again.".formatted(what));
    }

    /** An object of which every member is known. */
    private record Fields(JsonNode node, String where) {

        static Fields of(JsonNode node, String where, Set<String> known) {
            if (!node.isObject()) {
                throw malformed("%s must be an object".formatted(where));
            }
            node.fieldNames().forEachRemaining(name -> {
                if (!known.contains(name)) {
                    throw malformed("%s has the unknown member %s".formatted(where, PromptId.shown(name)));
                }
            });
            return new Fields(node, where);
        }

        void checkSchema() {
            JsonNode schema = required("schema");
            if (!schema.isIntegralNumber() || !schema.canConvertToInt() || schema.intValue() != SCHEMA) {
                throw malformed("its schema must be %d, which this version of LLF reads".formatted(SCHEMA));
            }
        }

        JsonNode required(String name) {
            JsonNode value = node.get(name);
            if (value == null) {
                throw malformed("%s has no %s".formatted(where, name));
            }
            return value;
        }

        String text(String name) {
            JsonNode value = required(name);
            if (!value.isTextual()) {
                throw malformed("%s of %s must be a text".formatted(name, where));
            }
            return value.textValue();
        }

        JsonNode array(String name, int limit) {
            JsonNode value = required(name);
            if (!value.isArray() || value.size() > limit) {
                throw malformed("%s of %s must be an array of at most %d".formatted(name, where, limit));
            }
            return value;
        }

        List<String> texts(String name, int limit) {
            List<String> texts = new ArrayList<>();
            for (JsonNode item : array(name, limit)) {
                if (!item.isTextual()) {
                    throw malformed("%s of %s must hold texts only".formatted(name, where));
                }
                texts.add(item.textValue());
            }
            return texts;
        }

        int version() {
            JsonNode value = required("version");
            if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
                throw malformed("version of %s must be a whole number from 1".formatted(where));
            }
            return value.intValue();
        }

        Instant time(String name) {
            try {
                return Instant.parse(text(name));
            } catch (DateTimeParseException e) {
                throw malformed("%s of %s must be a time such as 2026-01-31T12:00:00Z".formatted(name, where));
            }
        }

        Optional<String> author() {
            return node.has("author") ? Optional.of(checked(() -> PromptContent.line(text("author"), "author", 100)))
                    : Optional.empty();
        }

        /** The content; what else describes the version is checked, and the variables follow from the text. */
        PromptContent content() {
            if (node.has("variables")) {
                texts("variables", PromptTemplate.MAX_VARIABLES);
            }
            if (node.has("version")) {
                version();
            }
            for (String time : List.of("created_at", "updated_at")) {
                if (node.has(time)) {
                    time(time);
                }
            }
            String description = node.has("description") ? text("description") : "";
            List<String> tags = node.has("tags") ? texts("tags", PromptContent.MAX_TAGS) : List.of();
            return checked(() -> new PromptContent(text("name"), description, PromptTemplate.of(text("template")),
                    text("category"), tags));
        }

        private <T> T checked(Supplier<T> value) {
            try {
                return value.get();
            } catch (IllegalArgumentException e) {
                throw malformed("%s: %s".formatted(where, e.getMessage()));
            }
        }
    }
}
