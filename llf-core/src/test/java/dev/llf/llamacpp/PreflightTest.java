package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.error.ConfigurationException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.KvType;
import dev.llf.gguf.PoolingType;
import dev.llf.template.TemplateException;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PreflightTest {

    private static LlamaChatModel.Builder tiny() {
        return LlamaChatModel.builder(TinyModel.path());
    }

    @Test
    void reportsAModelWithoutLoadingIt() throws IOException {
        Preflight report = tiny().slots(7).contextTokens(333).preflight();

        assertThat(report.file()).isEqualTo(TinyModel.path());
        assertThat(report.architecture()).contains("llama");
        assertThat(report.quantisation()).isNotEmpty();
        assertThat(report.fileBytes()).isEqualTo(Files.size(TinyModel.path()));
        assertThat(report.estimatedBytes()).isGreaterThan(report.fileBytes());
        assertThat(report.availableBytes()).isPositive();
        assertThat(report.loaded()).isFalse();
        assertThat(report.reclaimable()).isFalse();
        assertThat(report.fits()).isTrue();
        assertThat(report.ready()).isTrue();
    }

    @Test
    void tellsThatAModelIsInMemoryAlready() {
        LlamaChatModel.Builder builder = tiny().slots(5).contextTokens(96);
        long before = tiny().slots(6).preflight().closedBytes();
        long bytes = builder.preflight().estimatedBytes();
        try (LlamaChatModel model = builder.build()) {
            assertThat(model.info().contextTokens()).isEqualTo(96);
            assertThat(builder.preflight().loaded()).isTrue();
        }
        assertThat(builder.preflight().loaded()).isTrue();
        assertThat(tiny().slots(6).preflight().closedBytes()).isGreaterThanOrEqualTo(before + bytes);
    }

    @Test
    void reportsWhatOpeningWouldThrow(@TempDir Path directory) throws IOException {
        Path rubbish = Files.writeString(directory.resolve("x.gguf"), "rubbish");

        assertThat(LlamaChatModel.builder(directory.resolve("absent")).preflight().problems()).singleElement()
                .isInstanceOf(ModelFileException.class);
        Preflight broken = LlamaChatModel.builder(rubbish).preflight();
        assertThat(broken.problems()).singleElement().isInstanceOf(ModelFileException.class);
        assertThat(broken.architecture()).isEqualTo(Optional.empty());
        assertThat(broken.estimatedBytes()).isZero();
        assertThat(tiny().contextTokens(1_000_000).preflight().problems()).singleElement()
                .isInstanceOf(ConfigurationException.class);
        assertThat(tiny().kvType(KvType.Q8_0).preflight().problems()).singleElement()
                .isInstanceOf(ConfigurationException.class);
        assertThat(tiny().chatTemplate("{% if %}").preflight().problems()).singleElement()
                .isInstanceOf(TemplateException.class);
        assertThat(LlamaReranker.builder(TinyModel.path()).preflight().problems()).singleElement()
                .isInstanceOf(ConfigurationException.class);
        assertThat(LlamaEmbeddingModel.builder(TinyModel.path()).pooling(PoolingType.LAST).preflight().ready())
                .isTrue();
    }

    @Test
    void saysWhenTheMachineIsTooSmall() {
        EngineOptions options = new EngineOptions(TinyModel.path(), 1, 2, EngineOptions.Purpose.CHAT, 256, 1, 1, 128,
                KvType.F16, false, EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults());
        assertThatThrownBy(() -> LoadedEngine.checkFits(options, 2, 1)).isInstanceOf(InsufficientMemoryException.class);
        LoadedEngine.checkFits(options, 2, 2);
    }

    @Test
    void aCopyOfABuilderChangesApart() {
        LlamaChatModel.Builder chat = tiny().contextTokens(100).slots(2);
        LlamaChatModel.Builder copy = chat.copy();
        long bytes = copy.preflight().estimatedBytes();
        chat.slots(200);

        assertThat(copy.preflight().estimatedBytes()).isEqualTo(bytes);
        assertThat(chat.preflight().estimatedBytes()).isGreaterThan(bytes);

        LlamaEmbeddingModel.Builder embedding = LlamaEmbeddingModel.builder(TinyModel.path()).maxTokens(50)
                .pooling(PoolingType.LAST);
        LlamaEmbeddingModel.Builder embeddingCopy = embedding.copy();
        embedding.maxTokens(5_000_000).pooling(PoolingType.MEAN);
        assertThat(embeddingCopy.preflight().ready()).isTrue();
        assertThat(embedding.preflight().ready()).isFalse();

        LlamaReranker.Builder reranker = LlamaReranker.builder(TinyModel.path());
        assertThat(reranker.copy()).isNotSameAs(reranker);
    }
}
