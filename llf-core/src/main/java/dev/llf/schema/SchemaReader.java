package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.schema.SchemaNode.Kind;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a JSON Schema into nodes; notes what it does not know, and refuses what is malformed or too large. */
final class SchemaReader {

    static final int MAX_NODES = 2_000;
    static final int MAX_VALUES = 1_000;
    private static final int MAX_WARNINGS = 100;
    /** Parts of a schema looked at for a warning. */
    private static final int MAX_PARTS = 32;

    private static final Set<String> NOTES = Set.of("$schema", "$id", "$comment", "$anchor", "$defs", "definitions",
            "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
            "discriminator", "xml", "externalDocs");

    private final JsonNode document;
    private final Map<String, SchemaNode> byPointer = new LinkedHashMap<>();
    /** Nodes with a reference that is not yet followed, and where it leads. */
    private final ArrayDeque<Map.Entry<SchemaNode, String>> references = new ArrayDeque<>();
    private final List<SchemaWarning> warnings = new ArrayList<>();

    private SchemaReader(JsonNode document) {
        this.document = document;
    }

    /**
     * What was read.
     *
     * @param root     the schema of the whole document
     * @param warnings what was not understood
     */
    record Read(SchemaNode root, List<SchemaWarning> warnings) {}

    static Read read(JsonNode document) {
        SchemaReader reader = new SchemaReader(document);
        SchemaNode root = reader.schema(document, "#");
        while (!reader.references.isEmpty()) {
            Map.Entry<SchemaNode, String> open = reader.references.remove();
            open.getKey().target = reader.target(open.getKey(), open.getValue());
        }
        for (SchemaNode node : List.copyOf(reader.byPointer.values())) {
            reader.warnOfOverlaps(node);
            reader.warnOfTexts(node);
        }
        return new Read(root, List.copyOf(reader.warnings));
    }

    private void warnOfOverlaps(SchemaNode node) {
        for (SchemaNode.Group group : node.groups) {
            if (group.exactlyOne() && Alternatives.mayOverlap(group.alternatives())) {
                warn(node.path, "oneOf",
                        "the alternatives may overlap: that only one holds is not bound while writing, but checked "
                                + "afterwards");
            }
        }
    }

    /** Strings are written after one expression, whatever else is said of them. */
    private void warnOfTexts(SchemaNode node) {
        SchemaNode all = new SchemaNode(node.path);
        all.takeText(node);
        if (all.expressions().isEmpty() && node.allOf.isEmpty()) {
            return; // said where the expression stands
        }
        gather(node, all, new HashSet<>());
        List<Regex> expressions = all.expressions();
        if (expressions.isEmpty()) {
            return;
        }
        Regex written = expressions.getFirst().within(all.minLength, all.maxLength);
        if (expressions.size() > 1 || written.minLength() < all.minLength || written.maxLength() > all.maxLength) {
            warn(node.path, all.patterns.isEmpty() ? "format" : "pattern",
                    "only one format or pattern binds while writing; the others and the length are checked afterwards");
        }
    }

    private static void gather(SchemaNode node, SchemaNode all, Set<SchemaNode> seen) {
        SchemaNode target = node.target;
        List<SchemaNode> parts = new ArrayList<>(node.allOf);
        if (target != null) {
            parts.add(target);
        }
        for (SchemaNode part : parts) {
            if (seen.size() < MAX_PARTS && seen.add(part)) {
                all.takeText(part);
                gather(part, all, seen);
            }
        }
    }

