package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

class GgufFileTest {

    @TempDir Path directory;

    @Test
    void readsTheTinyModel() {
        GgufFile tiny = GgufFile.read(RawFile.tiny());

        assertThat(tiny.version()).isEqualTo(3);
        assertThat(tiny.parts()).containsExactly(RawFile.tiny());
        assertThat(tiny.byteSize()).isEqualTo(RawFile.tiny().toFile().length());
        assertThat(tiny.architecture()).isEqualTo("llama");
        assertThat(tiny.name()).isEqualTo("LLF Tiny");
        assertThat(tiny.quantisation()).isEqualTo("Q8_0");
        assertThat(tiny.blockCount()).isEqualTo(6);
        assertThat(tiny.embeddingLength()).isEqualTo(192);
        assertThat(tiny.contextLength()).isEqualTo(1024);
        assertThat(tiny.headCount(5)).isEqualTo(3);
        assertThat(tiny.headCountKv(5)).isEqualTo(1);
        assertThat(tiny.keyLength()).isEqualTo(64);
        assertThat(tiny.valueLength()).isEqualTo(64);
        assertThat(tiny.causal()).isTrue();
        assertThat(tiny.poolingType()).isEmpty();
        assertThat(tiny.hasClassifierHead()).isFalse();
        assertThat(tiny.chatTemplate()).hasValueSatisfying(text -> assertThat(text).contains("<|im_start|>assistant"));
        assertThat(tiny.namedChatTemplates()).isEmpty();
    }

    /** 3072*192 + 6*(2*192 + 2*192*192 + 2*64*192 + 3*512*192) + 192 values, matrices in Q8_0 and norms in F32. */
    @Test
    void countsTheParametersOfTheTinyModel() {
        GgufFile tiny = GgufFile.read(RawFile.tiny());

        assertThat(tiny.tensors()).hasSize(1 + 6 * 9 + 1);
        assertThat(tiny.parameterCount()).isEqualTo(2_951_616);
        assertThat(tiny.weightBytes()).isEqualTo(2_949_120 / 32 * 34 + 2_496 * 4);
    }

    @Test
    void tellsWhereATensorLies() {
        GgufFile tiny = GgufFile.read(RawFile.tiny());
        GgufTensor first = tiny.tensors().getFirst();

        assertThat(tiny.tensor("token_embd.weight")).hasValue(first);
        assertThat(first.shape()).containsExactly(192L, 3072L);
        assertThat(first.type()).isEqualTo(TensorType.Q8_0);
        assertThat(first.elementCount()).isEqualTo(192 * 3072);
        assertThat(first.byteSize()).isEqualTo(192 * 3072 / 32 * 34);
        assertThat(first.part()).isZero();
        assertThat(first.offset() % 32).isZero();
        GgufTensor last = tiny.tensors().getLast();
        assertThat(last.offset() + last.byteSize()).isEqualTo(tiny.byteSize());
        assertThat(tiny.tensor("output.weight")).isEmpty();
    }

    @Test
    void readsEveryTypeOfValue() {
        GgufMetadata metadata = everyType().metadata();

        assertThat(metadata.keys()).startsWith("a.u8", "a.i8", "a.u16").endsWith("a.f32s");
        assertThat(metadata.integer("a.u8")).hasValue(200);
        assertThat(metadata.integer("a.i8")).hasValue(-2);
        assertThat(metadata.uint16("a.u16")).isEqualTo(OptionalInt.of(60_000));
        assertThat(metadata.integer("a.i16")).hasValue(-3);
        assertThat(metadata.uint32("a.u32")).isEqualTo(OptionalLong.of(4_000_000_000L));
        assertThat(metadata.int32("a.i32")).isEqualTo(OptionalInt.of(-4));
        assertThat(metadata.integer("a.u64")).hasValue(1L << 40);
        assertThat(metadata.integer("a.i64")).hasValue(-(1L << 40));
        assertThat(metadata.float32("a.f32")).isEqualTo(OptionalDouble.of(0.5));
        assertThat(metadata.number("a.f64")).hasValue(0.1);
        assertThat(metadata.number("a.u8")).hasValue(200);
        assertThat(metadata.bool("a.bool")).contains(true);
        assertThat(metadata.string("a.str")).contains("h\u00e9 \ud83d\ude00");
        assertThat(metadata.strings("a.strs")).containsExactly("", "x", "\u2581y");
        assertThat(metadata.integers("a.i32s")).containsExactly(1, -1);
        assertThat(metadata.floats("a.f32s")).containsExactly(1.5f, -2);
    }

