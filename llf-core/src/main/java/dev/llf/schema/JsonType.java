package dev.llf.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Java type that JSON documents are read as: its schema, and the way from text to value.
 *
 * <p>Records may be private, local or nested as long as their module opens their package: on the class path all are. Values
 * are built by the records' canonical constructors; lists, sets and maps in them cannot be changed.
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> the type
 */
public final class JsonType<T> {

    private final JavaTypes.Resolved type;
    private final JsonSchema schema;
    private final Binder binder;

    private JsonType(JavaTypes.Resolved type) {
        this.type = type;
        this.schema = JsonSchema.of(type);
        this.binder = new Binder(type);
    }

    /**
     * Prepares a class.
     *
     * @param type a record or any other class that {@link JsonSchema#of(Type)} describes
     * @param <T>  the type
     * @return how to read it
     * @throws SchemaException if the type, or one inside, cannot be described or constructed
     */
    public static <T> JsonType<T> of(Class<T> type) {
        return new JsonType<>(JavaTypes.resolve(type, type.getSimpleName()));
    }

    /**
     * Prepares a type with its arguments, such as {@code List<Order>}.
     *
     * @param type a type that {@link JsonSchema#of(Type)} describes
     * @return how to read it
     * @throws SchemaException if the type, or one inside, cannot be described or constructed
     */
    public static JsonType<?> of(Type type) {
        return new JsonType<>(JavaTypes.resolve(type, type.getTypeName()));
    }

    /**
     * Returns the schema of the type.
     *
     * @return what documents look like
     */
    public JsonSchema schema() {
        return schema;
    }

    /**
     * Reads a document.
     *
     * @param json the whole document
     * @return its value
     * @throws InvalidOutputException if it is not what the schema demands, or a constructor refuses a value
     */
    public T read(String json) {
        try {
            JsonNode tree = JsonText.read(json);
            List<SchemaViolation> violations = Validator.validate(schema.root(), tree);
            if (!violations.isEmpty()) {
                throw new InvalidOutputException(json, violations, null);
            }
            return cast(binder.bind(tree, type));
        } catch (JsonProcessingException e) {
            throw new InvalidOutputException(json,
                    List.of(new SchemaViolation("$", "is " + JsonText.place(e))), null);
        } catch (Binder.RefusedException e) {
            throw new InvalidOutputException(json, List.of(e.violation()), e.getCause());
        }
    }

    /**
     * Reads the beginning of a document while it is being written. What is not there yet is null, 0, false, an empty
     * collection or an empty {@code Optional}; bounds of the schema are not checked.
     *
     * @param prefix the beginning of a document, as for {@link PartialJson}
     * @return what is known; empty if that is nothing, or the constructor refuses it
     */
    public Optional<T> readPartial(String prefix) {
        return PartialJson.tree(prefix).map(tree -> binder.bindPart(tree, type)).map(this::cast);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the binder builds what the type says; a document is not null
    private T cast(@Nullable Object value) {
        return (T) value;
    }
}
