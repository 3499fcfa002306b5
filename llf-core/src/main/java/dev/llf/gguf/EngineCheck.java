package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the bundled llama.cpp can run a model.
 *
 * <p>It reports every failure with the same words and ends the process on some; this check says which key is at fault
 * before it sees the file. Files that it only warns about pass.
 */
final class EngineCheck {

    private static final List<String> PHI3_TOKENS = List.of("<unk>", "<s>", "</s>", "<|endoftext|>");
    private static final Set<TensorType> NORM_TYPES = Set.of(TensorType.F32, TensorType.F16);

    private final GgufFile file;
    private final ModelShape shape;
    private final GgufMetadata metadata;
    private final Map<String, GgufHeader.Row> tensors;

    EngineCheck(GgufFile file, ModelShape shape, Map<String, GgufHeader.Row> tensors) {
        this.file = file;
        this.shape = shape;
        this.metadata = file.metadata();
        this.tensors = tensors;
    }

    void run() {
        checkArchitecture();
        checkTexts();
        checkShape();
        checkExperts();
        checkRope();
        checkTokenizer();
        checkTensorTypes();
        checkHeads();
        if (shape.architecture().equals("llama")) {
            checkLlama();
        }
    }

    private void checkArchitecture() {
        metadata.string("general.type").filter(type -> !type.equals("model")).ifPresent(type -> {
            throw metadata.refusal("general.type",
                    "the file holds a '%s', expected a model of its own".formatted(type));
        });
        String architecture = shape.architecture();
        if (!BundledEngine.ARCHITECTURES.contains(architecture)) {
            throw metadata.refusal("general.architecture",
                    ("architecture '%s' needs another llama.cpp than the bundled %s. Run it through a llama-server "
                            + "or use a model of a known architecture: %s.")
                            .formatted(architecture, BundledEngine.RELEASE, sorted(BundledEngine.ARCHITECTURES)));
        }
    }

