package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.error.ModelFileException;
import dev.llf.error.StorageException;
import dev.llf.gguf.KvType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WorkerPipeTest {

    static List<WorkerMessage> messages() {
        EngineOptions options = new EngineOptions(Path.of("/models/a model.gguf"), 1L << 40, 2,
                EngineOptions.Purpose.EMBED_CLS, 256, 3, 2, 128, KvType.Q8_0, true, 7, Admission.defaults());
        return List.of(new WorkerMessage.Hello(7), new WorkerMessage.Beat(), new WorkerMessage.Load(options, 32_000),
                new WorkerMessage.Loaded(new ThreadChoice(3, "measured")),
                new WorkerMessage.Tokenize("a\u0000 \u00e9 \ud83d\ude00"),
                new WorkerMessage.Tokens(new int[] {0, -1, Integer.MAX_VALUE}),
                new WorkerMessage.Detokenize(new int[0]),
                new WorkerMessage.Text(""), new WorkerMessage.Embed("x"),
                new WorkerMessage.Vector(new float[] {0, -1.5f, Float.MIN_VALUE}), new WorkerMessage.Score("q", "d"),
                new WorkerMessage.Relevance(-2.25f), new WorkerMessage.Generate("{}"),
                new WorkerMessage.Step(new Engine.Piece("piece", true)), new WorkerMessage.Cancel(),
                new WorkerMessage.Failed(WorkerMessage.Failed.Kind.STORAGE, "full", Path.of(""), -1));
    }

    private static byte[] frame(int call, WorkerMessage message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new WorkerPipe(new ByteArrayInputStream(new byte[0]), out).write(call, message);
        return out.toByteArray();
    }

    private static WorkerPipe reading(byte[] bytes) {
        return new WorkerPipe(new ByteArrayInputStream(bytes), new ByteArrayOutputStream());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void carriesEachMessage(WorkerMessage message) throws IOException {
        byte[] frame = frame(-5, message);
        WorkerPipe.Frame read = reading(frame).read();

        assertThat(read.call()).isEqualTo(-5);
        assertThat(read.message()).usingRecursiveComparison().isEqualTo(message);
        assertThat(ByteBuffer.wrap(frame).getInt()).isEqualTo(frame.length - Integer.BYTES);
    }

    @Test
    void writesAFrameInOnePiece() throws IOException {
        int[] writes = {0};
        new WorkerPipe(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] b, int off, int len) {
                writes[0]++;
            }
        }).write(1, new WorkerMessage.Step(new Engine.Piece("x", false)));

        assertThat(writes[0]).isEqualTo(1);
    }

    @Test
    void everyFrameThatIsCutShortIsAnEnd() throws IOException {
        for (WorkerMessage message : messages()) {
            byte[] frame = frame(1, message);
            for (int length = 0; length < frame.length; length++) {
                byte[] part = Arrays.copyOf(frame, length);
                assertThatExceptionOfType(EOFException.class).isThrownBy(() -> reading(part).read());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4, WorkerPipe.MAX_BYTES + 1, Integer.MAX_VALUE})
    void refusesAFrameOfThatLength(int length) {
        assertThatExceptionOfType(WorkerPipe.CorruptFrameException.class)
                .isThrownBy(() -> reading(ByteBuffer.allocate(64).putInt(length).array()).read())
                .withMessageContaining(String.valueOf(length));
    }

    @Test
    void givesBackWhatCameInsteadOfAFrame() throws IOException {
        byte[] text = "# A fatal error has been detected".getBytes(StandardCharsets.UTF_8);
        WorkerPipe pipe = reading(text);

        assertThatExceptionOfType(WorkerPipe.CorruptFrameException.class).isThrownBy(pipe::read);
        assertThat(pipe.readOther(1000)).isEqualTo(text);
    }

    @Test
    void refusesAnUnknownKindAndBytesTooMany() {
        assertThatExceptionOfType(WorkerPipe.CorruptFrameException.class)
                .isThrownBy(() -> reading(ByteBuffer.allocate(9).putInt(5).put((byte) 99).array()).read())
                .withMessageContaining("kind 99");
        assertThatExceptionOfType(WorkerPipe.CorruptFrameException.class)
                .isThrownBy(() -> reading(ByteBuffer.allocate(10).putInt(6).put((byte) 1).array()).read())
                .withMessageContaining("1 bytes behind");
    }

    @Test
    void refusesTextThatIsNoUtf8() throws IOException {
        byte[] frame = frame(1, new WorkerMessage.Text("abc"));
        frame[frame.length - 1] = (byte) 0xff;

        assertThatExceptionOfType(WorkerPipe.CorruptFrameException.class).isThrownBy(() -> reading(frame).read());
    }

    /** Whatever arrives is a message or a known exception, and takes no more memory than it has bytes. */
    @Test
    void standsAnyBytes() throws IOException {
        Random random = new Random(4_916);
        int corrupt = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] frame = frame(round, messages().get(random.nextInt(messages().size())));
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                frame[4 + random.nextInt(frame.length - 4)] = (byte) random.nextInt();
            }
            try {
                assertThat(reading(frame).read().message()).isNotNull();
            } catch (WorkerPipe.CorruptFrameException e) {
                corrupt++;
            }
        }
        assertThat(corrupt).isBetween(5_000, 19_999);
    }

    @Test
    void writesNothingOfAMessageThatIsTooLong() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WorkerPipe pipe = new WorkerPipe(new ByteArrayInputStream(new byte[0]), out);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> pipe.write(1, new WorkerMessage.Embed("x".repeat(WorkerPipe.MAX_BYTES))))
                .withMessageContaining("at most " + WorkerPipe.MAX_BYTES);
        assertThat(out.size()).isZero();
    }

    @Test
    void givesExceptionsBackAsTheyWere() throws IOException {
        for (RuntimeException thrown : List.of(new EngineException("e"), new ConfigurationException("c"),
                new StorageException("s"), new IllegalArgumentException("a"),
                new ModelFileException(Path.of("/m.gguf"), -1, "is cut short"),
                new ModelFileException(Path.of("/m.gguf"), 64, "is damaged"))) {
            RuntimeException back = sent(thrown);

            assertThat(back).hasSameClassAs(thrown).hasMessage(thrown.getMessage());
            if (thrown instanceof ModelFileException e) {
                assertThat(((ModelFileException) back).offset()).isEqualTo(e.offset());
                assertThat(((ModelFileException) back).file()).isEqualTo(e.file());
            }
        }
    }

    @Test
    void keepsTheMessageOfAnUnforeseenExceptionToItself() throws IOException {
        assertThat(sent(new ArrayStoreException("secret"))).isInstanceOf(EngineException.class)
                .hasMessage("The engine failed: java.lang.ArrayStoreException");
    }

    private static RuntimeException sent(RuntimeException thrown) throws IOException {
        WorkerPipe.Frame frame = reading(frame(1, WorkerMessage.Failed.of(thrown))).read();
        return ((WorkerMessage.Failed) frame.message()).exception();
    }
}
