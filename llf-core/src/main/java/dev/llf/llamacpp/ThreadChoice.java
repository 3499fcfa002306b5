package dev.llf.llamacpp;

import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.TensorType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * How many threads compute a model, and why.
 *
 * <p>A model of a few million parameters is ten times slower on two threads than on one, because the barriers between
 * threads cost more than the work; a model of a billion gains from all cores. So small instances of the model are loaded
 * with one thread, all cores but one and all cores, and measured for at most a second together. They stay in memory, since
 * the engine frees nothing, but their weights are the file's pages, shared with the real one.
 *
 * @param count  threads, at least 1
 * @param reason how it was chosen, for people
 */
record ThreadChoice(int count, String reason) {

    private static final long BUDGET = Duration.ofSeconds(1).toNanos();
    private static final int TOKENS = 64;
    /** The prompt's one token, and what the engine keeps free. */
    private static final int UNUSED = 3;
    /** So fast on one thread that barriers would cost more than they save. */
    private static final double TINY_TOKENS_PER_SECOND = 500;
    /** Loading such a file several times takes longer than a wrong choice is worth. */
    private static final long LARGE_BYTES = 2L << 30;
    /** Within this share, fewer threads leave more of the machine to the host. */
    private static final double NEAR = 0.95;

    /** Returns what the options say, or measures. */
    static ThreadChoice of(EngineOptions options, Supplier<GgufFile> gguf) {
        return options.threads() > 0 ? new ThreadChoice(options.threads(), "set by the host")
                : measure(options, gguf.get());
    }

    static ThreadChoice measure(EngineOptions options, GgufFile gguf) {
        int cores = Machine.physicalCores();
        int most = Math.max(1, cores - 1);
        if (cores == 1) {
            return new ThreadChoice(1, "the machine has one core");
        }
        if (options.purpose() != EngineOptions.Purpose.CHAT || gguf.weightBytes() > LARGE_BYTES || isRepacked(gguf)) {
            return new ThreadChoice(most, "all of %d cores but one, not measured".formatted(cores));
        }
        return fastest(options, gguf, new TreeSet<>(List.of(1, most, cores)));
    }

    /** The engine copies weights of these types into another layout: each instance would cost the whole file. */
    private static boolean isRepacked(GgufFile gguf) {
        return gguf.tensors().stream()
                .anyMatch(tensor -> tensor.type() == TensorType.Q4_0 || tensor.type() == TensorType.IQ4_NL);
    }

    private static ThreadChoice fastest(EngineOptions options, GgufFile gguf, TreeSet<Integer> candidates) {
        long left = BUDGET;
        int best = 0;
        double bestSpeed = 0;
        StringBuilder speeds = new StringBuilder("measured tokens/s:");
        for (int count : candidates) {
            if (left <= 0) {
                break;
            }
            Probe probe = Probe.run(options.probe(count), gguf, left / 2);
            left -= probe.nanos();
            speeds.append(" %.0f with %d".formatted(probe.tokensPerSecond(), count));
            if (probe.tokensPerSecond() * NEAR > bestSpeed) {
                best = count;
                bestSpeed = probe.tokensPerSecond();
            }
            if (count == 1 && bestSpeed >= TINY_TOKENS_PER_SECOND) {
                break;
            }
        }
        return new ThreadChoice(Math.max(1, best), speeds.toString());
    }

    /**
     * One measurement.
     *
     * @param nanos           what it took of the budget
     * @param tokensPerSecond the speed of decoding
     */
    private record Probe(long nanos, double tokensPerSecond) {

        static Probe run(EngineOptions options, GgufFile gguf, long limit) {
            GgufVocabulary vocabulary = gguf.vocabulary().orElseThrow();
            Set<Thread> before = ExitWatchdog.threads();
            Engine engine = LlamaGate.load(options, vocabulary.size());
            Sampling endless = Sampling.greedy().toBuilder().bannedTokens(vocabulary.endOfGenerationIds()).build();
            int most = Math.min(TOKENS, options.slotTokens() - UNUSED);
            EngineRequest request = new EngineRequest(new int[] {vocabulary.size() / 2}, most, 0, true, endless,
                    Optional.empty(), List.of());
            long start = System.nanoTime();
            try (Engine.Generation generation = engine.generate(request)) {
                boolean last = generation.next().last();
                long first = System.nanoTime();
                int tokens = 0;
                while (!last && System.nanoTime() - start < limit) {
                    last = generation.next().last();
                    tokens++;
                }
                if (!last) {
                    generation.cancel();
                }
                long end = System.nanoTime();
                ExitWatchdog.adopt(before);
                return new Probe(end - start, tokens * 1e9 / Math.max(1, end - first));
            }
        }
    }
}
