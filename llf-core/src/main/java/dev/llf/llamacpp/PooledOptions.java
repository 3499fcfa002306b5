package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.error.ConfigurationException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** How a model that embeds or scores is set up: what the builders of both kinds have in common. */
final class PooledOptions implements Cloneable {

    private static final int DEFAULT_MAX_TOKENS = 2048;

    private final Path file;
    private int maxTokens;
    private int threads;
    private boolean exitWhenMainReturns = true;
    private Residence residence = Residence.IN_PROCESS;

    PooledOptions(Path file) {
        this.file = Objects.requireNonNull(file, "file");
    }

    Path file() {
        return file;
    }

    void maxTokens(int count) {
        if (count < 8) {
            throw new IllegalArgumentException("maxTokens must be >= 8, was %d".formatted(count));
        }
        maxTokens = count;
    }

    void threads(int count) {
        if (count < 1 || count > 512) {
            throw new IllegalArgumentException("threads must be 1 to 512, was %d".formatted(count));
        }
        threads = count;
    }

    void exitWhenMainReturns(boolean exit) {
        exitWhenMainReturns = exit;
    }

    PooledOptions copy() {
        try {
            return (PooledOptions) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("it is Cloneable", e);
        }
    }

    Preflight preflight(EngineLease.Plan plan) {
        return PreflightCheck.of(file, plan);
    }

    void isolation(Isolation isolation) {
        residence = residence.withIsolation(Objects.requireNonNull(isolation, "isolation"));
    }

    void idleUnload(Duration time) {
        residence = residence.withIdleUnload(time);
    }

    EngineLease open(EngineLease.Plan plan) {
        return EngineLease.open(file, plan, exitWhenMainReturns);
    }

    /**
     * Returns the engine's options. One slot: with more, a short text on a high slot ends the process.
     *
     * @throws ConfigurationException if the model was made for fewer tokens
     */
    EngineOptions options(GgufFile gguf, EngineLease.FileState state, EngineOptions.Purpose purpose) {
        int most = gguf.contextLength();
        int tokens = maxTokens > 0 ? maxTokens : Math.min(DEFAULT_MAX_TOKENS, most);
        if (tokens > most) {
            throw new ConfigurationException("maxTokens is %d, but %s was made for %d.".formatted(tokens, file, most));
        }
        return new EngineOptions(state.path(), state.size(), state.modified(), purpose, tokens, 1, threads, tokens,
                KvType.F16, false, EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults(), residence.checked());
    }
}
