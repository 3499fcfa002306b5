package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Header, metadata and tensor table of one file, checked.
 *
 * <p>Refuses all that the reader of llama.cpp b4916 refuses or dies of, and a little more: truth values other than 0 and 1,
 * names with a NUL, tensors without a dimension or of no values.
 *
 * @param metadata the keys
 * @param tensors  the tensors in the order of the table, and of the data
 * @param size     the size of the file in bytes
 * @param version  2 or 3
 */
record GgufHeader(GgufMetadata metadata, List<Row> tensors, long size, int version) {

    private static final int MIN_BYTES_OF_A_KEY = 8 + 1 + 4 + 1;
    private static final int MIN_BYTES_OF_A_TENSOR = 8 + 1 + 4 + 8 + 4 + 8;
    private static final int MAX_NAME_BYTES = 63;
    private static final int MAX_DIMENSIONS = 4;
    private static final int MAX_TOKENS = 1 << 22;

    /** A tensor and where its row of the table stands in the file. */
    record Row(GgufTensor tensor, long infoOffset) {}

    /** A row of the table before the start of the data is known. */
    private record Listing(String name, List<Long> shape, TensorType type, long offset, long byteSize, long place) {}

    static GgufHeader read(Path file, int part) {
        try (GgufSource source = GgufSource.open(file)) {
            return new Parser(source, part).parse();
        }
    }

    private record Parser(GgufSource source, int part) {

        GgufHeader parse() {
            checkMagic();
            int version = version();
            long tensorCount = source.i64("the number of tensors");
            long keyCount = source.i64("the number of keys");
            source.requireCount(keyCount, MIN_BYTES_OF_A_KEY, "keys");
            GgufMetadata metadata = metadata(keyCount);
            long alignment = alignment(metadata);
            source.requireCount(tensorCount, MIN_BYTES_OF_A_TENSOR, "tensors");
            List<Listing> listings = listings(tensorCount, alignment);
            checkTokens(metadata);
            return new GgufHeader(metadata, place(listings, alignment), source.size(), version);
        }

        private void checkMagic() {
            if (source.size() == 0) {
                throw source.refusal("the file is empty, expected a GGUF model");
            }
            byte[] head = source.bytes(Math.min(source.size(), 9), "the magic number");
            if (head.length < 4 || head[0] != 'G' || head[1] != 'G' || head[2] != 'U' || head[3] != 'F') {
                throw source.refusal(0, "this is not a GGUF file: it begins with %s, expected 47 47 55 46 ('GGUF').%s"
                        .formatted(FileKind.show(head), FileKind.hint(head)));
            }
            source.rewind(4);
        }

        private int version() {
            int version = source.u32("the version");
            if (version == 2 || version == 3) {
                return version;
            }
            String found = Integer.toUnsignedString(version);
            if (version != 0 && (version & 0xffff) == 0) {
                throw source.refusal(4, ("found a big-endian file (version %s when read as little-endian), "
                        + "expected a little-endian one. Convert it or fetch the little-endian version.")
                        .formatted(found));
            }
            throw source.refusal(4, "found GGUF version %s, expected 2 or 3.%s".formatted(found,
                    version == 1 ? " Version 1 is no longer supported: fetch a newer version of the model." : ""));
        }

        private GgufMetadata metadata(long count) {
            Map<String, GgufMetadata.Entry> entries = new LinkedHashMap<>();
            for (long i = 0; i < count; i++) {
                long place = source.position();
                String key = name("key %d".formatted(i), 65535);
                GgufMetadata.Entry entry = new GgufMetadata.Entry(place, value(key));
                if (entries.putIfAbsent(key, entry) != null) {
                    throw source.refusal(place, "found key '%s' a second time, expected each key once".formatted(key));
                }
            }
            return new GgufMetadata(source.file(), entries);
        }

