package dev.llf.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TinyModelTest {

    private static final Path CARD = Path.of("..", "docs", "tiny-model");

    @Test
    void isTheModelOfItsCard() throws IOException {
        Map<String, String> sums = Files.readAllLines(CARD.resolve("SHA256SUMS")).stream()
                .map(line -> line.split(" {2}", 2)).collect(Collectors.toMap(line -> line[1], line -> line[0]));

        assertThat(sha256(TinyModel.path())).isEqualTo(sums.get("llf-tiny.gguf"));
        assertThat(sha256(CARD.resolve("tokenizer.json"))).isEqualTo(sums.get("tokenizer.json"));
    }

    @Test
    void liesWhereTheNativeLoaderDeletesNothing() {
        assertThat(TinyModel.path()).isAbsolute();
        assertThat(TinyModel.path().iterator()).toIterable()
                .noneMatch(name -> name.toString().startsWith("llama") || name.toString().startsWith("jllama"));
    }

    @Test
    void givesTheSameFileAgain() {
        assertThat(TinyModel.path()).isEqualTo(TinyModel.path()).isRegularFile();
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
