package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The toy models have been loaded by llama.cpp b4916; what is refused here, it refuses or dies of. */
class EngineCheckTest {

    @TempDir Path directory;

    @Test
    void runsTheTinyModel() {
        assertThatCode(() -> GgufFile.read(RawFile.tiny()).checkRunnable()).doesNotThrowAnyException();
    }

    @Test
    void runsToyModels() {
        runs(GgufBuilder.toyLlamaBpe());
        runs(GgufBuilder.toyLlamaSpm());
        runs(GgufBuilder.toyReranker());
        runs(GgufBuilder.toyLlamaBpe().string("tokenizer.ggml.pre", ""));
        runs(GgufBuilder.toyLlamaBpe().without("tokenizer.ggml.pre"));
    }

    @ParameterizedTest
    @EnumSource(value = PoolingType.class, mode = EnumSource.Mode.EXCLUDE, names = "RANK")
    void runsToyEncoders(PoolingType pooling) {
        runs(GgufBuilder.toyBert(pooling));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen3", "qwen3moe", "llama4", "gpt-oss", "gemma3n", "smollm3", "clip", "gptj", "glm4"})
    void saysThatAnArchitectureNeedsAnotherEngine(String architecture) {
        refused(GgufBuilder.toyLlamaBpe().string("general.architecture", architecture), "general.architecture",
                ("architecture '%s' needs another llama.cpp than the bundled b4916. Run it through a llama-server "
                        + "or use a model of a known architecture: arctic, ")
                        .formatted(architecture));
    }

    @ParameterizedTest
    @ValueSource(strings = {"superbpe", "llama4", "glm4", "bailingmoe"})
    void refusesUnknownPreTokenizers(String pre) {
        refused(GgufBuilder.toyLlamaBpe().string("tokenizer.ggml.pre", pre), "tokenizer.ggml.pre",
                "pre-tokenizer '%s' needs another llama.cpp than the bundled b4916".formatted(pre));
    }

    @Test
    void refusesUnknownTokenizers() {
        refused(GgufBuilder.toyLlamaBpe().string("tokenizer.ggml.model", "plamo2"), "tokenizer.ggml.model",
                "tokenizer 'plamo2' needs another llama.cpp than the bundled b4916, expected llama, gpt2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"general.architecture", "llama.context_length", "llama.embedding_length",
        "llama.block_count", "llama.attention.layer_norm_rms_epsilon", "tokenizer.ggml.model",
        "tokenizer.ggml.tokens", "tokenizer.ggml.merges"})
    void refusesAModelWithoutANeededKey(String key) {
        refused(GgufBuilder.toyLlamaBpe().without(key), "none", "key '%s' is missing".formatted(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama.context_length", "llama.embedding_length", "llama.block_count",
        "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.head_count_kv",
        "llama.rope.dimension_count", "tokenizer.ggml.bos_token_id", "tokenizer.ggml.fim_pad_token_id",
        "general.file_type"})
    void refusesNumbersOfTheWrongType(String key) {
        refused(GgufBuilder.toyLlamaBpe().u64(key, 2), key, "key '%s' has type u64, expected u32".formatted(key));
    }

    @ParameterizedTest
    @CsvSource({"llama.attention.layer_norm_rms_epsilon,f32", "llama.rope.freq_base,f32",
        "tokenizer.ggml.add_bos_token,bool", "llama.attention.causal,bool", "general.name,str",
        "tokenizer.chat_template,str", "tokenizer.ggml.tokens,arr[str]", "tokenizer.ggml.merges,arr[str]",
        "tokenizer.ggml.token_type,arr[i32]", "tokenizer.ggml.scores,arr[f32]"})
    void refusesOtherValuesOfTheWrongType(String key, String expected) {
        refused(GgufBuilder.toyLlamaBpe().u8(key, 1), key,
                "key '%s' has type u8, expected %s".formatted(key, expected));
    }

    @Test
    void refusesPerLayerValuesThatTheEngineDiesOf() {
        String key = "llama.attention.head_count_kv";

        refused(GgufBuilder.toyLlamaBpe().f32s(key, 1, 1), key, "key '%s' has type arr[f32], expected u32 or arr[i32]"
                .formatted(key));
        refused(GgufBuilder.toyLlamaBpe().i32s(key, 1), key,
                "key '%s' has 1 elements, expected one for each of the 2 layers".formatted(key));
        refused(GgufBuilder.toyLlamaBpe().i32s(key, 1, -1), key, "is -1, expected at most");
    }

    @Test
    void refusesNumbersOutOfRange() {
        refused(GgufBuilder.toyLlamaBpe().u32("llama.context_length", 0), "llama.context_length",
                "is 0, expected at least 1");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.block_count", 513), "llama.block_count",
                "is 513, expected at most 512");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.context_length", -1), "llama.context_length",
                "is 4294967295, expected at most 2147483647");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.expert_count", 257), "llama.expert_count",
                "is 257, expected at most 256");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.expert_used_count", 2), "llama.expert_used_count",
                "is 2, expected 0");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.expert_count", 4), "none",
                "key 'llama.expert_used_count' is 0, expected 1 to 4");
        refused(GgufBuilder.toyBert(PoolingType.MEAN).u32("bert.pooling_type", 5), "bert.pooling_type",
                "is 5, expected 0 to 4");
        refused(GgufBuilder.toyLlamaBpe().u32("llama.rope.dimension_count", 8), "llama.rope.dimension_count",
                "is 8, expected the length of a key, 16");
        refused(GgufBuilder.toyLlamaBpe().string("llama.rope.scaling.type", "su"), "llama.rope.scaling.type",
                "is 'su', expected one of linear, longrope, none, yarn");
    }

    @Test
    void refusesASentencePieceVocabularyWithoutAByte() {
        List<String> tokens = List.of("<unk>", "<s>", "</s>", "a");

        refused(GgufBuilder.toyLlamaSpm().without("tokenizer.ggml.scores").without("tokenizer.ggml.token_type")
                .strings("tokenizer.ggml.tokens", tokens), "tokenizer.ggml.tokens",
                "the vocabulary lacks the token '<0x00>', expected one for each of the 256 bytes");
    }

    @Test
    void refusesAVocabularyTooSmallForTheDefaultIds() {
        refused(GgufBuilder.toyLlamaBpe().strings("tokenizer.ggml.tokens", List.of("a", "b"))
                .without("tokenizer.ggml.token_type"), "tokenizer.ggml.bos_token_id",
                "the default 11 is none of its 2 tokens");
    }

    @Test
    void refusesAMissingMaskToken() {
        refused(GgufBuilder.toyLlamaBpe().string("tokenizer.ggml.pre", "jina-v2-de"), "tokenizer.ggml.tokens",
                "the vocabulary lacks the token '<mask>', expected with pre-tokenizer 'jina-v2-de'");
    }

    @Test
    void refusesAPhi3WithoutTheTokensOfItsFamily() {
        refused(GgufBuilder.toyLlamaSpm().string("general.name", "My Phi-3 mini"), "tokenizer.ggml.tokens",
                "the vocabulary lacks the token '<|endoftext|>', expected with a model named 'my phi-3 mini'");
    }

    @Test
    void refusesAMissingTensor() {
        refused(GgufBuilder.toyLlamaBpe().withoutTensor("blk.1.ffn_down.weight"), "none",
                "tensor 'blk.1.ffn_down.weight' is missing, expected with the shape [64, 32]");
        runs(GgufBuilder.toyLlamaBpe().withoutTensor("output.weight"));
    }

    @Test
    void refusesATensorOfAnotherShape() {
        refusedAtTensor(GgufBuilder.toyLlamaBpe().tensor("blk.0.attn_k.weight", TensorType.F32, 32, 32),
                "tensor 'blk.0.attn_k.weight' has the shape [32, 32], expected [32, 16]");
        refusedAtTensor(GgufBuilder.toyLlamaBpe().tensor("token_embd.weight", TensorType.F32, 32, 100),
                "tensor 'token_embd.weight' has the shape [32, 100], expected [32, 264]");
    }

    @Test
    void refusesTensorsThatTheEngineCannotComputeWith() {
        refusedAtTensor(GgufBuilder.toyLlamaBpe().tensor("blk.0.attn_q.weight", 24, new byte[1024], 32, 32),
                "tensor 'blk.0.attn_q.weight' is of type I8, expected one that the bundled llama.cpp b4916 computes with");
        refusedAtTensor(GgufBuilder.toyLlamaBpe().tensor("output_norm.weight", TensorType.Q8_0, 32),
                "tensor 'output_norm.weight' is of type Q8_0, expected F32 or F16 for a norm");
        refusedAtTensor(GgufBuilder.toyBert(PoolingType.MEAN).tensor("blk.0.attn_q.bias", TensorType.F16, 32),
                "tensor 'blk.0.attn_q.bias' is of type F16, expected F32 for a bias");
        runs(GgufBuilder.toyLlamaBpe().tensor("output_norm.weight", TensorType.F16, 32));
    }

    @Test
    void refusesARerankerWithoutItsHead() {
        refused(GgufBuilder.toyBert(PoolingType.RANK), "bert.pooling_type",
                "the model is marked as a reranker but has no classifier head");
    }

    @Test
    void refusesAnAdapter() {
        refused(GgufBuilder.toyLlamaBpe().string("general.type", "adapter"), "general.type",
                "the file holds a 'adapter', expected a model of its own");
    }

    private void runs(GgufBuilder builder) {
        assertThatCode(() -> read(builder).checkRunnable()).doesNotThrowAnyException();
    }

    /** Expects a refusal at the place of a key, or without a place if there is no such key. */
    private void refused(GgufBuilder builder, String key, String message) {
        GgufFile file = read(builder);
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(file::checkRunnable)
                .withMessageContaining(message)
                .satisfies(refusal -> assertThat(refusal.offset()).isEqualTo(file.metadata().offset(key)));
    }

    private void refusedAtTensor(GgufBuilder builder, String message) {
        GgufFile file = read(builder);
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(file::checkRunnable)
                .withMessageContaining(message).satisfies(refusal -> assertThat(refusal.offset()).isPositive());
    }

    private GgufFile read(GgufBuilder builder) {
        return GgufFile.read(builder.write(directory.resolve("model.gguf")));
    }
}
