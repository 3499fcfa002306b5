package dev.llf.gguf;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types that a metadata value can have, in the order of their numbers in the file. */
public enum ValueType {
    /** Unsigned integer of 8 bits. */
    U8(1),
    /** Signed integer of 8 bits. */
    I8(1),
    /** Unsigned integer of 16 bits. */
    U16(2),
    /** Signed integer of 16 bits. */
    I16(2),
    /** Unsigned integer of 32 bits. */
    U32(4),
    /** Signed integer of 32 bits. */
    I32(4),
    /** IEEE 754 number of 32 bits. */
    F32(4),
    /** One byte, 0 for false and 1 for true. */
    BOOL(1),
    /** Text in UTF-8. */
    STR(0),
    /** A list of values of one type. */
    ARR(0),
    /** Unsigned integer of 64 bits. */
    U64(8),
    /** Signed integer of 64 bits. */
    I64(8),
    /** IEEE 754 number of 64 bits. */
    F64(8);

    private static final ValueType[] BY_ID = values();

    private final int byteSize;

    ValueType(int byteSize) {
        this.byteSize = byteSize;
    }

    /** Returns the type with this number in the file, or null. */
    static @Nullable ValueType of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /** Returns the size of one value in bytes, 0 if it varies. */
    int byteSize() {
        return byteSize;
    }

    boolean isInteger() {
        return switch (this) {
            case U8, I8, U16, I16, U32, I32, U64, I64 -> true;
            case F32, F64, BOOL, STR, ARR -> false;
        };
    }

    /**
     * Returns the name as llama.cpp prints it.
     *
     * @return for example {@code u32}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