    @Test
    void showsValuesOfEveryTypeToAPerson() {
        GgufMetadata metadata = everyType().metadata();

        assertThat(metadata.display("a.u64")).contains("1099511627776");
        assertThat(metadata.display("a.f32")).contains("0.5");
        assertThat(metadata.display("a.bool")).contains("true");
        assertThat(metadata.display("a.strs")).contains("3 texts");
        assertThat(metadata.display("a.i32s")).contains("2 numbers");
        assertThat(metadata.display("b")).isEmpty();
        assertThat(metadata.typeName("a.strs")).contains("arr[str]");
        assertThat(metadata.typeName("a.u16")).contains("u16");
        assertThat(metadata.contains("a.u8")).isTrue();
        assertThat(metadata.contains("b")).isFalse();
        assertThat(metadata).hasToString("16 keys");
    }

    @Test
    void givesNothingForAMissingKey() {
        GgufMetadata metadata = everyType().metadata();

        assertThat(metadata.string("b")).isEmpty();
        assertThat(metadata.uint16("b")).isEmpty();
        assertThat(metadata.uint32("b")).isEmpty();
        assertThat(metadata.int32("b")).isEmpty();
        assertThat(metadata.integer("b")).isEmpty();
        assertThat(metadata.float32("b")).isEmpty();
        assertThat(metadata.number("b")).isEmpty();
        assertThat(metadata.bool("b")).isEmpty();
        assertThat(metadata.strings("b")).isEmpty();
        assertThat(metadata.integers("b")).isEmpty();
        assertThat(metadata.floats("b")).isEmpty();
        assertThat(metadata.offset("b")).isEqualTo(-1);
    }

