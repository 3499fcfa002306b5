package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Numbers worked out by hand from the shapes. */
class MemoryEstimateTest {

    @TempDir Path directory;

    /** 1024 tokens * 6 layers * 1 head * (64 + 64) numbers * 2 bytes; scores of 3 heads are the largest result. */
    @Test
    void addsUpTheTinyModel() {
        MemoryEstimate estimate = GgufFile.read(RawFile.tiny()).estimateMemory(1024, 1, KvType.F16, KvType.F16);

        assertThat(estimate.weightBytes()).isEqualTo(3_143_424);
        assertThat(estimate.kvCacheBytes()).isEqualTo(1024 * 6 * 128 * 2);
        assertThat(estimate.computeBytes()).isEqualTo(4 * 512 * (1024 + 3 * 1024 + 8 * 192));
        assertThat(estimate.totalBytes()).isEqualTo(3_143_424 + 1_572_864 + 11_534_336);
    }

    @ParameterizedTest
    @CsvSource({"F32,512", "F16,256", "BF16,256", "Q8_0,136", "Q4_0,72", "Q4_1,80", "Q5_0,88", "Q5_1,96", "IQ4_NL,72"})
    void knowsTheSizeOfEveryCacheType(KvType type, long bytesForATokenAndLayer) {
        MemoryEstimate estimate = GgufFile.read(RawFile.tiny()).estimateMemory(1024, 1, type, type);

        assertThat(estimate.kvCacheBytes()).isEqualTo(1024 * 6 * bytesForATokenAndLayer);
    }

    @Test
    void multipliesByTheConversationsAndRoundsUp() {
        GgufFile tiny = GgufFile.read(RawFile.tiny());

        assertThat(tiny.estimateMemory(1024, 4, KvType.F16, KvType.F16).kvCacheBytes()).isEqualTo(4 * 1_572_864);
        assertThat(tiny.estimateMemory(1, 1, KvType.F16, KvType.F16).kvCacheBytes()).isEqualTo(1_572_864 / 4);
        assertThat(tiny.estimateMemory(257, 1, KvType.F16, KvType.F16).kvCacheBytes()).isEqualTo(1_572_864 / 2);
    }

    @Test
    void addsUpHeadsThatDifferFromLayerToLayer() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().i32s("llama.attention.head_count_kv", 1, 2));

        assertThat(file.estimateMemory(256, 1, KvType.F16, KvType.F16).kvCacheBytes())
                .isEqualTo(256 * 3 * (16 + 16) * 2);
    }

    @Test
    void usesTheGivenLengthsOfKeysAndValues() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().u32("llama.attention.key_length", 24)
                .u32("llama.attention.value_length", 8));

        assertThat(file.estimateMemory(256, 1, KvType.F32, KvType.F16).kvCacheBytes())
                .isEqualTo(256 * 2 * (24 * 4 + 8 * 2));
    }

    /** One state of (conv_kernel - 1 + state_size) * inner_size numbers for each layer, however long the context. */
    @Test
    void countsTheStateOfARecurrentModel() {
        GgufBuilder mamba = new GgufBuilder().string("general.architecture", "mamba").u32("mamba.block_count", 2)
                .u32("mamba.embedding_length", 32).u32("mamba.ssm.conv_kernel", 4).u32("mamba.ssm.inner_size", 64)
                .u32("mamba.ssm.state_size", 16);

        assertThat(read(mamba).estimateMemory(1000, 3, KvType.F16, KvType.F16).kvCacheBytes())
                .isEqualTo(3 * 2 * (3 + 16) * 64 * 4);
    }

    /** llama.cpp b4916 takes 4.32 MiB with a context and a batch of 512. */
    @Test
    void countsAnEncoderWithItsTextInOneBatch() {
        GgufFile file = read(GgufBuilder.toyBert(PoolingType.MEAN));

        assertThat(file.estimateMemory(512, 1, KvType.F16, KvType.F16).computeBytes())
                .isEqualTo(4 * 512 * (2 * 512 + 2 * 512 + 8 * 32));
    }

    @Test
    void refusesNumbersBelowOne() {
        GgufFile tiny = GgufFile.read(RawFile.tiny());

        assertThatIllegalArgumentException().isThrownBy(() -> tiny.estimateMemory(0, 1, KvType.F16, KvType.F16))
                .withMessage("contextTokens must be >= 1, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> tiny.estimateMemory(1, 0, KvType.F16, KvType.F16))
                .withMessage("slots must be >= 1, was 0");
    }

    @Test
    void refusesSizesThatOverflow() {
        GgufFile file = read(GgufBuilder.toyLlamaBpe().u32("llama.attention.head_count", Integer.MAX_VALUE)
                .u32("llama.attention.head_count_kv", Integer.MAX_VALUE)
                .u32("llama.attention.key_length", Integer.MAX_VALUE));

        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> file.estimateMemory(Integer.MAX_VALUE, 8, KvType.F16, KvType.F16))
                .withMessageContaining("make more than 2^63 bytes");
    }

    private GgufFile read(GgufBuilder builder) {
        return GgufFile.read(builder.write(directory.resolve("model.gguf")));
    }
}
