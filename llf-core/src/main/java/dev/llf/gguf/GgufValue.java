package dev.llf.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A metadata value. */
sealed interface GgufValue {

    /** Returns the type as messages name it, for example {@code u32} or {@code arr[str]}. */
    String typeName();

    /** An integer of any width; u64 as its 64 bits. */
    record Whole(ValueType type, long value) implements GgufValue {
        @Override
        public String typeName() {
            return type.toString();
        }

        @Override
        public String toString() {
            return type == ValueType.U64 ? Long.toUnsignedString(value) : Long.toString(value);
        }
    }

    /** A number with a fraction. */
    record Real(ValueType type, double value) implements GgufValue {
        @Override
        public String typeName() {
            return type.toString();
        }

        @Override
        public String toString() {
            return type == ValueType.F32 ? Float.toString((float) value) : Double.toString(value);
        }
    }

    /** A truth value. */
    record Flag(boolean value) implements GgufValue {
        @Override
        public String typeName() {
            return ValueType.BOOL.toString();
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /** A text; bytes that are not UTF-8 are replaced. */
    record Text(String value) implements GgufValue {
        @Override
        public String typeName() {
            return ValueType.STR.toString();
        }

        @Override
        public String toString() {
            return value;
        }
    }

    /** An array of texts. */
    record Texts(StringTable values) implements GgufValue {
        @Override
        public String typeName() {
            return "arr[str]";
        }

        @Override
        public String toString() {
            return "%d texts".formatted(values.size());
        }
    }

    /** An array of numbers or truth values, still as the bytes of the file; never handed out. */
    record Numbers(ValueType elementType, ByteBuffer bytes) implements GgufValue {

        static Numbers of(ValueType elementType, byte[] bytes) {
            return new Numbers(elementType, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        }

        @Override
        public String typeName() {
            return "arr[%s]".formatted(elementType);
        }

        int size() {
            return bytes.capacity() / elementType.byteSize();
        }

        long whole(int i) {
            int at = i * elementType.byteSize();
            return switch (elementType) {
                case U8, BOOL -> bytes.get(at) & 0xff;
                case I8 -> bytes.get(at);
                case U16 -> bytes.getShort(at) & 0xffff;
                case I16 -> bytes.getShort(at);
                case U32 -> bytes.getInt(at) & 0xffff_ffffL;
                case I32 -> bytes.getInt(at);
                case U64, I64 -> bytes.getLong(at);
                case F32, F64, STR, ARR -> throw new IllegalStateException("not whole numbers: " + typeName());
            };
        }

        float real(int i) {
            return bytes.getFloat(i * Float.BYTES);
        }

        @Override
        public String toString() {
            return "%d numbers".formatted(size());
        }
    }
}