    @Test
    void refusesToReadAValueAsAnotherType() {
        GgufMetadata metadata = everyType().metadata();

        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.uint32("a.u64"))
                .withMessageContaining("key 'a.u64' has type u64, expected u32")
                .satisfies(refusal -> assertThat(refusal.offset()).isEqualTo(metadata.offset("a.u64")).isPositive());
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.float32("a.f64"))
                .withMessageContaining("has type f64, expected f32");
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.bool("a.u8"))
                .withMessageContaining("has type u8, expected bool");
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.strings("a.i32s"))
                .withMessageContaining("has type arr[i32], expected arr[str]");
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.string("a.strs"))
                .withMessageContaining("has type arr[str], expected str");
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> metadata.integer("a.str"))
                .withMessageContaining("has type str, expected an integer");
    }

    private GgufFile everyType() {
        return read(new GgufBuilder().u8("a.u8", 200).i8("a.i8", -2).u16("a.u16", 60_000).i16("a.i16", -3)
                .u32("a.u32", 4_000_000_000L).i32("a.i32", -4).u64("a.u64", 1L << 40).i64("a.i64", -(1L << 40))
                .f32("a.f32", 0.5).f64("a.f64", 0.1).bool("a.bool", true).string("a.str", "h\u00e9 \ud83d\ude00")
                .strings("a.strs", List.of("", "x", "\u2581y")).strings("a.none", List.of()).i32s("a.i32s", 1, -1)
                .f32s("a.f32s", 1.5f, -2));
    }

    @Test
    void readsAFileWithoutKeysAndTensors() {
        GgufFile empty = read(new GgufBuilder());

        assertThat(empty.tensors()).isEmpty();
        assertThat(empty.parameterCount()).isZero();
        assertThat(empty.quantisation()).isEqualTo("none");
        assertThat(empty.vocabulary()).isEmpty();
        assertThat(empty.name()).isEqualTo("model");
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(empty::architecture)
                .withMessageContaining("key 'general.architecture' is missing");
    }

    @Test
    void readsVersionTwoAndOtherAlignments() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().version(2).alignment(64));

        assertThat(file.version()).isEqualTo(2);
        assertThat(file.tensors()).allSatisfy(tensor -> assertThat(tensor.offset() % 64).isZero());
        file.checkRunnable();
    }

    @Test
    void readsAModelThatTheEngineDoesNotKnow() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().string("general.architecture", "qwen3")
                .u32("qwen3.context_length", 40_960).tensor("blk.0.ffn_up_exps.weight", 39, new byte[17], 32));

        assertThat(file.architecture()).isEqualTo("qwen3");
        assertThat(file.contextLength()).isEqualTo(40_960);
        assertThat(file.tensors().getLast().type()).isEqualTo(TensorType.MXFP4);
    }

    @Test
    void namesTheQuantisationByTheLargestTypeIfTheFileDoesNot() {
        assertThat(read(GgufBuilder.toyLlamaBpe().u32("general.file_type", 15)).quantisation())
                .isEqualTo("Q4_K - Medium");
        assertThat(read(GgufBuilder.toyLlamaBpe().without("general.file_type")).quantisation()).isEqualTo("F32");
        assertThat(read(GgufBuilder.toyLlamaBpe().u32("general.file_type", 999)).quantisation()).isEqualTo("F32");
    }

    @Test
    void findsChatTemplatesForSpecialPurposes() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().string("tokenizer.chat_template.tool_use", "{{ tools }}")
                .strings("tokenizer.chat_templates", List.of("tool_use")));

        assertThat(file.namedChatTemplates()).containsExactly(entry("tool_use", "{{ tools }}"));
        assertThat(file.chatTemplate()).contains(GgufBuilder.CHAT_TEMPLATE);
    }

    @Test
    void readsRecommendedSampling() {
        GgufFile file = read(new GgufBuilder().f32("general.sampling.temp", 0.5).i32("general.sampling.top_k", 20)
                .f32("general.sampling.top_p", 0.25).string("general.sampling.sequence", "top_k;temperature"));
        RecommendedSampling sampling = file.recommendedSampling();

        assertThat(sampling.temperature()).hasValue(0.5);
        assertThat(sampling.topK()).hasValue(20);
        assertThat(sampling.topP()).hasValue(0.25);
        assertThat(sampling.sequence()).contains("top_k;temperature");
        assertThat(sampling.minP()).isEmpty();
        assertThat(sampling.mirostat()).isEmpty();
    }

    @Test
    void readsHeadsThatDifferFromLayerToLayer() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().i32s("llama.attention.head_count", 2, 4)
                .i32s("llama.attention.head_count_kv", 1, 2));

        assertThat(file.headCount(1)).isEqualTo(4);
        assertThat(file.headCountKv(1)).isEqualTo(2);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.headCount(2));
    }

    @Test
    void takesHeadsWithKeysAndValuesToBeAllHeadsUnlessTheFileSaysOtherwise() {
        assertThat(read(GgufBuilder.toyLlamaBpe().without("llama.attention.head_count_kv")).headCountKv(0))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(PoolingType.class)
    void readsThePoolingOfAnEncoder(PoolingType pooling) {
        GgufFile file = read(GgufBuilder.toyBert(pooling));

        assertThat(file.poolingType()).contains(pooling);
        assertThat(file.causal()).isFalse();
        assertThat(file.hasClassifierHead()).isFalse();
    }

    @Test
    void seesTheClassifierHeadOfAReranker() {
        assertThat(read(GgufBuilder.toyReranker()).hasClassifierHead()).isTrue();
        assertThat(read(GgufBuilder.toyReranker().withoutTensor("cls.output.bias")).hasClassifierHead()).isFalse();
    }

    private GgufFile read(GgufBuilder builder) {
        return GgufFile.read(builder.write(directory.resolve("model.gguf")));
    }
}
