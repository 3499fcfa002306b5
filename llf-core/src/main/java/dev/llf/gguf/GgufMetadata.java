package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a GGUF file: keys with typed values.
 *
 * <p>Asking for a missing key gives an empty result. Asking for a type that the value does not have is refused, even where
 * the number would fit, because llama.cpp refuses it too; {@link #integer} and {@link #number} are the exceptions, for
 * looking at files.
 */
public final class GgufMetadata {

    private final Path file;
    private final Map<String, Entry> entries;

    /** A value and where its key stands in the file. */
    record Entry(long offset, GgufValue value) {}

    GgufMetadata(Path file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /**
     * Returns all keys.
     *
     * @return the keys in the order of the file, not modifiable
     */
    public Set<String> keys() {
        return entries.keySet();
    }

    /**
     * Tells whether a key is there.
     *
     * @param key the key
     * @return true if it is
     */
    public boolean contains(String key) {
        return entries.containsKey(key);
    }

    /**
     * Returns the place of a key.
     *
     * @param key the key
     * @return bytes from the start of the file, or -1 if there is no such key
     */
    public long offset(String key) {
        Entry entry = entries.get(key);
        return entry == null ? -1 : entry.offset();
    }

    /**
     * Returns the type of a value as llama.cpp prints it.
     *
     * @param key the key
     * @return for example {@code u32} or {@code arr[str]}; empty if there is no such key
     */
    public Optional<String> typeName(String key) {
        return Optional.ofNullable(value(key)).map(GgufValue::typeName);
    }

    /**
     * Returns a value as text to show to a person, for every type.
     *
     * @param key the key
     * @return the value; of an array only its length; empty if there is no such key
     */
    public Optional<String> display(String key) {
        return Optional.ofNullable(value(key)).map(GgufValue::toString);
    }

    /**
     * Returns a text.
     *
     * @param key the key
     * @return the text, with bytes that are not UTF-8 replaced; empty if there is no such key
     * @throws ModelFileException if the value is not of type str
     */
    public Optional<String> string(String key) {
        return switch (value(key)) {
            case null -> Optional.empty();
            case GgufValue.Text text -> Optional.of(text.value());
            case GgufValue other -> throw wrongType(key, other, "str");
        };
    }

    /**
     * Returns a number of type u16.
     *
     * @param key the key
     * @return the number; empty if there is no such key
     * @throws ModelFileException if the value is of another type
     */
    public OptionalInt uint16(String key) {
        OptionalLong value = whole(key, ValueType.U16);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /**
     * Returns a number of type u32.
     *
     * @param key the key
     * @return the number, from 0 to 4,294,967,295; empty if there is no such key
     * @throws ModelFileException if the value is of another type
     */
    public OptionalLong uint32(String key) {
        return whole(key, ValueType.U32);
    }

    /**
     * Returns a number of type i32.
     *
     * @param key the key
     * @return the number; empty if there is no such key
     * @throws ModelFileException if the value is of another type
     */
    public OptionalInt int32(String key) {
        OptionalLong value = whole(key, ValueType.I32);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /**
     * Returns an integer of any type.
     *
     * @param key the key
     * @return the number; empty if there is no such key
     * @throws ModelFileException if the value is not an integer, or a u64 above 2<sup>63</sup>-1
     */
    public OptionalLong integer(String key) {
        return switch (value(key)) {
            case null -> OptionalLong.empty();
            case GgufValue.Whole whole when whole.type() != ValueType.U64 || whole.value() >= 0 ->
                OptionalLong.of(whole.value());
            case GgufValue other -> throw wrongType(key, other, "an integer below 2^63");
        };
    }

    /**
     * Returns a number of type f32.
     *
     * @param key the key
     * @return the number; empty if there is no such key
     * @throws ModelFileException if the value is of another type
     */
    public OptionalDouble float32(String key) {
        return switch (value(key)) {
            case null -> OptionalDouble.empty();
            case GgufValue.Real real when real.type() == ValueType.F32 -> OptionalDouble.of(real.value());
            case GgufValue other -> throw wrongType(key, other, "f32");
        };
    }

    /**
     * Returns a number of any type.
     *
     * @param key the key
     * @return the number; empty if there is no such key
     * @throws ModelFileException if the value is not a number
     */
    public OptionalDouble number(String key) {
        return switch (value(key)) {
            case null -> OptionalDouble.empty();
            case GgufValue.Real real -> OptionalDouble.of(real.value());
            case GgufValue.Whole whole -> OptionalDouble.of((double) whole.value());
            case GgufValue other -> throw wrongType(key, other, "a number");
        };
    }

    /**
     * Returns a truth value.
     *
     * @param key the key
     * @return the value; empty if there is no such key
     * @throws ModelFileException if the value is not of type bool
     */
    public Optional<Boolean> bool(String key) {
        return switch (value(key)) {
            case null -> Optional.empty();
            case GgufValue.Flag flag -> Optional.of(flag.value());
            case GgufValue other -> throw wrongType(key, other, "bool");
        };
    }

    /**
     * Returns an array of texts.
     *
     * @param key the key
     * @return a new list; empty if the array is empty or there is no such key
     * @throws ModelFileException if the value is not an array of str
     */
    public List<String> strings(String key) {
        StringTable table = texts(key);
        return table == null ? List.of() : IntStream.range(0, table.size()).mapToObj(table::text).toList();
    }

    /**
     * Returns an array of integers of any type.
     *
     * @param key the key
     * @return a new array; empty if the array is empty or there is no such key
     * @throws ModelFileException if the value is not an array of integers
     */
    public long[] integers(String key) {
        return switch (value(key)) {
            case null -> new long[0];
            case GgufValue.Numbers numbers when numbers.elementType().isInteger() ->
                IntStream.range(0, numbers.size()).mapToLong(numbers::whole).toArray();
            case GgufValue other -> throw wrongType(key, other, "an array of integers");
        };
    }

    /**
     * Returns an array of numbers of type f32.
     *
     * @param key the key
     * @return a new array; empty if the array is empty or there is no such key
     * @throws ModelFileException if the value is not an array of f32
     */
    public float[] floats(String key) {
        GgufValue.Numbers numbers = numbers(key, ValueType.F32);
        float[] result = new float[numbers == null ? 0 : numbers.size()];
        for (int i = 0; numbers != null && i < result.length; i++) {
            result[i] = numbers.real(i);
        }
        return result;
    }

    /** Returns a value, or null. */
    @Nullable
    GgufValue value(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    @Nullable
    StringTable texts(String key) {
        return switch (value(key)) {
            case null -> null;
            case GgufValue.Texts texts -> texts.values();
            case GgufValue other -> throw wrongType(key, other, "arr[str]");
        };
    }

    GgufValue.@Nullable Numbers numbers(String key, ValueType elementType) {
        return switch (value(key)) {
            case null -> null;
            case GgufValue.Numbers numbers when numbers.elementType() == elementType -> numbers;
            case GgufValue other -> throw wrongType(key, other, "arr[%s]".formatted(elementType));
        };
    }

    /** An integer of any type that fits into an int. */
    OptionalInt integer32(String key) {
        OptionalLong value = integer(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        long number = value.getAsLong();
        if (number != (int) number) {
            throw refusal(key, "key '%s' is %d, expected a number of 32 bits".formatted(key, number));
        }
        return OptionalInt.of((int) number);
    }

    ModelFileException wrongType(String key, GgufValue found, String expected) {
        return refusal(key, "key '%s' has type %s, expected %s".formatted(key, found.typeName(), expected));
    }

    /** A refusal at the place of a key, or without a place if the key is missing. */
    ModelFileException refusal(String key, String message) {
        return new ModelFileException(file, offset(key), message);
    }

    private OptionalLong whole(String key, ValueType type) {
        return switch (value(key)) {
            case null -> OptionalLong.empty();
            case GgufValue.Whole whole when whole.type() == type -> OptionalLong.of(whole.value());
            case GgufValue other -> throw wrongType(key, other, type.toString());
        };
    }

    /**
     * Returns the number of keys, for logs.
     *
     * @return for example {@code 28 keys}
     */
    @Override
    public String toString() {
        return "%d keys".formatted(entries.size());
    }
}
