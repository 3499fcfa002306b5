package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadChoiceTest {

    private static final GgufFile GGUF = GgufFile.read(TinyModel.path());

    private static EngineOptions options(EngineOptions.Purpose purpose) {
        Path file = TinyModel.path();
        return new EngineOptions(file, 1, 2, purpose, 64, 1, 0, 64, KvType.F16, false, EngineOptions.DEFAULT_GPU_LAYERS,
                Admission.defaults());
    }

    @Test
    void isNotMeasuredForEmbedding() {
        ThreadChoice choice = ThreadChoice.measure(options(EngineOptions.Purpose.EMBED_LAST), GGUF);

        assertThat(choice.count()).isEqualTo(Math.max(1, Machine.physicalCores() - 1));
        assertThat(choice.reason()).containsAnyOf("not measured", "one core");
    }

    @Test
    void isMeasuredForChat() {
        ThreadChoice choice = ThreadChoice.measure(options(EngineOptions.Purpose.CHAT), GGUF);

        assertThat(choice.count()).isBetween(1, Machine.physicalCores());
        assertThat(choice.reason()).containsAnyOf("measured tokens/s: ", "one core");
    }
}