    private void warn(String path, String keyword, String message) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings.add(new SchemaWarning(path, keyword, message));
        }
    }

    private SchemaNode target(SchemaNode from, String pointer) {
        SchemaNode known = byPointer.get(pointer);
        if (known != null) {
            return known;
        }
        JsonNode found;
        try {
            found = document.at(pointer.substring(1));
        } catch (IllegalArgumentException e) {
            throw new SchemaException(from.path, "$ref '%s' is no JSON pointer.".formatted(pointer), e);
        }
        if (found.isMissingNode()) {
            throw new SchemaException(from.path,
                    "$ref '%s' points to nothing in this document.".formatted(pointer));
        }
        return schema(found, pointer);
    }

    private SchemaNode schema(JsonNode json, String path) {
        SchemaNode node = new SchemaNode(path);
        if (byPointer.size() >= MAX_NODES) {
            throw new SchemaException(path, "The schema has more than %d schemas in it; use a smaller one."
                    .formatted(MAX_NODES));
        }
        byPointer.put(path, node);
        if (json.isBoolean()) {
            node.never = !json.booleanValue();
            return node;
        }
        if (!json.isObject()) {
            throw new SchemaException(path, "a schema is an object, true or false; found %s."
                    .formatted(JsonValues.kind(json).word()));
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            keyword(node, field.getKey(), field.getValue());
        }
        finish(node, json);
        return node;
    }

    private void keyword(SchemaNode node, String keyword, JsonNode value) {
        String path = node.path + "/" + escaped(keyword);
        switch (keyword) {
            case "type" -> node.kinds = kinds(path, value);
            case "enum" -> values(node, path, value);
            case "const" -> node.takeValues(List.of(value));
            case "properties" -> schemas(value, path).forEach(node.properties::put);
            case "required" -> items(value, path).forEach(name -> node.required.add(text(name, path)));
            case "additionalProperties" -> node.additional = schema(value, path);
            case "propertyNames" -> {
                node.propertyNames = schema(value, path);
                warn(node.path, keyword, "the names are not bound while writing, but checked afterwards");
            }
            case "minProperties" -> node.minProperties = size(value, path);
            case "maxProperties" -> node.maxProperties = size(value, path);
            case "items" -> items(node, value, path);
            case "prefixItems" -> node.prefixItems.addAll(list(value, path));
            case "minItems" -> node.minItems = size(value, path);
            case "maxItems" -> node.maxItems = size(value, path);
            case "minLength" -> node.minLength = size(value, path);
            case "maxLength" -> node.maxLength = size(value, path);
            case "pattern" -> pattern(node, text(value, path));
            case "format" -> format(node, text(value, path));
            case "oneOf" -> node.groups.add(new SchemaNode.Group(list(value, path), true));
            case "anyOf" -> node.groups.add(new SchemaNode.Group(list(value, path), false));
            case "allOf" -> node.allOf.addAll(list(value, path));
            case "$ref" -> reference(node, text(value, path));
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "nullable", "additionalItems" -> {
            } // with their siblings
            case "not" -> {
                node.not.add(schema(value, path));
                warn(node.path, keyword, "is not bound while writing, but checked afterwards");
            }
            case "multipleOf" -> {
                BigDecimal number = number(value, path);
                if (number.signum() <= 0) {
                    throw new SchemaException(path, "expected a number above 0.");
                }
                node.multiplesOf.add(number);
                warn(node.path, keyword, "is not bound while writing, but checked afterwards");
            }
            case "uniqueItems" -> {
                node.uniqueItems = value.booleanValue();
                if (node.uniqueItems) {
                    warn(node.path, keyword, "is not bound while writing, but checked afterwards");
                }
            }
            default -> {
                if (!NOTES.contains(keyword)) {
                    warn(node.path, keyword, "is not supported: neither bound while writing nor checked");
                }
            }
        }
    }

    /** What depends on several keywords. */
    private void finish(SchemaNode node, JsonNode json) {
        bounds(node, json);
        if (json.path("items").isArray() && json.has("additionalItems")) {
            node.items = schema(json.get("additionalItems"), node.path + "/additionalItems");
        }
        Set<Kind> kinds = node.kinds;
        if (json.path("nullable").asBoolean() && kinds != null) {
            kinds.add(Kind.NULL);
        }
        if (node.minProperties > 1 && node.properties.isEmpty()) {
            warn(node.path, "minProperties", "the names of a map could repeat; checked afterwards");
        }
    }

    private void bounds(SchemaNode node, JsonNode json) {
        JsonNode low = json.get("minimum");
        if (low != null) {
            node.minimum = number(low, node.path + "/minimum");
        }
        JsonNode high = json.get("maximum");
        if (high != null) {
            node.maximum = number(high, node.path + "/maximum");
        }
        JsonNode above = json.get("exclusiveMinimum");
        if (above != null && above.isBoolean()) {
            node.aboveMinimum = above.booleanValue();
        } else if (above != null) {
            BigDecimal number = number(above, node.path + "/exclusiveMinimum");
            if (node.minimum == null || number.compareTo(node.minimum) >= 0) {
                node.minimum = number;
                node.aboveMinimum = true;
            }
        }
        JsonNode below = json.get("exclusiveMaximum");
        if (below != null && below.isBoolean()) {
            node.belowMaximum = below.booleanValue();
        } else if (below != null) {
            BigDecimal number = number(below, node.path + "/exclusiveMaximum");
            if (node.maximum == null || number.compareTo(node.maximum) <= 0) {
                node.maximum = number;
                node.belowMaximum = true;
            }
        }
    }

    private static Set<Kind> kinds(String path, JsonNode value) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (value.isArray()) {
            value.forEach(name -> kinds.add(kind(path, name)));
        } else {
            kinds.add(kind(path, value));
        }
        return kinds;
    }

    private static Kind kind(String path, JsonNode name) {
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(name.textValue())) {
                return kind;
            }
        }
        throw new SchemaException(path,
                "expected one of object, array, string, number, integer, boolean, null, or a list of them.");
    }

    private static void values(SchemaNode node, String path, JsonNode value) {
        List<JsonNode> values = new ArrayList<>();
        items(value, path).forEach(values::add);
        if (values.size() > MAX_VALUES) {
            throw new SchemaException(path, "%d values are more than %d.".formatted(values.size(), MAX_VALUES));
        }
        node.takeValues(List.copyOf(values));
    }

    private void items(SchemaNode node, JsonNode value, String path) {
        if (value.isArray()) {
            node.prefixItems.addAll(list(value, path));
        } else {
            node.items = schema(value, path);
        }
    }

    private void pattern(SchemaNode node, String source) {
        TextPattern pattern = TextPattern.of(source);
        node.patterns.add(pattern);
        pattern.fault().ifPresent(fault -> warn(node.path, "pattern", fault));
    }

    private void format(SchemaNode node, String name) {
        node.formats.add(name);
        if (!TextFormat.isKnown(name)) {
            warn(node.path, "format", "'%s' is not supported: neither bound while writing nor checked".formatted(name));
        }
    }

    private void reference(SchemaNode node, String pointer) {
        if (pointer.equals("#") || pointer.startsWith("#/")) {
            references.add(Map.entry(node, decoded(pointer)));
        } else {
            warn(node.path, "$ref", "leads out of this document and is not followed: any value may stand here");
        }
    }

    private static String decoded(String pointer) {
        if (pointer.indexOf('%') < 0) {
            return pointer;
        }
        try {
            return URLDecoder.decode(pointer.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return pointer;
        }
    }

    private Map<String, SchemaNode> schemas(JsonNode value, String path) {
        if (!value.isObject()) {
            throw new SchemaException(path, "expected an object of schemas.");
        }
        Map<String, SchemaNode> schemas = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            schemas.put(field.getKey(), schema(field.getValue(), path + "/" + escaped(field.getKey())));
        }
        return schemas;
    }

    private List<SchemaNode> list(JsonNode value, String path) {
        List<SchemaNode> schemas = new ArrayList<>();
        for (JsonNode item : items(value, path)) {
            schemas.add(schema(item, path + "/" + schemas.size()));
        }
        if (schemas.isEmpty()) {
            throw new SchemaException(path, "the list of schemas is empty; leave it out.");
        }
        return schemas;
    }

    private static JsonNode items(JsonNode value, String path) {
        if (!value.isArray()) {
            throw new SchemaException(path, "expected an array.");
        }
        return value;
    }

    private static String text(JsonNode value, String path) {
        String text = value.textValue();
        if (text == null) {
            throw new SchemaException(path, "expected a string.");
        }
        return text;
    }

    private static BigDecimal number(JsonNode value, String path) {
        if (!value.isNumber() || !JsonText.isModerate(value)) {
            throw new SchemaException(path, "expected a number of at most 400 digits.");
        }
        return value.decimalValue();
    }

    private static int size(@Nullable JsonNode value, String path) {
        if (value == null || !value.isNumber() || !JsonText.isModerate(value) || !JsonValues.isWhole(value)
                || value.decimalValue().signum() < 0) {
            throw new SchemaException(path, "expected a whole number of at least 0.");
        }
        return value.decimalValue().min(BigDecimal.valueOf(SchemaNode.UNBOUNDED)).intValue();
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