        private GgufValue value(String key) {
            String what = "the value of key '%s'".formatted(key);
            ValueType type = type(key);
            return switch (type) {
                case STR -> new GgufValue.Text(
                        new String(source.bytes(source.i64(what), what), StandardCharsets.UTF_8));
                case ARR -> array(key, what);
                case BOOL -> new GgufValue.Flag(flag(what, source.u8(what)));
                case F32 -> new GgufValue.Real(type, Float.intBitsToFloat(source.u32(what)));
                case F64 -> new GgufValue.Real(type, Double.longBitsToDouble(source.i64(what)));
                default -> new GgufValue.Whole(type,
                        GgufValue.Numbers.of(type, source.bytes(type.byteSize(), what)).whole(0));
            };
        }

        private ValueType type(String key) {
            long place = source.position();
            int id = source.u32("the type of key '%s'".formatted(key));
            ValueType type = ValueType.of(id);
            if (type == null) {
                throw source.refusal(place, "key '%s' has the unknown value type %s, expected 0 to 12".formatted(key,
                        Integer.toUnsignedString(id)));
            }
            return type;
        }

        private GgufValue array(String key, String what) {
            long place = source.position();
            ValueType elementType = type(key);
            if (elementType == ValueType.ARR) {
                throw source.refusal(place, "key '%s' is an array of arrays, expected an array of plain values"
                        .formatted(key));
            }
            long count = source.i64(what);
            if (elementType == ValueType.STR) {
                return new GgufValue.Texts(StringTable.read(source, count, what));
            }
            source.requireCount(count, elementType.byteSize(), "elements in " + what);
            byte[] bytes = source.bytes(count * elementType.byteSize(), what);
            if (elementType == ValueType.BOOL) {
                for (byte b : bytes) {
                    flag(what, b);
                }
            }
            return GgufValue.Numbers.of(elementType, bytes);
        }

        private boolean flag(String what, int value) {
            if (value != 0 && value != 1) {
                throw source.refusal(source.position() - 1,
                        "%s holds the truth value %d, expected 0 or 1".formatted(what, value & 0xff));
            }
            return value == 1;
        }

        /** Reads a key or a name: not empty, UTF-8, without NUL, because llama.cpp would compare it up to there. */
        private String name(String what, int maxBytes) {
            long place = source.position();
            long length = source.i64(what);
            source.require(length, what);
            if (length < 1 || length > maxBytes) {
                throw source.refusal(place,
                        "%s has a name of %d bytes, expected 1 to %d".formatted(what, length, maxBytes));
            }
            byte[] bytes = source.bytes(length, what);
            try {
                String name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                if (name.indexOf('\0') < 0) {
                    return name;
                }
            } catch (CharacterCodingException e) {
                throw new ModelFileException(source.file(), place, "the name of %s is not UTF-8".formatted(what), e);
            }
            throw source.refusal(place, "the name of %s holds a NUL, expected text".formatted(what));
        }

        private long alignment(GgufMetadata metadata) {
            String key = "general.alignment";
            long alignment = metadata.uint32(key).orElse(32);
            if (Long.bitCount(alignment) != 1) {
                throw metadata.refusal(key, "key '%s' is %d, expected a power of two".formatted(key, alignment));
            }
            return alignment;
        }

        private List<Listing> listings(long count, long alignment) {
            List<Listing> listings = new ArrayList<>();
            Set<String> names = new HashSet<>();
            long expected = 0;
            for (long i = 0; i < count; i++) {
                Listing listing = listing(i);
                if (!names.add(listing.name())) {
                    throw source.refusal(listing.place(),
                            "found tensor '%s' a second time, expected each name once".formatted(listing.name()));
                }
                if (listing.offset() != expected) {
                    throw source.refusal(source.position() - 8,
                            "tensor '%s' has offset %s, expected %d (right behind the tensor before it)"
                                    .formatted(listing.name(), Long.toUnsignedString(listing.offset()), expected));
                }
                expected = padded(listing, expected, alignment);
                listings.add(listing);
            }
            return listings;
        }

        private long padded(Listing listing, long offset, long alignment) {
            try {
                return Math.multiplyExact(Math.ceilDiv(Math.addExact(offset, listing.byteSize()), alignment),
                        alignment);
            } catch (ArithmeticException e) {
                throw tooLarge(listing.place(), listing.name(), listing.shape(), e);
            }
        }

