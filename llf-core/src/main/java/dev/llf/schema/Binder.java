package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.schema.JavaTypes.Part;
import dev.llf.schema.JavaTypes.Resolved;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds values of Java types from JSON trees, records through their canonical constructors. */
final class Binder {

    private static final Map<Class<?>, Function<JsonNode, Object>> SCALARS = scalars();
    private static final Map<Class<?>, Object> ZEROS = Map.of(int.class, 0, long.class, 0L, short.class, (short) 0,
            byte.class, (byte) 0, double.class, 0.0, float.class, 0f, boolean.class, false, char.class, '\0');

    /** By the records' types. */
    private final Map<Resolved, Shape> shapes = new HashMap<>();

    private record Shape(Constructor<?> constructor, List<Part> parts) {}

    /** A value that its Java type refuses. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient SchemaViolation violation;

        RefusedException(String path, String message, @Nullable Throwable cause) {
            super(message, cause);
            violation = new SchemaViolation(path, message);
        }

        SchemaViolation violation() {
            return violation;
        }
    }

    /**
     * Prepares all records of a type.
     *
     * @throws SchemaException if a record cannot be constructed from here
     */
    Binder(Resolved type) {
        prepare(type, new HashSet<>());
    }

    private void prepare(Resolved type, Set<Resolved> seen) {
        if (!seen.add(type)) {
            return;
        }
        type.arguments().forEach(argument -> prepare(argument, seen));
        if (type.raw().isRecord()) {
            List<Part> parts = JavaTypes.parts(type, type.name());
            shapes.put(type, new Shape(constructor(type.raw()), parts));
            parts.forEach(part -> prepare(part.type(), seen));
        } else if (type.raw().isSealed() && type.raw().isInterface()) {
            JavaTypes.variants(type, type.name()).forEach(variant -> prepare(variant, seen));
        }
    }

