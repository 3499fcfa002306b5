package dev.llf.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What schemas and bindings both need to know about Java types. */
final class JavaTypes {

    /** The property that tells the records of a sealed interface apart. */
    static final String DISCRIMINATOR = "type";

    /**
     * A type whose variables are replaced by what they stand for.
     *
     * @param raw       the class; of an array the array class
     * @param arguments of a generic class, one for each of its variables; of an array its element
     */
    record Resolved(Class<?> raw, List<Resolved> arguments) {

        String name() {
            String own = raw.isArray() ? "array" : raw.getSimpleName();
            return arguments.isEmpty() ? own
                    : own + "<" + String.join(", ", arguments.stream().map(Resolved::name).toList()) + ">";
        }
    }

    /**
     * A component of a record.
     *
     * @param component as declared
     * @param type      resolved
     * @param name      in JSON
     */
    record Part(RecordComponent component, Resolved type, String name) {

        boolean isOptional() {
            return isOptionalType(type.raw()) || isNullable();
        }

        private boolean isNullable() {
            return Optional.ofNullable(component.getAnnotatedType()).map(AnnotatedElement::getAnnotations).stream()
                    .flatMap(Arrays::stream).anyMatch(Part::saysNullable)
                    || Arrays.stream(component.getAnnotations()).anyMatch(Part::saysNullable)
                    || Arrays.stream(component.getAccessor().getAnnotations()).anyMatch(Part::saysNullable);
        }

        private static boolean saysNullable(Annotation annotation) {
            return annotation.annotationType().getSimpleName().equals("Nullable");
        }
    }

    private JavaTypes() {}

    static boolean isOptionalType(Class<?> raw) {
        return raw == Optional.class || raw == OptionalInt.class || raw == OptionalLong.class
                || raw == OptionalDouble.class;
    }

    static boolean isSequence(Class<?> raw) {
        return raw.isArray() || raw == List.class || raw == Set.class || raw == Collection.class;
    }

    static Resolved resolve(Type type, String path) {
        return resolve(type, Map.of(), path, 0);
    }

    private static Resolved resolve(Type type, Map<TypeVariable<?>, Resolved> variables, String path, int depth) {
        if (depth > 32) {
            throw new SchemaException(path, "the type is nested more than 32 deep; use a simpler one.");
        }
        return switch (type) {
            case Class<?> raw when raw.isArray() ->
                new Resolved(raw, List.of(resolve(raw.getComponentType(), variables, path, depth + 1)));
            case Class<?> raw -> {
                if (raw.getTypeParameters().length > 0) {
                    throw new SchemaException(path, "%s is used without its type arguments; write them."
                            .formatted(raw.getSimpleName()));
                }
                yield new Resolved(raw, List.of());
            }
            case ParameterizedType generic -> {
                List<Resolved> arguments = new ArrayList<>();
                for (Type argument : generic.getActualTypeArguments()) {
                    arguments.add(resolve(argument, variables, path, depth + 1));
                }
                yield new Resolved((Class<?>) generic.getRawType(), List.copyOf(arguments));
            }
            case TypeVariable<?> variable -> {
                Resolved known = variables.get(variable);
                if (known == null) {
                    throw new SchemaException(path, "the type variable %s stands for nothing; give a type with its "
                            .formatted(variable.getName()) + "arguments, such as a ParameterizedType.");
                }
                yield known;
            }
            case WildcardType wildcard -> resolve(wildcard.getUpperBounds()[0], variables, path, depth + 1);
            case GenericArrayType array -> {
                Resolved element = resolve(array.getGenericComponentType(), variables, path, depth + 1);
                yield new Resolved(element.raw().arrayType(), List.of(element));
            }
            default -> throw new SchemaException(path, "%s is a kind of type that is not supported."
                    .formatted(type.getTypeName()));
        };
    }

    /** The components of a record in their order. */
    static List<Part> parts(Resolved type, String path) {
        Map<TypeVariable<?>, Resolved> variables = new LinkedHashMap<>();
        TypeVariable<?>[] declared = type.raw().getTypeParameters();
        for (int i = 0; i < Math.min(declared.length, type.arguments().size()); i++) {
            variables.put(declared[i], type.arguments().get(i));
        }
        List<Part> parts = new ArrayList<>();
        for (RecordComponent component : type.raw().getRecordComponents()) {
            Resolved resolved = resolve(component.getGenericType(), variables, path + "." + component.getName(), 0);
            parts.add(new Part(component, resolved, name(component.getAccessor(), component.getName())));
        }
        return parts;
    }

    /** The records that a sealed interface permits, also through other sealed interfaces. */
    static List<Resolved> variants(Resolved type, String path) {
        Map<String, Resolved> variants = new LinkedHashMap<>();
        collect(type.raw(), path, variants);
        return List.copyOf(variants.values());
    }

    private static void collect(Class<?> type, String path, Map<String, Resolved> variants) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            if (permitted.isSealed() && permitted.isInterface()) {
                collect(permitted, path, variants);
            } else if (permitted.isRecord() && permitted.getTypeParameters().length == 0) {
                Resolved before = variants.put(permitted.getSimpleName(), new Resolved(permitted, List.of()));
                if (before != null && before.raw() != permitted) {
                    throw new SchemaException(path, "two records are called %s; their names tell them apart."
                            .formatted(permitted.getSimpleName()));
                }
            } else {
                throw new SchemaException(path, "%s permits %s; only records without type parameters can be told apart."
                        .formatted(type.getSimpleName(), permitted.getSimpleName()));
            }
        }
    }

    /** The name of an enum's constant in JSON. */
    static String constantName(Enum<?> constant) {
        try {
            return name(constant.getDeclaringClass().getField(constant.name()), constant.name());
        } catch (NoSuchFieldException e) {
            return constant.name();
        }
    }

    private static String name(@Nullable AnnotatedElement element, String otherwise) {
        JsonProperty given = element == null ? null : element.getAnnotation(JsonProperty.class);
        return given == null || given.value().isEmpty() ? otherwise : given.value();
    }
}
