package dev.llf.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes GGUF files for tests: any metadata, any tensors, and toy models that llama.cpp loads.
 *
 * <p>Keys and tensors may be replaced or taken away again before {@link #bytes()} or {@link #write}.
 */
public final class GgufBuilder {

    /** A chat template in which every turn stands between the usual marks. */
    public static final String CHAT_TEMPLATE = "{% for message in messages %}<|im_start|>{{ message.role }}\n"
            + "{{ message.content }}<|im_end|>\n{% endfor %}"
            + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static final int WIDTH = 32;
    private static final int HEADS = 2;
    private static final int FEED_FORWARD = 64;
    private static final int LAYERS = 2;

    private record Tensor(int type, long[] shape, byte[] data) {}

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Random random;
    private int version = 3;
    private int alignment = 32;

    /** Starts an empty file. */
    public GgufBuilder() {
        this(0);
    }

    /** Starts an empty file whose random tensors follow from the seed. */
    public GgufBuilder(long seed) {
        this.random = new Random(seed);
    }

    /** Sets the version in the header. */
    public GgufBuilder version(int version) {
        this.version = version;
        return this;
    }

    /** Sets the alignment of the tensors, and its key. */
    public GgufBuilder alignment(int alignment) {
        this.alignment = alignment;
        return u32("general.alignment", alignment);
    }

    public GgufBuilder u8(String key, int value) {
        return put(key, ValueType.U8, new byte[] {(byte) value});
    }

    public GgufBuilder i8(String key, int value) {
        return put(key, ValueType.I8, new byte[] {(byte) value});
    }

    public GgufBuilder u16(String key, int value) {
        return put(key, ValueType.U16, buffer(2).putShort((short) value).array());
    }

    public GgufBuilder i16(String key, int value) {
        return put(key, ValueType.I16, buffer(2).putShort((short) value).array());
    }

    public GgufBuilder u32(String key, long value) {
        return put(key, ValueType.U32, buffer(4).putInt((int) value).array());
    }

    public GgufBuilder i32(String key, int value) {
        return put(key, ValueType.I32, buffer(4).putInt(value).array());
    }

    public GgufBuilder u64(String key, long value) {
        return put(key, ValueType.U64, buffer(8).putLong(value).array());
    }

    public GgufBuilder i64(String key, long value) {
        return put(key, ValueType.I64, buffer(8).putLong(value).array());
    }

    public GgufBuilder f32(String key, double value) {
        return put(key, ValueType.F32, buffer(4).putFloat((float) value).array());
    }

    public GgufBuilder f64(String key, double value) {
        return put(key, ValueType.F64, buffer(8).putDouble(value).array());
    }

    public GgufBuilder bool(String key, boolean value) {
        return put(key, ValueType.BOOL, new byte[] {(byte) (value ? 1 : 0)});
    }

    public GgufBuilder string(String key, String value) {
        return put(key, ValueType.STR, text(value));
    }

    public GgufBuilder strings(String key, List<String> values) {
        return array(key, ValueType.STR, values.size(), join(values.stream().map(GgufBuilder::text).toList()));
    }

    public GgufBuilder i32s(String key, int... values) {
        ByteBuffer bytes = buffer(4 * values.length);
        Arrays.stream(values).forEach(bytes::putInt);
        return array(key, ValueType.I32, values.length, bytes.array());
    }

    public GgufBuilder f32s(String key, float... values) {
        ByteBuffer bytes = buffer(4 * values.length);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return array(key, ValueType.F32, values.length, bytes.array());
    }

    /** Puts an array whose elements are given as the bytes of the file. */
    public GgufBuilder array(String key, ValueType elementType, long count, byte[] elements) {
        return put(key, ValueType.ARR,
                join(List.of(buffer(12).putInt(elementType.ordinal()).putLong(count).array(), elements)));
    }

    /** Puts a value that is given as the bytes of the file. */
    public GgufBuilder put(String key, ValueType type, byte[] value) {
        values.put(key, join(List.of(buffer(4).putInt(type.ordinal()).array(), value)));
        return this;
    }

    /** Takes a key away again. */
    public GgufBuilder without(String key) {
        values.remove(key);
        return this;
    }

    /** Adds a tensor of given numbers; the contiguous dimension first. */
    public GgufBuilder tensor(String name, float[] data, long... shape) {
        ByteBuffer bytes = buffer(4 * data.length);
        for (float value : data) {
            bytes.putFloat(value);
        }
        return tensor(name, TensorType.F32.id(), bytes.array(), shape);
    }

    /** Adds a tensor of random numbers of type F32, F16 or Q8_0; the contiguous dimension first. */
    public GgufBuilder tensor(String name, TensorType type, long... shape) {
        int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        float[] data = new float[count];
        for (int i = 0; i < count; i++) {
            data[i] = (float) (random.nextGaussian() * 0.1);
        }
        return switch (type) {
            case F32 -> tensor(name, data, shape);
            case F16 -> tensor(name, type.id(), f16(data), shape);
            case Q8_0 -> tensor(name, type.id(), q8(data), shape);
            default -> throw new IllegalArgumentException("type must be F32, F16 or Q8_0, was " + type);
        };
    }

    /** Adds a tensor that is given as the bytes of the file, whether they fit or not. */
    public GgufBuilder tensor(String name, int type, byte[] data, long... shape) {
        tensors.put(name, new Tensor(type, shape, data));
        return this;
    }

    /** Adds a vector of ones, as norms are at first. */
    public GgufBuilder ones(String name, int length) {
        float[] data = new float[length];
        Arrays.fill(data, 1);
        return tensor(name, data, length);
    }

    /** Takes a tensor away again. */
    public GgufBuilder withoutTensor(String name) {
        tensors.remove(name);
        return this;
    }

    /** Returns the file. */
    public byte[] bytes() {
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(buffer(24).put(new byte[] {'G', 'G', 'U', 'F'}).putInt(version).putLong(tensors.size())
                .putLong(values.size()).array());
        values.forEach((key, value) -> {
            pieces.add(text(key));
            pieces.add(value);
        });
        long offset = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            pieces.add(info(tensor.getKey(), tensor.getValue(), offset));
            offset += padded(tensor.getValue().data().length);
        }
        int header = pieces.stream().mapToInt(piece -> piece.length).sum();
        pieces.add(new byte[padded(header) - header]);
        for (Tensor tensor : tensors.values()) {
            pieces.add(Arrays.copyOf(tensor.data(), padded(tensor.data().length)));
        }
        return join(pieces);
    }

    /** Writes the file and returns its path. */
    public Path write(Path file) {
        try {
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int padded(int length) {
        return Math.ceilDiv(length, alignment) * alignment;
    }

    private static byte[] info(String name, Tensor tensor, long offset) {
        ByteBuffer bytes = buffer(16 + 8 * tensor.shape().length).putInt(tensor.shape().length);
        Arrays.stream(tensor.shape()).forEach(bytes::putLong);
        return join(List.of(text(name), bytes.putInt(tensor.type()).putLong(offset).array()));
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return buffer(8 + bytes.length).putLong(bytes.length).put(bytes).array();
    }

    private static byte[] f16(float[] data) {
        ByteBuffer bytes = buffer(2 * data.length);
        for (float value : data) {
            bytes.putShort(Float.floatToFloat16(value));
        }
        return bytes.array();
    }

    private static byte[] q8(float[] data) {
        ByteBuffer bytes = buffer(data.length / 32 * 34);
        for (int block = 0; block < data.length; block += 32) {
            float scale = 0;
            for (int i = block; i < block + 32; i++) {
                scale = Math.max(scale, Math.abs(data[i]) / 127);
            }
            bytes.putShort(Float.floatToFloat16(scale));
            for (int i = block; i < block + 32; i++) {
                bytes.put((byte) Math.round(scale == 0 ? 0 : data[i] / scale));
            }
        }
        return bytes.array();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] join(List<byte[]> pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pieces.forEach(out::writeBytes);
        return out.toByteArray();
    }

    /**
     * A random chat model of the architecture llama with a byte-level vocabulary of 264 tokens and a context of 1,024
     * tokens. BOS is {@code <|endoftext|>}, EOS {@code <|im_end|>}.
     */
    public static GgufBuilder toyLlamaBpe() {
        List<String> tokens = new ArrayList<>(IntStream.range(0, 256).mapToObj(GgufBuilder::byteLevel).toList());
        tokens.addAll(List.of("he", "the", "in", "\u0120a", "er"));
        int special = tokens.size();
        tokens.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        int[] types = IntStream.range(0, tokens.size()).map(id -> id < special ? 1 : 3).toArray();
        GgufBuilder model = llama(tokens.size()).string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "gpt-2")
                .strings("tokenizer.ggml.tokens", tokens).i32s("tokenizer.ggml.token_type", types)
                .strings("tokenizer.ggml.merges", List.of("h e", "t he", "i n", "\u0120 a", "e r"))
                .u32("tokenizer.ggml.bos_token_id", special).u32("tokenizer.ggml.eos_token_id", special + 2)
                .u32("tokenizer.ggml.padding_token_id", special).bool("tokenizer.ggml.add_bos_token", false);
        return model.string("tokenizer.chat_template", CHAT_TEMPLATE);
    }

    /**
     * A random chat model of the architecture llama with a SentencePiece vocabulary of 363 tokens and a context of 1,024
     * tokens. BOS is 1, EOS 2; {@code <|im_start|>} and {@code <|im_end|>} come last.
     */
    public static GgufBuilder toyLlamaSpm() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        IntStream.range(0, 256).forEach(b -> tokens.add("<0x%02X>".formatted(b)));
        IntStream.rangeClosed('!', '~').forEach(c -> tokens.add(Character.toString(c)));
        tokens.addAll(List.of("\u2581", "\u2581t", "he", "\u2581the", "in", "er", "\u00e9", "\u2581a"));
        tokens.addAll(List.of("<|im_start|>", "<|im_end|>"));
        int[] types = IntStream.range(0, tokens.size())
                .map(id -> id == 0 ? 2 : id < 3 || id >= tokens.size() - 2 ? 3 : id < 259 ? 6 : 1).toArray();
        float[] scores = new float[tokens.size()];
        IntStream.range(259, scores.length).forEach(id -> scores[id] = -id);
        return llama(tokens.size()).string("tokenizer.ggml.model", "llama").strings("tokenizer.ggml.tokens", tokens)
                .i32s("tokenizer.ggml.token_type", types).f32s("tokenizer.ggml.scores", scores)
                .string("tokenizer.chat_template", CHAT_TEMPLATE);
    }

    private static GgufBuilder llama(int tokens) {
        GgufBuilder model = new GgufBuilder(42).string("general.architecture", "llama").string("general.name", "Toy")
                .u32("general.file_type", 0).u32("llama.context_length", 1024).u32("llama.embedding_length", WIDTH)
                .u32("llama.block_count", LAYERS).u32("llama.feed_forward_length", FEED_FORWARD)
                .u32("llama.attention.head_count", HEADS).u32("llama.attention.head_count_kv", 1)
                .f32("llama.attention.layer_norm_rms_epsilon", 1e-5)
                .u32("llama.rope.dimension_count", WIDTH / HEADS).f32("llama.rope.freq_base", 10000);
        model.tensor("token_embd.weight", TensorType.F32, WIDTH, tokens).ones("output_norm.weight", WIDTH)
                .tensor("output.weight", TensorType.Q8_0, WIDTH, tokens);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk.%d.".formatted(layer);
            model.ones(block + "attn_norm.weight", WIDTH).tensor(block + "attn_q.weight", TensorType.F16, WIDTH, WIDTH)
                    .tensor(block + "attn_k.weight", TensorType.F16, WIDTH, WIDTH / HEADS)
                    .tensor(block + "attn_v.weight", TensorType.F32, WIDTH, WIDTH / HEADS)
                    .tensor(block + "attn_output.weight", TensorType.F32, WIDTH, WIDTH)
                    .ones(block + "ffn_norm.weight", WIDTH)
                    .tensor(block + "ffn_gate.weight", TensorType.Q8_0, WIDTH, FEED_FORWARD)
                    .tensor(block + "ffn_up.weight", TensorType.Q8_0, WIDTH, FEED_FORWARD)
                    .tensor(block + "ffn_down.weight", TensorType.Q8_0, FEED_FORWARD, WIDTH);
        }
        return model;
    }

    /** A random encoder of the architecture bert for embeddings of {@value #WIDTH} numbers and texts of 128 tokens. */
    public static GgufBuilder toyBert(PoolingType pooling) {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        Stream.concat(IntStream.rangeClosed('a', 'z').mapToObj(Character::toString),
                IntStream.rangeClosed('0', '9').mapToObj(Character::toString))
                .forEach(text -> tokens.addAll(List.of("\u2581" + text, text)));
        tokens.addAll(List.of("\u2581the", "\u2581cat", "\u2581dog", "\u2581.", "\u2581,", "ing"));
        int[] types = IntStream.range(0, tokens.size()).map(id -> id < 5 ? 3 : 1).toArray();
        GgufBuilder model = new GgufBuilder(7).string("general.architecture", "bert")
                .string("general.name", "Toy encoder")
                .u32("bert.context_length", 128).u32("bert.embedding_length", WIDTH).u32("bert.block_count", LAYERS)
                .u32("bert.feed_forward_length", FEED_FORWARD).u32("bert.attention.head_count", HEADS)
                .f32("bert.attention.layer_norm_epsilon", 1e-12).bool("bert.attention.causal", false)
                .u32("bert.pooling_type", pooling.ordinal()).string("tokenizer.ggml.model", "bert")
                .strings("tokenizer.ggml.tokens", tokens).i32s("tokenizer.ggml.token_type", types)
                .u32("tokenizer.ggml.token_type_count", 2).u32("tokenizer.ggml.bos_token_id", 2)
                .u32("tokenizer.ggml.cls_token_id", 2).u32("tokenizer.ggml.seperator_token_id", 3)
                .u32("tokenizer.ggml.unknown_token_id", 1).u32("tokenizer.ggml.padding_token_id", 0)
                .u32("tokenizer.ggml.mask_token_id", 4);
        model.tensor("token_embd.weight", TensorType.F32, WIDTH, tokens.size())
                .tensor("token_types.weight", TensorType.F32, WIDTH, 2)
                .tensor("position_embd.weight", TensorType.F32, WIDTH, 128);
        model.norm("token_embd_norm");
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk.%d.".formatted(layer);
            for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
                model.linear(block + name, WIDTH, WIDTH);
            }
            model.linear(block + "ffn_up", WIDTH, FEED_FORWARD).linear(block + "ffn_down", FEED_FORWARD, WIDTH);
            model.norm(block + "attn_output_norm").norm(block + "layer_output_norm");
        }
        return model;
    }

    /** A random encoder with a classifier head, for ranking. */
    public static GgufBuilder toyReranker() {
        return toyBert(PoolingType.RANK).u32("tokenizer.ggml.eos_token_id", 3).linear("cls", WIDTH, WIDTH)
                .linear("cls.output", WIDTH, 1);
    }

    private GgufBuilder linear(String name, int in, int out) {
        return tensor(name + ".weight", TensorType.F32, in, out).tensor(name + ".bias", TensorType.F32, out);
    }

    private GgufBuilder norm(String name) {
        return ones(name + ".weight", WIDTH).tensor(name + ".bias", TensorType.F32, WIDTH);
    }

    /** Returns how byte-level vocabularies write a byte: a printable one as itself, the others from U+0100 on. */
    private static String byteLevel(int b) {
        IntStream unprintable = IntStream.range(0, b).filter(other -> !isPrintable(other));
        return Character.toString(isPrintable(b) ? b : 256 + (int) unprintable.count());
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    }
}
