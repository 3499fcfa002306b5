package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever the bytes: a file that can be asked everything, or a {@link ModelFileException}. */
class GgufFuzzTest {

    private static final int ROUNDS = 2000;
    private static final long[] EVIL = {0, 1, -1, 255, 1L << 31, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE,
        1L << 40};

    @TempDir Path directory;

    @Test
    void refusesOrReadsDamagedFiles() throws IOException {
        List<Sample> samples = List.of(sample(Files.readAllBytes(RawFile.tiny())),
                sample(GgufBuilder.toyLlamaBpe().bytes()), sample(GgufBuilder.toyLlamaSpm().bytes()),
                sample(GgufBuilder.toyReranker().bytes()));
        Random random = new Random(4916);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Sample sample = samples.get(random.nextInt(samples.size()));
            damage(sample, random);
            long start = System.nanoTime();
            refused += askEverything(sample.file()) ? 0 : 1;
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as("round %d", round)
                    .isLessThan(Duration.ofSeconds(5));
            sample.overwrite(0, sample.whole());
        }
        assertThat(refused).isBetween(ROUNDS / 4, ROUNDS - 1);
    }

    /** A sound model, the length of its header, and a file that starts as a copy of it. */
    private record Sample(byte[] whole, int header, Path file) {

        void overwrite(int at, byte[] bytes) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                boolean cut = channel.size() < whole.length;
                channel.write(ByteBuffer.wrap(bytes, 0, at == 0 && !cut ? header : bytes.length), at);
            }
        }

        void cutAt(int size) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(size);
            }
        }
    }

    private Sample sample(byte[] model) throws IOException {
        Path file = Files.write(Files.createTempFile(directory, "fuzz", ".gguf"), model);
        return new Sample(model, (int) GgufFile.read(file).tensors().getFirst().offset(), file);
    }

    private static void damage(Sample sample, Random random) throws IOException {
        if (random.nextInt(8) == 0) {
            sample.cutAt(random.nextInt(sample.header() + 100));
            return;
        }
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int range = random.nextInt(2) == 0 ? sample.header() : Math.min(sample.header(), 1500);
            int at = 1 + random.nextInt(range - 9);
            byte old = sample.whole()[at];
            sample.overwrite(at, switch (random.nextInt(4)) {
                case 0 -> new byte[] {(byte) (old ^ 1 << random.nextInt(8))};
                case 1 -> new byte[] {(byte) random.nextInt()};
                case 2 -> new byte[] {(byte) (old + 1)};
                default -> ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(EVIL[random.nextInt(EVIL.length)]).array();
            });
        }
    }

    /** Returns whether the file was read. Nothing but a {@link ModelFileException} may come out of any question. */
    private static boolean askEverything(Path path) {
        GgufFile file;
        try {
            file = GgufFile.read(path);
        } catch (ModelFileException e) {
            return false;
        }
        for (String key : file.metadata().keys()) {
            assertThat(file.metadata().display(key)).isPresent();
        }
        List<Runnable> questions = List.of(file::parameterCount, file::quantisation, file::name, file::chatTemplate,
                file::recommendedSampling, file::causal, file::poolingType, file::keyLength, file::contextLength,
                file::vocabulary, file::checkRunnable, () -> file.estimateMemory(4096, 4, KvType.Q8_0, KvType.F16));
        for (Runnable question : questions) {
            try {
                question.run();
            } catch (ModelFileException e) {
                assertThat(e).hasMessageStartingWith(path.toString());
            }
        }
        return true;
    }
}