        private Listing listing(long i) {
            long place = source.position();
            String name = name("tensor %d".formatted(i), MAX_NAME_BYTES);
            List<Long> shape = shape(name);
            TensorType type = tensorType(name);
            if (shape.getFirst() % type.blockSize() != 0) {
                throw source.refusal(source.position() - 4,
                        "tensor '%s' of type %s has rows of %d values, expected a multiple of %d"
                                .formatted(name, type, shape.getFirst(), type.blockSize()));
            }
            long bytes = byteSize(place, name, shape, type);
            return new Listing(name, shape, type, source.i64("the offset of tensor '%s'".formatted(name)), bytes,
                    place);
        }

        private List<Long> shape(String name) {
            long place = source.position();
            int dimensions = source.u32("the shape of tensor '%s'".formatted(name));
            if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
                throw source.refusal(place, "tensor '%s' has %s dimensions, expected 1 to %d".formatted(name,
                        Integer.toUnsignedString(dimensions), MAX_DIMENSIONS));
            }
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < dimensions; i++) {
                long size = source.i64("the shape of tensor '%s'".formatted(name));
                if (size < 1) {
                    throw source.refusal(source.position() - 8,
                            "tensor '%s' has %d values in dimension %d, expected at least 1"
                                    .formatted(name, size, i));
                }
                shape.add(size);
            }
            return shape;
        }

        private TensorType tensorType(String name) {
            long place = source.position();
            int id = source.u32("the type of tensor '%s'".formatted(name));
            TensorType type = TensorType.of(id);
            if (type == null) {
                throw source.refusal(place,
                        ("tensor '%s' has type %s, which is unknown or was removed from GGUF; expected for example "
                                + "0 (F32) or 8 (Q8_0). Fetch a newer version of the model.")
                                .formatted(name, Integer.toUnsignedString(id)));
            }
            return type;
        }

        private long byteSize(long place, String name, List<Long> shape, TensorType type) {
            try {
                long count = shape.stream().reduce(1L, Math::multiplyExact);
                return Math.multiplyExact(count / type.blockSize(), type.blockBytes());
            } catch (ArithmeticException e) {
                throw tooLarge(place, name, shape, e);
            }
        }

        private ModelFileException tooLarge(long place, String name, List<Long> shape, ArithmeticException cause) {
            return new ModelFileException(source.file(), place,
                    "tensor '%s' has the shape %s, expected less than 2^63 bytes".formatted(name, shape), cause);
        }

        private List<Row> place(List<Listing> listings, long alignment) {
            long data = Math.ceilDiv(source.position(), alignment) * alignment;
            List<Row> rows = new ArrayList<>();
            for (Listing listing : listings) {
                if (listing.byteSize() > source.size() - data - listing.offset()) {
                    throw source.refusal(listing.place(),
                            ("tensor '%s' takes %d bytes from byte %d on, but the file ends at byte %d. "
                                    + "Was the download cut short?")
                                    .formatted(listing.name(), listing.byteSize(), data + listing.offset(),
                                            source.size()));
                }
                rows.add(new Row(
                        new GgufTensor(listing.name(), listing.shape(), listing.type(), part, data + listing.offset(),
                                listing.byteSize()),
                        listing.place()));
            }
            return List.copyOf(rows);
        }

        /** A vocabulary in which two tokens are the same ends the process when llama.cpp loads it. */
        private void checkTokens(GgufMetadata metadata) {
            if (!(metadata.value(GgufVocabulary.TOKENS_KEY) instanceof GgufValue.Texts texts)) {
                return;
            }
            if (texts.values().size() > MAX_TOKENS) {
                throw metadata.refusal(GgufVocabulary.TOKENS_KEY, "found %d tokens, expected at most %d"
                        .formatted(texts.values().size(), MAX_TOKENS));
            }
            StringTable tokens = texts.values().asTokens();
            StringTable.Index index = new StringTable.Index(tokens);
            int second = index.duplicate();
            if (second >= 0) {
                throw source.refusal(texts.values().offset(second),
                        "token %d is '%s' like token %d, expected each token once"
                                .formatted(second, tokens.text(second), index.firstEqualTo(second)));
            }
        }
    }
}
