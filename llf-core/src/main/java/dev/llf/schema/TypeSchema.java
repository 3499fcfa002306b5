package dev.llf.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.schema.JavaTypes.Part;
import dev.llf.schema.JavaTypes.Resolved;
import java.lang.reflect.AnnotatedElement;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the schema of a Java type. Types that contain themselves are defined once and referred to. */
final class TypeSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int MAX_TYPES = 1_000;
    private static final int MAX_DEPTH = 40;

    private static final Map<Class<?>, String> TEXTS = Map.of(LocalDate.class, "date", LocalTime.class, "time-local",
            LocalDateTime.class, "date-time-local", Instant.class, "date-time", OffsetDateTime.class, "date-time",
            Duration.class, "duration", UUID.class, "uuid", URI.class, "uri");
    private static final Set<Class<?>> DECIMALS = Set.of(double.class, Double.class, float.class, Float.class,
            BigDecimal.class, OptionalDouble.class);

    private final ArrayDeque<Resolved> open = new ArrayDeque<>();
    /** Names of types that contain themselves. */
    private final Map<Resolved, String> names = new LinkedHashMap<>();
    private final Map<String, ObjectNode> definitions = new LinkedHashMap<>();
    private int written;

    private TypeSchema() {}

    static ObjectNode of(Resolved type) {
        TypeSchema writer = new TypeSchema();
        ObjectNode schema = writer.schema(type, type.name(), null);
        if (!writer.definitions.isEmpty()) {
            ObjectNode all = JSON.objectNode();
            writer.definitions.forEach(all::set);
            schema.set("$defs", all);
        }
        return schema;
    }

    private ObjectNode schema(Resolved type, String path, @Nullable AnnotatedElement notes) {
        if (++written > MAX_TYPES || open.size() > MAX_DEPTH) {
            throw new SchemaException(path, "the type has more than %d parts, or is nested more than %d deep."
                    .formatted(MAX_TYPES, MAX_DEPTH));
        }
        Resolved inner = type;
        if (type.raw() == Optional.class) {
            inner = type.arguments().getFirst();
        }
        ObjectNode schema = plain(inner, path);
        if (notes != null) {
            annotate(schema, inner, path, notes);
        }
        return schema;
    }

    private ObjectNode plain(Resolved type, String path) {
        Class<?> raw = type.raw();
        String format = TEXTS.get(raw);
        if (raw == String.class) {
            return typed("string");
        } else if (format != null) {
            return typed("string").put("format", format);
        } else if (raw == char.class || raw == Character.class) {
            return typed("string").put("minLength", 1).put("maxLength", 1).put("pattern",
                    "^[\\u0020-\\uD7FF\\uE000-\\uFFFD]$");
        } else if (raw == boolean.class || raw == Boolean.class) {
            return typed("boolean");
        } else if (DECIMALS.contains(raw)) {
            return typed("number");
        } else if (raw.isRecord() || (raw.isSealed() && raw.isInterface())) {
            return composite(type, path);
        } else if (raw.isEnum()) {
            return constants(raw, path);
        } else if (JavaTypes.isSequence(raw)) {
            return sequence(type, path);
        } else if (raw == Map.class) {
            return map(type, path);
        }
        return integer(raw).orElseThrow(() -> unsupported(raw, path));
    }

    private static Optional<ObjectNode> integer(Class<?> raw) {
        ObjectNode schema = typed("integer");
        if (raw == int.class || raw == Integer.class || raw == OptionalInt.class) {
            return Optional.of(schema.put("format", "int32"));
        } else if (raw == long.class || raw == Long.class || raw == OptionalLong.class) {
            return Optional.of(schema.put("format", "int64"));
        } else if (raw == short.class || raw == Short.class) {
            return Optional.of(schema.put("minimum", Short.MIN_VALUE).put("maximum", Short.MAX_VALUE));
        } else if (raw == byte.class || raw == Byte.class) {
            return Optional.of(schema.put("minimum", Byte.MIN_VALUE).put("maximum", Byte.MAX_VALUE));
        } else if (raw == Year.class) {
            return Optional.of(schema.put("minimum", 0).put("maximum", 9999));
        }
        return raw == BigInteger.class ? Optional.of(schema) : Optional.empty();
    }

    private static SchemaException unsupported(Class<?> raw, String path) {
        String instead = raw == Object.class ? "name the type that you expect"
                : raw.isInterface() ? "use List, Set, Map<String, ...>, a record, or a sealed interface of records"
                        : "use a record, an enum, a number, String, or a type of java.time";
        return new SchemaException(path, "%s cannot be described: %s.".formatted(raw.getSimpleName(), instead));
    }

    private static ObjectNode typed(String type) {
        return JSON.objectNode().put("type", type);
    }

    /** A record or sealed interface; a reference if it stands inside itself. */
    private ObjectNode composite(Resolved type, String path) {
        String known = names.get(type);
        if (known != null || open.contains(type)) {
            return reference(known != null ? known : named(type));
        }
        open.push(type);
        ObjectNode schema = type.raw().isRecord() ? record(type, path, null) : variants(type, path);
        open.pop();
        String name = names.get(type);
        if (name == null) {
            return schema;
        }
        definitions.put(name, schema);
        return reference(name);
    }

    private String named(Resolved type) {
        String plain = type.name().replaceAll("[^A-Za-z0-9]+", "_").replaceAll("_$", "");
        String name = plain;
        for (int i = 2; names.containsValue(name); i++) {
            name = plain + i;
        }
        names.put(type, name);
        return name;
    }

    private static ObjectNode reference(String name) {
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private ObjectNode variants(Resolved type, String path) {
        ObjectNode schema = JSON.objectNode();
        describe(schema, type.raw());
        ArrayNode alternatives = schema.putArray("oneOf");
        for (Resolved variant : JavaTypes.variants(type, path)) {
            alternatives.add(record(variant, variant.name(), variant.raw().getSimpleName()));
        }
        return schema;
    }

    private ObjectNode record(Resolved type, String path, @Nullable String discriminator) {
        ObjectNode schema = typed("object");
        describe(schema, type.raw());
        ObjectNode properties = schema.putObject("properties");
        List<String> required = new ArrayList<>();
        if (discriminator != null) {
            properties.putObject(JavaTypes.DISCRIMINATOR).put("const", discriminator);
            required.add(JavaTypes.DISCRIMINATOR);
        }
        for (Part part : JavaTypes.parts(type, path)) {
            String place = path + "." + part.component().getName();
            if (properties.has(part.name())) {
                throw new SchemaException(place,
                        "the name '%s' is taken%s; rename the component.".formatted(part.name(),
                                discriminator == null ? "" : ", it tells the records of a sealed interface apart"));
            }
            properties.set(part.name(), schema(part.type(), place, part.component()));
            if (!part.isOptional()) {
                required.add(part.name());
            }
        }
        if (!required.isEmpty()) {
            ArrayNode names = schema.putArray("required");
            required.forEach(names::add);
        }
        return schema.put("additionalProperties", false);
    }

    private static ObjectNode constants(Class<?> raw, String path) {
        ObjectNode schema = JSON.objectNode();
        ArrayNode values = schema.putArray("enum");
        Set<String> names = new HashSet<>();
        List<String> described = new ArrayList<>();
        Description own = raw.getAnnotation(Description.class);
        if (own != null) {
            described.add(own.value());
        }
        for (Object each : raw.getEnumConstants()) {
            if (each instanceof Enum<?> constant) {
                String name = JavaTypes.constantName(constant);
                if (!names.add(name)) {
                    throw new SchemaException(path, "two constants of %s are called '%s'; rename one."
                            .formatted(raw.getSimpleName(), name));
                }
                values.add(name);
                constantNote(constant).ifPresent(note -> described.add(name + ": " + note));
            }
        }
        return described.isEmpty() ? schema : schema.put("description", String.join("; ", described));
    }

    private static Optional<String> constantNote(Enum<?> constant) {
        try {
            return Optional.ofNullable(
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(Description.class))
                    .map(Description::value);
        } catch (NoSuchFieldException e) {
            return Optional.empty();
        }
    }

    private ObjectNode sequence(Resolved type, String path) {
        ObjectNode schema = typed("array");
        schema.set("items", schema(type.arguments().getFirst(), path + "[]", null));
        return schema; // a set takes what a model repeats once
    }

    private ObjectNode map(Resolved type, String path) {
        if (type.arguments().getFirst().raw() != String.class) {
            throw new SchemaException(path, "the keys of a map in JSON are texts; use Map<String, ...>.");
        }
        ObjectNode schema = typed("object");
        schema.set("additionalProperties", schema(type.arguments().get(1), path + "{}", null));
        return schema;
    }

    private static void describe(ObjectNode schema, AnnotatedElement notes) {
        Description description = notes.getAnnotation(Description.class);
        if (description != null) {
            schema.put("description", description.value());
        }
    }

    private static void annotate(ObjectNode schema, Resolved type, String path, AnnotatedElement notes) {
        String kind = schema.path("type").asText("");
        describe(schema, notes);
        Range range = notes.getAnnotation(Range.class);
        if (range != null) {
            expect(kind.equals("integer") || kind.equals("number"), "@Range", "a number", type, path);
            bound(schema, "minimum", range.min());
            bound(schema, "maximum", range.max());
        }
        Size size = notes.getAnnotation(Size.class);
        if (size != null) {
            expect(type.raw() == String.class || JavaTypes.isSequence(type.raw()) || type.raw() == Map.class, "@Size",
                    "a string, list or map", type, path);
            bound(schema, kind, size);
        }
        Matches matches = notes.getAnnotation(Matches.class);
        if (matches != null) {
            expect(type.raw() == String.class, "@Matches", "a string", type, path);
            schema.put("pattern", TextPattern.anchored(matches.value()));
        }
    }

    private static void expect(boolean holds, String annotation, String what, Resolved type, String path) {
        if (!holds) {
            throw new SchemaException(path, "%s is for %s, but the type is %s.".formatted(annotation, what,
                    type.name()));
        }
    }

    private static void bound(ObjectNode schema, String keyword, double bound) {
        if (Double.isNaN(bound)) {
            return;
        }
        if (!Double.isInfinite(bound)) {
            BigDecimal exact = BigDecimal.valueOf(bound).stripTrailingZeros();
            schema.set(keyword, exact.scale() <= 0 ? JSON.numberNode(exact.toBigInteger()) : JSON.numberNode(exact));
        }
    }

    private static void bound(ObjectNode schema, String kind, Size size) {
        String what = switch (kind) {
            case "string" -> "Length";
            case "array" -> "Items";
            default -> "Properties";
        };
        if (size.min() > 0) {
            schema.put("min" + what, size.min());
        }
        if (size.max() < Integer.MAX_VALUE) {
            schema.put("max" + what, size.max());
        }
    }
}
