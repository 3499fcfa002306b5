package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the process is started with, rather than what it is asked. */
class SurroundingsTest {

    @TempDir Path directory;

    private ChildJvm.Result run(Map<String, String> environment, String... arguments) {
        ChildJvm.Result result = new ChildJvm(directory, environment).run(Duration.ofSeconds(40), Surroundings.class,
                arguments);
        assertThat(result.well()).as(result::describe).isTrue();
        return result;
    }

    /** The native library belongs to one class loader. */
    @Test
    void b17_aSecondClassLoaderIsRefusedAndHurtsNobody() {
        assertThat(run(Map.of(), "twice").out().lines().filter(line -> line.matches("(ANSWER|REFUSED).*")).toList())
                .satisfiesExactly(first -> assertThat(first).startsWith("ANSWER STOP"),
                        second -> assertThat(second).contains("ConfigurationException", "another class loader"),
                        third -> assertThat(third).startsWith("ANSWER STOP"));
    }

    /** An argument that the engine rejects leaves a model without a context, and the next call reads from address 0. */
    @ParameterizedTest
    @ValueSource(strings = {"LLAMA_ARG_THREADS", "LLAMA_ARG_CACHE_TYPE_K", "LLAMA_ARG_SPLIT_MODE"})
    void c18_rejectedArgumentsAreToldWithTheirCause(String variable) {
        assertThat(run(Map.of(variable, "bogus")).out()).startsWith("REFUSED").contains("ModelFileException", variable);
    }

    /** The engine reads its options from the environment too: to download models, to stop early, to stretch positions. */
    @Test
    void c19_theEnvironmentDoesNotChangeAnswers() {
        ChildJvm.Result result = run(
                Map.ofEntries(Map.entry("LLAMA_ARG_HF_REPO", "a/b"), Map.entry("HF_TOKEN", "secret"),
                        Map.entry("LLAMA_ARG_HFD_REPO", "a/b"), Map.entry("LLAMA_ARG_HF_REPO_V", "a/b"),
                        Map.entry("LLAMA_ARG_MODEL_URL", "http://127.0.0.1/x"), Map.entry("LLAMA_ARG_MODEL", "/absent"),
                        Map.entry("LLAMA_ARG_MODEL_DRAFT", "/absent"), Map.entry("LLAMA_ARG_N_PREDICT", "1"),
                        Map.entry("LLAMA_ARG_CTX_SIZE", "32"), Map.entry("LLAMA_ARG_N_PARALLEL", "0"),
                        Map.entry("LLAMA_ARG_ROPE_FREQ_BASE", "5"), Map.entry("LLAMA_ARG_ROPE_FREQ_SCALE", "2"),
                        Map.entry("LLAMA_ARG_CONTEXT_SHIFT", "1"), Map.entry("LLAMA_ARG_CHAT_TEMPLATE", "absent"),
                        Map.entry("LLAMA_LOG_VERBOSITY", "9")));

        assertThat(result.out()).isEqualTo(run(Map.of()).out()).startsWith("ANSWER STOP");
        assertThat(result.err()).contains("LLAMA_ARG_HF_REPO").doesNotContain(Asked.QUESTION);
    }
}
