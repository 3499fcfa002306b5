package dev.llf.error;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LlfExceptionTest {

    private static final Throwable CAUSE = new IOException("disk");

    @Test
    void keepsMessageAndCause() {
        for (LlfException e : List.of(new CancelledException("what", CAUSE), new ConfigurationException("what", CAUSE),
                new EngineException("what", CAUSE))) {
            assertThat(e).hasMessage("what").hasCause(CAUSE);
        }
        for (LlfException e : List.of(new CancelledException("what"), new ConfigurationException("what"),
                new EngineException("what"))) {
            assertThat(e).hasMessage("what").hasNoCause();
        }
    }

    @Test
    void saysWhichNumbersDoNotAddUp() {
        ContextOverflowException e = new ContextOverflowException(900, 200, 1024);

        assertThat(e).hasMessageContaining("900").hasMessageContaining("200").hasMessageContaining("1024");
        assertThat(e.promptTokens()).isEqualTo(900);
        assertThat(e.reservedTokens()).isEqualTo(200);
        assertThat(e.contextTokens()).isEqualTo(1024);
    }

    @Test
    void saysHowMuchMemoryIsMissing() {
        InsufficientMemoryException e = new InsufficientMemoryException("model.gguf", 9_771_050_599L, 6L << 30);

        assertThat(e).hasMessageStartingWith("model.gguf needs about 9.1 GiB of memory, but only 6.0 GiB are free.");
        assertThat(e.requiredBytes()).isEqualTo(9_771_050_599L);
        assertThat(e.availableBytes()).isEqualTo(6L << 30);
    }

    @Test
    void saysWhereAModelFileIsWrong() {
        ModelFileException at = new ModelFileException(Path.of("model.gguf"), 8, "found 2");
        ModelFileException whole = new ModelFileException(Path.of("model.gguf"), -1, "not there", CAUSE);

        assertThat(at).hasMessage("model.gguf, byte 8: found 2").hasNoCause();
        assertThat(at.offset()).isEqualTo(8);
        assertThat(whole).hasMessage("model.gguf: not there").hasCause(CAUSE);
        assertThat(whole.file()).isEqualTo(Path.of("model.gguf"));
        assertThat(whole.offset()).isEqualTo(-1);
    }

    @Test
    void survivesSerialisation() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new ModelFileException(Path.of("model.gguf"), 8, "found 2"));
            out.writeObject(new ContextOverflowException(1, 2, 3));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(((ModelFileException) in.readObject()).file()).isEqualTo(Path.of("model.gguf"));
            assertThat(((ContextOverflowException) in.readObject()).contextTokens()).isEqualTo(3);
        }
    }
}
