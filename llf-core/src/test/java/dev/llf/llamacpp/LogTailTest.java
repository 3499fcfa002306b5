package dev.llf.llamacpp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogTailTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static LogTail reading(String text) {
        return new LogTail(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "test");
    }

    @Test
    void keepsTheEnd() {
        LogTail tail = reading("first\n" + "x".repeat(3 * LogTail.KEPT) + "\nthe end");

        assertThat(tail.end(PATIENCE)).hasSize(LogTail.KEPT).endsWith("xx\nthe end");
    }

    @Test
    void takesControlCharactersOut() {
        assertThat(reading("a\u001b[31mred\u0000\u0085b\r\nc").end(PATIENCE)).isEqualTo("a [31mred  b \nc");
    }

    @Test
    void addsWhatCameByAnotherWay() {
        LogTail tail = reading("");
        tail.add("more\u0007\n".getBytes(StandardCharsets.UTF_8));

        assertThat(tail.end(PATIENCE)).isEqualTo("more \n");
    }

    @Test
    void doesNotWaitForEver() throws IOException {
        try (PipedOutputStream open = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(open)) {
            assertThat(new LogTail(in, "test").end(Duration.ofMillis(1))).isEmpty();
        }
    }
}
