package dev.llf.llamacpp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogTailTest {

    private final LogTail tail = new LogTail();
    private final List<String> lines = new ArrayList<>();

    private void read(String text) throws IOException {
        tail.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), lines::add);
    }

    @Test
    void keepsTheEndAndGivesAllLines() throws IOException {
        read("first\n" + "x".repeat(3 * LogTail.KEPT) + "\nthe end");

        assertThat(tail.text()).hasSize(LogTail.KEPT).endsWith("xx\nthe end");
        assertThat(lines).hasSize(3).startsWith("first").endsWith("the end");
        assertThat(lines.get(1)).hasSizeLessThan(2_000);
    }

    @Test
    void takesControlCharactersOut() throws IOException {
        read("a\u001b[31mred\u0000\u0085b\r\nc");

        assertThat(tail.text()).isEqualTo("a [31mred  b \nc");
        assertThat(lines).containsExactly("a [31mred  b", "c");
    }
}
