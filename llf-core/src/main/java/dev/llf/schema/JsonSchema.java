package dev.llf.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A description of JSON documents, read from a Java type, a text, or a map.
 *
 * <p>Of a Java type: records with their components in order, nested and recursive; enums; sealed interfaces of records,
 * told apart by a first property {@code type}; {@code List}, {@code Set}, {@code Collection}, arrays,
 * {@code Map<String, ...>}; all numbers, {@code boolean}, {@code char}, {@code String}; {@code LocalDate},
 * {@code LocalTime}, {@code LocalDateTime}, {@code Instant}, {@code OffsetDateTime}, {@code Duration}, {@code Year},
 * {@code UUID}, {@code URI}. Components of an {@code Optional} type or annotated with a visible {@code Nullable} may be
 * missing. {@link Description}, {@link Range}, {@link Size} and {@link Matches} say more.
 *
 * <p>Of a text: {@code type, enum, const, properties, required, additionalProperties, propertyNames, minProperties,
 * maxProperties, items, additionalItems, prefixItems, minItems, maxItems, uniqueItems, minLength, maxLength, pattern, format, minimum,
 * maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, oneOf, anyOf, allOf, not, nullable} and {@code $ref} inside the
 * document. {@link #lint} tells what of a schema is not enforced.
 *
 * <p>At most 262,144 chars, 128 levels, 2,000 schemas in one document, 1,000 values of an {@code enum}.
 *
 * <p>Immutable and thread-safe.
 */
public final class JsonSchema {

    private final JsonNode document;
    private final SchemaReader.Read read;

    private JsonSchema(JsonNode document) {
        this.document = document;
        this.read = SchemaReader.read(document);
    }

    /**
     * Describes a Java type.
     *
     * @param javaType a class, or a type with its arguments
     * @return the schema
     * @throws SchemaException if the type, or one inside, cannot be described; the path leads to it
     */
    public static JsonSchema of(Type javaType) {
        return of(JavaTypes.resolve(javaType, javaType.getTypeName()));
    }

    static JsonSchema of(JavaTypes.Resolved type) {
        return new JsonSchema(TypeSchema.of(type));
    }

    /**
     * Reads a schema.
     *
     * @param json a JSON Schema as text
     * @return the schema
     * @throws SchemaException if it is no JSON, malformed or too large
     */
    public static JsonSchema parse(String json) {
        try {
            return new JsonSchema(JsonText.read(json));
        } catch (JsonProcessingException e) {
            throw new SchemaException("", "The schema is %s.".formatted(JsonText.place(e)), e);
        }
    }

    /**
     * Takes a schema from maps and lists, as in {@link dev.llf.chat.ToolSpec#parameters}.
     *
     * @param schema a JSON Schema; its values are maps, lists, texts, numbers and booleans
     * @return the schema
     * @throws SchemaException if it is malformed or too large
     */
    public static JsonSchema of(Map<String, Object> schema) {
        try {
            return parse(JsonText.compact(JsonText.tree(schema)));
        } catch (IllegalArgumentException e) {
            throw new SchemaException("", "The schema holds a value that is not JSON.", e);
        }
    }

    /**
     * Returns the schema as text.
     *
     * @return JSON without spaces, its properties in the order of the type or of what was read
     */
    public String json() {
        return JsonText.compact(document);
    }

    SchemaNode root() {
        return read.root();
    }

    /**
     * Tells what of the schema is not enforced while a model writes.
     *
     * @return at most some 100 warnings; empty if all is
     */
    public List<SchemaWarning> lint() {
        return read.warnings();
    }

    /**
     * Returns a grammar of documents that are valid, as far as {@link #lint} has no warning.
     *
     * <p>It does not write all valid documents: properties stand in the schema's order with {@code ", "} and {@code ": "}
     * between, as in <code>{"name": "Ada", "age": 3}</code>; those that the schema does not name only in maps. Without other
     * word of the schema a string has at most 256 characters (code points), a key 64, an array 32 items, a map 16 entries,
     * an integer 18 digits, another number 15 and 6 after the point, a type stands inside itself 4 times, and values of
     * any type are nested 2 deep. The schema may ask for 1,024 characters and 256 items; repetitions of a pattern without
     * an end stop at 64, and a pattern is matched from the beginning to the end. Strings have no control characters and
     * no {@code \\u} escapes, numbers no exponents.
     *
     * @return the grammar
     * @throws SchemaException  if no document is valid, or the schema has too many alternatives
     * @throws GrammarException if the grammar would be too large for the engine
     */
    public Grammar grammar() {
        return grammar(WritingLimits.DEFAULT);
    }

    private Grammar grammar(WritingLimits limits) {
        String gbnf = GrammarWriter.write(root(), limits).orElseThrow(() -> new SchemaException("#",
                "No document can satisfy the schema, or only ones nested deeper than a type may stand inside itself."));
        return Grammar.parse(gbnf);
    }

    /**
     * Returns a grammar of valid documents that have at most so many bytes. A token has at least one byte, so a model that
     * may write as many tokens always comes to the end of the document.
     *
     * <p>As {@link #grammar()} if its documents fit. Otherwise what the schema leaves open, and the most that it allows, is
     * cut down in steps until the longest document fits; then strings get what is left, up to 512 bytes each.
     *
     * @param maxBytes the longest document in bytes of UTF-8, at least 1
     * @return the grammar
     * @throws IllegalArgumentException if {@code maxBytes} is less than 1
     * @throws SchemaException          if no document fits, with the least that would; if none is valid, or the schema has
     *                                  too many alternatives
     * @throws GrammarException         if the grammar would be too large for the engine
     */
    public Grammar grammar(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, was %d".formatted(maxBytes));
        }
        OptionalLong all = GrammarWriter.measure(root(), WritingLimits.DEFAULT);
        if (all.isPresent() && all.getAsLong() <= maxBytes) {
            return grammar();
        }
        long needed = Long.MAX_VALUE;
        for (WritingLimits limits : WritingLimits.TIGHTER) {
            long longest = GrammarWriter.measure(root(), limits).orElse(Long.MAX_VALUE);
            if (longest <= maxBytes) {
                return grammar(widened(limits, maxBytes));
            }
            needed = Math.min(needed, longest);
        }
        if (needed == Long.MAX_VALUE) {
            return grammar(); // tells that nothing satisfies it
        }
        throw new SchemaException("#", ("A document of this schema needs up to %d bytes even with the shortest strings "
                + "and lists, but %d are left. Allow more tokens, or ask for less.").formatted(needed, maxBytes));
    }

    /** Gives strings what is left. */
    private WritingLimits widened(WritingLimits fitting, int maxBytes) {
        WritingLimits best = fitting;
        int low = fitting.text();
        int high = WritingLimits.MAX_TEXT_BYTES;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            WritingLimits wider = fitting.withText(middle);
            if (GrammarWriter.measure(root(), wider).orElse(Long.MAX_VALUE) <= maxBytes) {
                best = wider;
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return best;
    }

    /**
     * Compares a document with the schema.
     *
     * @param json the document as text
     * @return where it is not what the schema demands, at most 100; empty if it is valid. A text that is not JSON, or more
     *         than 262,144 chars, has one violation at {@code $}
     */
    public List<SchemaViolation> validate(String json) {
        try {
            return Validator.validate(root(), JsonText.read(json));
        } catch (JsonProcessingException e) {
            return List.of(new SchemaViolation("$", "is " + JsonText.place(e)));
        }
    }

    /**
     * Returns the schema as text.
     *
     * @return {@link #json()}
     */
    @Override
    public String toString() {
        return json();
    }
}
