package dev.llf.llamacpp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LoadLogTest {

    @TempDir Path directory;

    private Path log(String text) throws IOException {
        return Files.writeString(directory.resolve("load.log"), text);
    }

    @Test
    void prefersTheLoadersOwnReason() throws IOException {
        Path log = log("0.00 I build: 4916\n0.01 W failed to open something\n"
                + "0.02 E llama_model_load: error loading model: unknown model architecture: 'qwen9'\n"
                + "0.03 E llama_model_load_from_file_impl: failed to load model\n");

        assertThat(LoadLog.reason(log)).contains("unknown model architecture: 'qwen9'");
    }

    @Test
    void takesAFailureWithoutAReason() throws IOException {
        assertThat(LoadLog.reason(log("I hello\nE kv_cache: failed to allocate buffer \n")))
                .contains("failed to allocate buffer");
        assertThat(LoadLog.reason(log("E error: too bad\n"))).contains("too bad");
    }

    @Test
    void givesUpOnALogThatTellsNothing() throws IOException {
        assertThat(LoadLog.reason(log("I all is well\n"))).isEmpty();
    }

    @Test
    void waitsForALogThatComesLate() throws IOException, InterruptedException {
        Path log = log("");
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                Files.writeString(log, "E error loading model: late\n");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });

        assertThat(LoadLog.reason(log)).contains("late");
        writer.join();
    }
}