    private static String sorted(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    /** Keys of which llama.cpp needs only the type. */
    private void checkTexts() {
        file.name();
        file.chatTemplate();
        metadata.uint32("general.file_type");
        metadata.uint32("tokenizer.ggml.token_type_count");
    }

    private void checkShape() {
        positive("context_length");
        positive("embedding_length");
        int layers = positive("block_count");
        if (layers > ModelShape.MAX_LAYERS) {
            throw refusal("block_count", layers, "at most " + ModelShape.MAX_LAYERS);
        }
        for (String suffix : List.of("feed_forward_length", "attention.head_count", "attention.head_count_kv")) {
            perLayer(suffix);
        }
        shape.headLength("attention.key_length");
        shape.headLength("attention.value_length");
        for (String suffix : List.of("attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon",
                "rope.freq_base", "rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor",
                "attention.max_alibi_bias", "attention.clamp_kqv", "logit_scale", "attn_logit_softcapping",
                "final_logit_softcapping")) {
            metadata.float32(shape.key(suffix));
        }
        metadata.bool(shape.key("attention.causal"));
        if (BundledEngine.RMS_NORM.contains(shape.architecture())) {
            demand("attention.layer_norm_rms_epsilon", "a number of type f32");
        }
        if (BundledEngine.LAYER_NORM.contains(shape.architecture())) {
            demand("attention.layer_norm_epsilon", "a number of type f32");
        }
        if (BundledEngine.ENCODERS.contains(shape.architecture())) {
            demand("attention.causal", "a value of type bool");
        }
    }

    private int positive(String suffix) {
        int value = shape.required(suffix);
        if (value < 1) {
            throw refusal(suffix, value, "at least 1");
        }
        return value;
    }

    /** An array of another type than i32 ends the process or fails the load. */
    private void perLayer(String suffix) {
        String key = shape.key(suffix);
        if (metadata.value(key) instanceof GgufValue.Numbers numbers && numbers.elementType() != ValueType.I32) {
            throw metadata.wrongType(key, numbers, "u32 or arr[i32]");
        }
        for (int layer = 0; layer < file.blockCount(); layer++) {
            shape.perLayer(suffix, layer, 0);
        }
    }

    private void demand(String suffix, String expected) {
        if (!metadata.contains(shape.key(suffix))) {
            throw shape.missing(shape.key(suffix), expected);
        }
    }

    private void checkExperts() {
        long experts = shape.optional("expert_count", 0);
        long used = shape.optional("expert_used_count", 0);
        if (experts > BundledEngine.MAX_EXPERTS) {
            throw refusal("expert_count", experts, "at most " + BundledEngine.MAX_EXPERTS);
        }
        if (used > experts || (experts > 0 && used == 0)) {
            throw refusal("expert_used_count", used, experts == 0 ? "0" : "1 to " + experts);
        }
    }

    private void checkRope() {
        String key = shape.key("rope.scaling.type");
        metadata.string(key).filter(type -> !BundledEngine.ROPE_SCALINGS.contains(type)).ifPresent(type -> {
            throw metadata.refusal(key,
                    "key '%s' is '%s', expected one of %s".formatted(key, type, sorted(BundledEngine.ROPE_SCALINGS)));
        });
        String sections = shape.key("rope.dimension_sections");
        GgufValue.Numbers numbers = metadata.numbers(sections, ValueType.I32);
        if (numbers != null && numbers.size() != 4) {
            throw refusal("rope.dimension_sections", numbers.size(), "4 elements");
        }
        shape.optional("rope.dimension_count", 0);
    }

    private void checkTokenizer() {
        String model = metadata.string(GgufVocabulary.MODEL_KEY)
                .orElseThrow(() -> shape.missing(GgufVocabulary.MODEL_KEY, "the family of the tokenizer"));
        TokenizerKind kind = TokenizerKind.of(model);
        if (kind == TokenizerKind.OTHER) {
            throw metadata.refusal(GgufVocabulary.MODEL_KEY,
                    "tokenizer '%s' needs another llama.cpp than the bundled %s, expected llama, gpt2, bert, t5 or rwkv"
                            .formatted(model, BundledEngine.RELEASE));
        }
        if (kind == TokenizerKind.NONE) {
            return;
        }
        GgufVocabulary vocabulary = file.vocabulary().filter(found -> found.size() > 0)
                .orElseThrow(() -> shape.missing(GgufVocabulary.TOKENS_KEY, "the texts of the tokens"));
        checkIds(vocabulary);
        checkPhi3(vocabulary);
        switch (kind) {
            case BPE -> checkBytePairs(vocabulary);
            case SPM -> checkByteTokens(vocabulary);
            case UGM -> checkCharacterMap();
            default -> {
            }
        }
    }

    /** llama.cpp looks up its defaults for BOS, EOS and the others in the vocabulary, however small that is. */
    private void checkIds(GgufVocabulary vocabulary) {
        for (SpecialToken role : SpecialToken.values()) {
            if (vocabulary.rawId(role) >= vocabulary.size()) {
                throw metadata.refusal(role.key(),
                        "key '%s' has no token of the vocabulary, and the default %d is none of its %d tokens"
                                .formatted(role.key(), vocabulary.rawId(role), vocabulary.size()));
            }
        }
    }

    private void checkBytePairs(GgufVocabulary vocabulary) {
        String merges = "tokenizer.ggml.merges";
        if (metadata.texts(merges) == null) {
            throw shape.missing(merges, "an array of str");
        }
        metadata.string(GgufVocabulary.PRE_KEY)
                .filter(pre -> !pre.isEmpty() && !BundledEngine.PRE_TOKENIZERS.contains(pre))
                .ifPresent(pre -> {
                    throw metadata.refusal(GgufVocabulary.PRE_KEY,
                            ("pre-tokenizer '%s' needs another llama.cpp than the bundled %s. Run the model through a "
                                    + "llama-server or use one with a known pre-tokenizer: %s.")
                                    .formatted(pre, BundledEngine.RELEASE, sorted(BundledEngine.PRE_TOKENIZERS)));
                });
        if (BundledEngine.PRE_TOKENIZERS_WITH_MASK.contains(vocabulary.preTokenizer().orElse(""))) {
            require(vocabulary, "<mask>", "pre-tokenizer '%s'".formatted(vocabulary.preTokenizer().orElse("")));
        }
    }

    private void require(GgufVocabulary vocabulary, String token, String reason) {
        if (vocabulary.find(token).isEmpty()) {
            throw metadata.refusal(GgufVocabulary.TOKENS_KEY,
                    "the vocabulary lacks the token '%s', expected with %s".formatted(token, reason));
        }
    }

    /** llama.cpp knows this family by its name and looks up its tokens. */
    private void checkPhi3(GgufVocabulary vocabulary) {
        String name = metadata.string("general.name").orElse("").toLowerCase(Locale.ROOT);
        if (name.contains("phi-3") || name.contains("phi3")) {
            PHI3_TOKENS.forEach(token -> require(vocabulary, token, "a model named '%s'".formatted(name)));
        }
    }

    /** Splitting a character without a token of its own needs the tokens of its bytes; llama.cpp dies without. */
    private void checkByteTokens(GgufVocabulary vocabulary) {
        for (int b = 0; b < 256; b++) {
            String text = "<0x%02X>".formatted(b);
            if (vocabulary.find(text).isEmpty() && (b >= 128 || vocabulary.find(Character.toString(b)).isEmpty())) {
                throw metadata.refusal(GgufVocabulary.TOKENS_KEY,
                        "the vocabulary lacks the token '%s', expected one for each of the 256 bytes".formatted(text));
            }
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.type(id) == TokenType.BYTE && !vocabulary.text(id).matches("<0x[0-9A-Fa-f]{2}>")) {
                throw metadata.refusal(GgufVocabulary.TYPES_KEY,
                        "token %d is of type byte but called '%s', expected for example '<0x0A>'".formatted(id,
                                vocabulary.text(id)));
            }
        }
    }

