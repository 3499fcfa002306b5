package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.gguf.KvType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class EngineOptionsTest {

    private static EngineOptions options(EngineOptions.Purpose purpose) {
        return new EngineOptions(Path.of("/models/a model.gguf"), 1, 2, purpose, 256, 3, 2, 128, KvType.F16, false,
                EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults());
    }

    @Test
    void writesTheCommandLineOfAChatModel() {
        Map<String, @Nullable String> flags = options(EngineOptions.Purpose.CHAT).commandLine();

        assertThat(flags).containsOnlyKeys("--model", "--ctx-size", "--parallel", "--batch-size", "--ubatch-size",
                "--threads", "--threads-batch", "--cache-type-k", "--cache-type-v", "--slot-prompt-similarity",
                "--defrag-thold",
                "--no-context-shift", "--chat-template", "--predict", "--rope-freq-base", "--rope-freq-scale",
                "--hf-repo",
                "--hf-repo-draft", "--hf-repo-v", "--model-url", "--model-draft");
        assertThat(flags).containsEntry("--model", Path.of("/models/a model.gguf").toString())
                .containsEntry("--ctx-size", "2432").containsEntry("--parallel", "3")
                .containsEntry("--batch-size", "128")
                .containsEntry("--ubatch-size", "128").containsEntry("--threads", "2")
                .containsEntry("--threads-batch", "2").containsEntry("--cache-type-k", "f16")
                .containsEntry("--slot-prompt-similarity", "0").containsEntry("--no-context-shift", null);
    }

    @ParameterizedTest
    @EnumSource
    void usesOnlyFlagsThatNeitherEndTheProcessNorTouchTheNetwork(EngineOptions.Purpose purpose) {
        EngineOptions all = new EngineOptions(Path.of("m.gguf"), 1, 2, purpose, 256, 3, 2, 128, KvType.Q8_0, true, 7,
                Admission.defaults());

        assertThat(all.commandLine().keySet()).isSubsetOf("--model", "--ctx-size", "--parallel", "--batch-size",
                "--ubatch-size", "--threads", "--threads-batch", "--cache-type-k", "--cache-type-v",
                "--slot-prompt-similarity", "--defrag-thold", "--no-context-shift", "--gpu-layers", "--flash-attn",
                "--chat-template",
                "--embedding", "--reranking", "--pooling", "--predict", "--rope-freq-base", "--rope-freq-scale",
                "--hf-repo", "--hf-repo-draft", "--hf-repo-v", "--model-url", "--model-draft");
        for (String download : List.of("--hf-repo", "--hf-repo-draft", "--hf-repo-v", "--model-url", "--model-draft")) {
            assertThat(all.commandLine()).as("switches off what the environment may switch on")
                    .containsEntry(download, "");
        }
        assertThat(all.commandLine()).containsEntry("--gpu-layers", "7").containsEntry("--flash-attn", null)
                .containsEntry("--cache-type-v", "q8_0");
    }

    @ParameterizedTest
    @CsvSource({"EMBED_MEAN, --embedding, mean", "EMBED_CLS, --embedding, cls", "EMBED_LAST, --embedding, last",
        "RERANK, --reranking, rank"})
    void namesTheUseAndThePooling(EngineOptions.Purpose purpose, String flag, String pooling) {
        assertThat(options(purpose).commandLine()).containsEntry(flag, null).containsEntry("--pooling", pooling)
                .doesNotContainKey("--chat-template");
    }

    @Test
    void sharesAModelOnlyForEqualOptions() {
        EngineOptions options = options(EngineOptions.Purpose.CHAT);

        assertThat(options).isEqualTo(options(EngineOptions.Purpose.CHAT))
                .isNotEqualTo(options(EngineOptions.Purpose.EMBED_LAST)).isNotEqualTo(options.withThreads(3));
        assertThat(options.withThreads(2)).isEqualTo(options);
    }

    @Test
    void measuresOnASmallInstanceOfTheSameFile() {
        EngineOptions probe = options(EngineOptions.Purpose.CHAT).probe(5);

        assertThat(probe.file()).isEqualTo(Path.of("/models/a model.gguf"));
        assertThat(probe.threads()).isEqualTo(5);
        assertThat(probe.slots()).isEqualTo(1);
        assertThat(probe.cacheTokens()).isEqualTo(128);
        assertThat(probe.batchTokens()).isEqualTo(32);
    }

    @Test
    void findsVariablesThatTheEngineWouldObey() {
        assertThat(EngineOptions.environmentNoise(Map.of("LLAMA_LOG_FILE", "x", "LLAMA_ARG_CTX_SIZE", "8", "PATH", "/",
                "MY_LLAMA_ARG_X", "1"))).containsExactly("LLAMA_ARG_CTX_SIZE", "LLAMA_LOG_FILE");
        assertThat(EngineOptions.environmentNoise(Map.of())).isEmpty();
    }
}
