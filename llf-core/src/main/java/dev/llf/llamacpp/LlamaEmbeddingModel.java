package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.PoolingType;
import dev.llf.spi.EmbeddingModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An embedding model in a GGUF file, run by llama.cpp in this process or in a {@linkplain Isolation worker process}.
 *
 * <p>Safe for use by many threads; texts are computed one after the other, because several at once abort the engine. The
 * vectors have unit length, which the engine sees to. Text that spells a control token of the model has a word joiner
 * (U+2060) put into it, so that it stays text.
 *
 * <p>An instance of its own is loaded, apart from any chat model of the same file. Closing gives it back. In this
 * process its memory stays taken until the JVM ends; a worker process ends with its last user.
 */
public final class LlamaEmbeddingModel implements EmbeddingModel {

    private static final double SAME = 0.99999;

    private final EngineLease lease;
    private final PoolingType pooling;
    private final PooledText texts;
    private final int dimension;

    private LlamaEmbeddingModel(EngineLease lease, PoolingType pooling) {
        this.lease = lease;
        this.pooling = pooling;
        texts = new PooledText(lease.engine(), lease.vocabulary(), maxTokens());
        dimension = selfTest();
    }

    /**
     * Starts to set up a model.
     *
     * @param file the GGUF file, or the first of its parts
     * @return a new builder
     */
    public static Builder builder(Path file) {
        return new Builder(new PooledOptions(file), null);
    }

    /** Wrong pooling gives the same vector for any text, which nothing else would tell. */
    private int selfTest() {
        List<float[]> vectors = embedAll(List.of("The cat sleeps on the warm stove.", "7 + 5 = 12"));
        double dot = 0;
        for (int i = 0; i < vectors.get(0).length; i++) {
            dot += (double) vectors.get(0)[i] * vectors.get(1)[i];
        }
        if (!(dot < SAME)) {
            throw new ConfigurationException(
                    ("%s with pooling %s gives two different texts the same vector (cosine %.6f); "
                            + "choose another pooling or another model.")
                            .formatted(lease.options().file(), pooling, dot));
        }
        return vectors.getFirst().length;
    }

    @Override
    public List<float[]> embedAll(List<String> inputs) {
        Engine engine = lease.engine();
        List<String> prepared = inputs.stream().map(text -> texts.prepare(text, "text to embed")).toList();
        prepared.forEach(text -> texts.checkFits(texts.count(text)));
        Map<String, float[]> computed = new LinkedHashMap<>();
        for (String text : prepared) {
            computed.computeIfAbsent(text, engine::embed);
        }
        return prepared.stream().map(text -> Objects.requireNonNull(computed.get(text)).clone()).toList();
    }