    private void checkCharacterMap() {
        String key = "tokenizer.ggml.precompiled_charsmap";
        GgufValue value = metadata.value(key);
        if (value == null) {
            return;
        }
        if (!(value instanceof GgufValue.Numbers numbers)
                || (numbers.elementType() != ValueType.U8 && numbers.elementType() != ValueType.I8)) {
            throw metadata.wrongType(key, value, "arr[u8]");
        }
        long trie = numbers.size() < 4 ? Long.MAX_VALUE : numbers.bytes().getInt(0) & 0xffff_ffffL;
        if (numbers.size() > 0 && trie > numbers.size() - 4) {
            throw metadata.refusal(key,
                    "key '%s' has %d bytes, expected as many as its first number says".formatted(key,
                            numbers.size()));
        }
    }

    /** With weights of other types the model loads, and the process ends at the first token. */
    private void checkTensorTypes() {
        for (GgufHeader.Row row : tensors.values()) {
            GgufTensor tensor = row.tensor();
            if (!tensor.type().isWeightType()) {
                throw refusal(row, "is of type %s, expected one that the bundled llama.cpp %s computes with".formatted(
                        tensor.type(), BundledEngine.RELEASE));
            }
            if (tensor.name().endsWith(".bias") && tensor.type() != TensorType.F32) {
                throw refusal(row, "is of type %s, expected F32 for a bias".formatted(tensor.type()));
            }
            if (tensor.name().endsWith("_norm.weight") && !NORM_TYPES.contains(tensor.type())) {
                throw refusal(row, "is of type %s, expected F32 or F16 for a norm".formatted(tensor.type()));
            }
        }
    }

    private void checkHeads() {
        String pooling = shape.key("pooling_type");
        long type = metadata.uint32(pooling).orElse(0);
        if (type >= PoolingType.values().length) {
            throw refusal("pooling_type", type, "0 to 4");
        }
        if (file.poolingType().equals(Optional.of(PoolingType.RANK)) && !file.hasClassifierHead()) {
            throw metadata.refusal(pooling,
                    "the model is marked as a reranker but has no classifier head, "
                            + "expected the tensors cls.weight and cls.bias");
        }
    }

    private void checkLlama() {
        int width = file.embeddingLength();
        long tokens = file.vocabulary().map(GgufVocabulary::size).orElse(0);
        tokens = tokens == 0 ? shape.optional("vocab_size", 0) : tokens;
        long key = file.keyLength();
        long rope = shape.optional("rope.dimension_count", key);
        if (rope != key) {
            throw refusal("rope.dimension_count", rope, "the length of a key, " + key);
        }
        tensor("token_embd.weight", width, tokens);
        tensor("output_norm.weight", width);
        if (tensors.containsKey("output.weight")) {
            tensor("output.weight", width, tokens);
        }
        for (int layer = 0; layer < file.blockCount(); layer++) {
            checkLayer(layer, width, key, file.valueLength());
        }
    }

    private void checkLayer(int layer, long width, long key, long value) {
        String block = "blk.%d.".formatted(layer);
        long heads = file.headCount(layer);
        long kvHeads = file.headCountKv(layer);
        if (heads == 0 || kvHeads == 0 || heads % kvHeads != 0) {
            throw metadata.refusal(shape.key("attention.head_count"),
                    "layer %d has %d heads over %d with keys and values, expected a multiple".formatted(layer, heads,
                            kvHeads));
        }
        tensor(block + "attn_norm.weight", width);
        tensor(block + "attn_q.weight", width, key * heads);
        tensor(block + "attn_k.weight", width, key * kvHeads);
        tensor(block + "attn_v.weight", width, value * kvHeads);
        tensor(block + "attn_output.weight", key * heads, width);
        tensor(block + "ffn_norm.weight", width);
        if (shape.optional("expert_count", 0) == 0) {
            long feedForward = shape.perLayer("feed_forward_length", layer, 0);
            tensor(block + "ffn_gate.weight", width, feedForward);
            tensor(block + "ffn_up.weight", width, feedForward);
            tensor(block + "ffn_down.weight", feedForward, width);
        }
    }

    private void tensor(String name, long... dimensions) {
        List<Long> expected = LongStream.of(dimensions).boxed().toList();
        GgufHeader.@Nullable Row row = tensors.get(name);
        if (row == null) {
            throw new ModelFileException(file.file(), -1,
                    "tensor '%s' is missing, expected with the shape %s".formatted(name, expected));
        }
        if (!row.tensor().shape().equals(expected)) {
            throw refusal(row, "has the shape %s, expected %s".formatted(row.tensor().shape(), expected));
        }
    }

    private ModelFileException refusal(GgufHeader.Row row, String message) {
        return new ModelFileException(file.parts().get(row.tensor().part()), row.infoOffset(),
                "tensor '%s' %s".formatted(row.tensor().name(), message));
    }

    private ModelFileException refusal(String suffix, long found, String expected) {
        String key = shape.key(suffix);
        return metadata.refusal(key, "key '%s' is %d, expected %s".formatted(key, found, expected));
    }
}