    private static Constructor<?> constructor(Class<?> type) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents()).map(component -> component.getType())
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            if (!constructor.trySetAccessible()) {
                throw new SchemaException(type.getName(),
                        ("the record is not public in an exported package of module %s, "
                                + "so it cannot be constructed. Make it so, or add 'opens %s to dev.llf.core;' to the module.")
                                .formatted(type.getModule().getName(), type.getPackageName()));
            }
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new SchemaException(type.getName(), "the record has no canonical constructor", e);
        }
    }

    /** Builds a value of a valid document. */
    @Nullable
    Object bind(JsonNode node, Resolved type) throws RefusedException {
        return value(node, type, "$", false);
    }

    /** Builds a value of what is there of a document; null if that is too little. */
    @Nullable
    Object bindPart(JsonNode node, Resolved type) {
        try {
            return value(node, type, "$", true);
        } catch (RefusedException e) {
            return null;
        }
    }

    private @Nullable Object value(JsonNode node, Resolved type, String path, boolean part) throws RefusedException {
        Class<?> raw = type.raw();
        if (raw == Optional.class) {
            return Optional.ofNullable(value(node, type.arguments().getFirst(), path, part));
        } else if (raw.isRecord()) {
            return record(node, type, path, part);
        } else if (raw.isEnum()) {
            return constant(node, raw, path);
        } else if (raw.isSealed() && raw.isInterface()) {
            return variant(node, type, path, part);
        } else if (JavaTypes.isSequence(raw)) {
            return sequence(node, type, path, part);
        } else if (raw == Map.class) {
            return map(node, type, path, part);
        }
        return scalar(node, raw, path);
    }

    private static Object scalar(JsonNode node, Class<?> raw, String path) throws RefusedException {
        Function<JsonNode, Object> reader = SCALARS.get(raw);
        if (reader == null || node.isNull()) {
            throw new RefusedException(path, "is no %s".formatted(raw.getSimpleName()), null);
        }
        try {
            return reader.apply(node);
        } catch (ArithmeticException | DateTimeException | IllegalArgumentException e) {
            throw new RefusedException(path, "is no %s".formatted(raw.getSimpleName()), null);
        }
    }

    private @Nullable Object record(JsonNode node, Resolved type, String path, boolean part) throws RefusedException {
        Shape shape = shapes.get(type);
        if (shape == null || !node.isObject()) {
            throw new RefusedException(path, "is no object", null);
        }
        @Nullable Object[] arguments = new @Nullable Object[shape.parts().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(node, shape.parts().get(i), path, part);
        }
        try {
            return shape.constructor().newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new RefusedException(path,
                    "is refused by the constructor of %s".formatted(type.raw().getSimpleName()), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new RefusedException(path, "cannot be constructed", e);
        }
    }

    private @Nullable Object argument(JsonNode object, Part component, String path, boolean part)
            throws RefusedException {
        JsonNode node = object.get(component.name());
        if (node == null) {
            return missing(component.type().raw());
        }
        try {
            return value(node, component.type(), path + "." + component.name(), part);
        } catch (RefusedException e) {
            if (part) {
                return missing(component.type().raw());
            }
            throw e;
        }
    }

    private static @Nullable Object missing(Class<?> raw) {
        if (raw == Optional.class) {
            return Optional.empty();
        } else if (raw == OptionalInt.class) {
            return OptionalInt.empty();
        } else if (raw == OptionalLong.class) {
            return OptionalLong.empty();
        } else if (raw == OptionalDouble.class) {
            return OptionalDouble.empty();
        } else if (raw == List.class || raw == Collection.class) {
            return List.of();
        } else if (raw == Set.class) {
            return Set.of();
        } else if (raw == Map.class) {
            return Map.of();
        } else if (raw.isArray()) {
            return Array.newInstance(raw.getComponentType(), 0);
        }
        return ZEROS.get(raw);
    }

    private static Object constant(JsonNode node, Class<?> raw, String path) throws RefusedException {
        for (Object each : raw.getEnumConstants()) {
            if (each instanceof Enum<?> constant && JavaTypes.constantName(constant).equals(node.textValue())) {
                return constant;
            }
        }
        throw new RefusedException(path, "is no constant of %s".formatted(raw.getSimpleName()), null);
    }

    private @Nullable Object variant(JsonNode node, Resolved type, String path, boolean part) throws RefusedException {
        String name = node.path(JavaTypes.DISCRIMINATOR).textValue();
        for (Resolved variant : JavaTypes.variants(type, type.name())) {
            if (variant.raw().getSimpleName().equals(name)) {
                return record(node, variant, path, part);
            }
        }
        throw new RefusedException(path, "is no %s".formatted(type.raw().getSimpleName()), null);
    }

    private Object sequence(JsonNode node, Resolved type, String path, boolean part) throws RefusedException {
        if (!node.isArray()) {
            throw new RefusedException(path, "is no array", null);
        }
        List<@Nullable Object> items = new ArrayList<>();
        for (JsonNode item : node) {
            try {
                items.add(value(item, type.arguments().getFirst(), "%s[%d]".formatted(path, items.size()), part));
            } catch (RefusedException e) {
                if (!part) {
                    throw e;
                }
            }
        }
        if (type.raw() == Set.class) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(items));
        } else if (!type.raw().isArray()) {
            return Collections.unmodifiableList(items);
        }
        Object array = Array.newInstance(type.raw().getComponentType(), items.size());
        for (int i = 0; i < items.size(); i++) {
            Array.set(array, i, items.get(i));
        }
        return array;
    }

    private Object map(JsonNode node, Resolved type, String path, boolean part) throws RefusedException {
        if (!node.isObject()) {
            throw new RefusedException(path, "is no object", null);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            try {
                map.put(entry.getKey(), value(entry.getValue(), type.arguments().get(1), path + ".*", part));
            } catch (RefusedException e) {
                if (!part) {
                    throw e;
                }
            }
        }
        return Collections.unmodifiableMap(map);
    }

    private static Map<Class<?>, Function<JsonNode, Object>> scalars() {
        Map<Class<?>, Function<JsonNode, Object>> readers = new HashMap<>();
        both(readers, int.class, Integer.class, node -> number(node).intValueExact());
        both(readers, long.class, Long.class, node -> number(node).longValueExact());
        both(readers, short.class, Short.class, node -> number(node).shortValueExact());
        both(readers, byte.class, Byte.class, node -> number(node).byteValueExact());
        both(readers, double.class, Double.class, node -> finite(number(node).doubleValue()));
        both(readers, float.class, Float.class, Binder::finiteFloat);
        both(readers, boolean.class, Boolean.class, Binder::truth);
        both(readers, char.class, Character.class, node -> single(text(node)));
        readers.put(OptionalInt.class, node -> OptionalInt.of(number(node).intValueExact()));
        readers.put(OptionalLong.class, node -> OptionalLong.of(number(node).longValueExact()));
        readers.put(OptionalDouble.class, node -> OptionalDouble.of(finite(number(node).doubleValue())));
        readers.put(BigInteger.class, node -> number(node).toBigIntegerExact());
        readers.put(BigDecimal.class, Binder::number);
        readers.put(String.class, Binder::text);
        readers.put(Year.class, node -> Year.of(number(node).intValueExact()));
        readers.put(LocalDate.class, node -> LocalDate.parse(text(node)));
        readers.put(LocalTime.class, node -> LocalTime.parse(text(node)));
        readers.put(LocalDateTime.class, node -> LocalDateTime.parse(text(node)));
        readers.put(OffsetDateTime.class, node -> OffsetDateTime.parse(text(node)));
        readers.put(Instant.class, node -> OffsetDateTime.parse(text(node)).toInstant());
        readers.put(Duration.class, node -> Duration.parse(text(node)));
        readers.put(UUID.class, node -> UUID.fromString(text(node)));
        readers.put(URI.class, node -> URI.create(text(node)));
        return Map.copyOf(readers);
    }

    private static void both(Map<Class<?>, Function<JsonNode, Object>> readers, Class<?> primitive, Class<?> boxed,
            Function<JsonNode, Object> reader) {
        readers.put(primitive, reader);
        readers.put(boxed, reader);
    }

    private static BigDecimal number(JsonNode node) {
        if (!node.isNumber() || !JsonText.isModerate(node)) {
            throw new IllegalArgumentException("no number");
        }
        return node.decimalValue();
    }

    private static double finite(double number) {
        if (Double.isInfinite(number)) {
            throw new ArithmeticException("too large");
        }
        return number;
    }

    private static float finiteFloat(JsonNode node) {
        float number = number(node).floatValue();
        finite(number);
        return number;
    }

    private static boolean truth(JsonNode node) {
        if (!node.isBoolean()) {
            throw new IllegalArgumentException("no boolean");
        }
        return node.booleanValue();
    }

    private static String text(JsonNode node) {
        if (!node.isTextual()) {
            throw new IllegalArgumentException("no text");
        }
        return node.textValue();
    }

    private static char single(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("not one char");
        }
        return text.charAt(0);
    }
}