    @Override
    public int countTokens(String text) {
        lease.checkOpen();
        return texts.count(texts.prepare(text, "text to count"));
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public int maxTokens() {
        return lease.options().slotTokens();
    }

    @Override
    public String fingerprint() {
        GgufFile gguf = lease.gguf();
        return "%s/%s/%s/%d/%s".formatted(gguf.name(), gguf.architecture(), gguf.quantisation(), gguf.byteSize(),
                pooling);
    }

    @Override
    public void close() {
        lease.close();
    }

    /** Collects how a model is set up; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private final PooledOptions options;
        private @Nullable PoolingType pooling;

        private Builder(PooledOptions options, @Nullable PoolingType pooling) {
            this.options = options;
            this.pooling = pooling;
        }

        /**
         * Sets how the vectors of the tokens become the text's.
         *
         * @param pooling MEAN, CLS or LAST; default what the file says; a model that generates text knows only LAST
         * @return this builder
         * @throws IllegalArgumentException for other types
         */
        public Builder pooling(PoolingType pooling) {
            if (pooling == PoolingType.NONE || pooling == PoolingType.RANK) {
                throw new IllegalArgumentException("pooling must be MEAN, CLS or LAST, was %s".formatted(pooling));
            }
            this.pooling = pooling;
            return this;
        }

        /**
         * Sets the longest text.
         *
         * @param maxTokens at least 8; default the model's own length, but at most 2048
         * @return this builder
         * @throws IllegalArgumentException if it is less than 8
         */
        public Builder maxTokens(int maxTokens) {
            options.maxTokens(maxTokens);
            return this;
        }

        /**
         * Sets how many threads compute.
         *
         * @param threads 1 to 512; default all cores but one
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder threads(int threads) {
            options.threads(threads);
            return this;
        }

        /**
         * Sets whether the JVM ends when only the engine's own threads are left; see
         * {@link LlamaChatModel.Builder#exitWhenMainReturns}.
         *
         * @param exitWhenMainReturns default true
         * @return this builder
         */
        public Builder exitWhenMainReturns(boolean exitWhenMainReturns) {
            options.exitWhenMainReturns(exitWhenMainReturns);
            return this;
        }

        /**
         * Sets where the engine runs: in this process, or in a watched child process that a native crash ends alone.
         *
         * @param isolation default {@link Isolation#IN_PROCESS}
         * @return this builder
         */
        public Builder isolation(Isolation isolation) {
            options.isolation(isolation);
            return this;
        }

        /**
         * Sets after how long without work a {@linkplain Isolation#WORKER_JVM worker} process ends, which frees its memory; the
         * next call starts it again.
         *
         * @param idleUnload more than zero, at most 365 days; by default it stays until the model is closed
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder idleUnload(Duration idleUnload) {
            options.idleUnload(idleUnload);
            return this;
        }

        /**
         * Checks the file, loads the model and tests it with two texts.
         *
         * @return the model; the caller closes it
         * @throws dev.llf.error.ModelFileException          if the file is missing, damaged or not runnable
         * @throws dev.llf.error.InsufficientMemoryException if the machine has too little memory free
         * @throws ConfigurationException                    if the pooling is not known or not legal for the model, or gives
         *                                                   all texts the same vector
         */
        public LlamaEmbeddingModel build() {
            EngineLease lease = options.open(this::plan);
            try {
                return new LlamaEmbeddingModel(lease, pooling(lease.gguf()));
            } catch (RuntimeException e) {
                lease.close();
                throw e;
            }
        }

        /**
         * Checks what {@link #build()} would check before it loads.
         *
         * @return what was found
         */
        public Preflight preflight() {
            return options.preflight(this::plan);
        }

        /**
         * Copies this builder.
         *
         * @return a builder with the same settings, which changes apart from this one
         */
        public Builder copy() {
            return new Builder(options.copy(), pooling);
        }

        private EngineOptions plan(GgufFile gguf, EngineLease.FileState state) {
            EngineOptions.Purpose purpose = switch (pooling(gguf)) {
                case MEAN -> EngineOptions.Purpose.EMBED_MEAN;
                case CLS -> EngineOptions.Purpose.EMBED_CLS;
                case LAST -> EngineOptions.Purpose.EMBED_LAST;
                case NONE, RANK -> throw new ConfigurationException(
                        "%s is no embedding model, its file says pooling %s.".formatted(options.file(), pooling(gguf)));
            };
            return options.options(gguf, state, purpose);
        }

        private PoolingType pooling(GgufFile gguf) {
            PoolingType chosen = pooling != null ? pooling
                    : gguf.poolingType().orElseThrow(() -> new ConfigurationException(
                            ("%s does not say how to pool; set pooling(...): LAST for a model that generates text, for an "
                                    + "encoder what its author says, mostly MEAN or CLS.").formatted(options.file())));
            if (gguf.causal() && chosen != PoolingType.LAST) {
                throw new ConfigurationException(("%s generates text (%s); with pooling %s the engine would end the "
                        + "process. Use LAST or an encoder.").formatted(options.file(), gguf.architecture(), chosen));
            }
            return chosen;
        }
    }
}
