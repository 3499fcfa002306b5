package dev.llf.survival;

import dev.llf.chat.ChatResponse;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Damages the header of a sound model in ways that follow from a seed, and uses what still loads. Prints each seed before
 * it is tried; arguments: the first seed and how many.
 */
final class HeaderMutations {

    /** Where the metadata, the vocabulary, the merges, the table of tensors and the first weights are. */
    private static final int HEADER = 120_000;
    private static final int FIRST_KEYS = 1_600;
    private static final int TABLE_START = 92_000;
    private static final int TABLE_END = 97_568;
    private static final int CONTEXT = 64;
    private static final int MAX_TOKENS = 4;
    private static final long[] LENGTHS = {0, 1, 2, 7, 255, 65_536, 1L << 31, 1L << 32, Long.MAX_VALUE, -1,
        Long.MIN_VALUE};

    private HeaderMutations() {}

    public static void main(String[] args) throws IOException {
        byte[] sound = Files.readAllBytes(TinyModel.path());
        int first = Integer.parseInt(args[0]);
        int loaded = 0;
        for (int seed = first; seed < first + Integer.parseInt(args[1]); seed++) {
            System.out.println("SEED " + seed);
            Path file = Files.write(Path.of("mutation-%d.gguf".formatted(seed)), mutate(sound, new Random(seed)));
            loaded += loadsAndAnswers(file) ? 1 : 0;
            Files.delete(file);
        }
        System.out.println("LOADED " + loaded);
    }

    /** Anything but a refusal of ours or a short answer ends the program with a stack trace and status 1. */
    private static boolean loadsAndAnswers(Path file) {
        LlamaChatModel.Builder builder = LlamaChatModel.builder(file).contextTokens(CONTEXT).slots(1).threads(1);
        try (LlamaChatModel model = builder.build()) {
            ChatResponse response = model.chat(Asked.greedy("Hi \u00e9").maxTokens(MAX_TOKENS).build());
            if (response.usage().completionTokens() > MAX_TOKENS) {
                throw new IllegalStateException("too many tokens: " + response);
            }
            return true;
        } catch (LlfException e) {
            System.out.println(e.getMessage());
            return false;
        }
    }

    static byte[] mutate(byte[] sound, Random random) {
        byte[] bytes = sound.clone();
        for (int i = Math.max(1, random.nextInt(5) - 1); i > 0; i--) {
            int at = position(random);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> bytes[at] = (byte) random.nextInt();
                case 4 -> bytes[at]++;
                case 5 -> random.ints(2 + random.nextInt(15)).forEach(x -> bytes[at + Math.floorMod(x, 16)] = (byte) x);
                case 6 -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at,
                        LENGTHS[random.nextInt(LENGTHS.length)]);
                case 7, 8 -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, random.nextInt(20));
                default -> System.arraycopy(sound, position(random), bytes, at, 1 + random.nextInt(64));
            }
        }
        return switch (random.nextInt(20)) {
            case 0 -> Arrays.copyOf(bytes, position(random));
            case 1 -> spliced(bytes, position(random), 1 + random.nextInt(40), 0);
            case 2 -> spliced(bytes, position(random), 0, 1 + random.nextInt(40));
            default -> bytes;
        };
    }

    private static int position(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextInt(FIRST_KEYS);
            case 1 -> TABLE_START + random.nextInt(TABLE_END - TABLE_START);
            default -> random.nextInt(HEADER);
        };
    }

    /** Takes bytes out and puts others in. */
    private static byte[] spliced(byte[] bytes, int at, int removed, int added) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - removed + added);
        System.arraycopy(bytes, at + removed, result, at + added, bytes.length - at - removed);
        return result;
    }
}
