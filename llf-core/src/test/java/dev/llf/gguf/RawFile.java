package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The bytes of a file, to be damaged at chosen places. */
final class RawFile {

    private byte[] bytes;

    RawFile(GgufBuilder builder) {
        this(builder.bytes());
    }

    RawFile(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    /** The model that comes with LLF. */
    static Path tiny() {
        try {
            return Path
                    .of(Objects.requireNonNull(GgufFile.class.getResource("/dev/llf/testing/llf-tiny.gguf")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    int size() {
        return bytes.length;
    }

    /** Returns the place where a text stands for the first time. */
    int at(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= bytes.length - wanted.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no such text: " + text);
    }

    /** Returns the place behind a text. */
    int after(String text) {
        return at(text) + text.getBytes(StandardCharsets.UTF_8).length;
    }

    RawFile putByte(int at, int value) {
        bytes[at] = (byte) value;
        return this;
    }

    RawFile putInt(int at, int value) {
        buffer().putInt(at, value);
        return this;
    }

    RawFile putLong(int at, long value) {
        buffer().putLong(at, value);
        return this;
    }

    RawFile cutAt(int size) {
        bytes = Arrays.copyOf(bytes, size);
        return this;
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    Path write(Path file) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the file and returns why it is refused. */
    ModelFileException refusal(Path directory) {
        Path file = write(directory.resolve("broken.gguf"));
        ModelFileException refusal = catchThrowableOfType(ModelFileException.class, () -> GgufFile.read(file));
        return Objects.requireNonNull(refusal, "the file was accepted");
    }
}
