package dev.llf.llamacpp;

import dev.llf.chat.WellFormed;
import dev.llf.error.ConfigurationException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.SpecialToken;
import dev.llf.spi.Reranker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A cross-encoder in a GGUF file, run by llama.cpp in this process or in a {@linkplain Isolation worker process}.
 *
 * <p>Safe for use by many threads; pairs are scored one after the other. The binding hands text over in a form that cannot
 * carry characters beyond U+FFFF or U+0000: those are scored as U+FFFD.
 */
public final class LlamaReranker implements Reranker {

    /** Begin, separators and end; and the begin and end that the engine puts around query and document as well. */
    private static final int AROUND = 8;

    private final EngineLease lease;
    private final PooledText texts;

    private LlamaReranker(EngineLease lease) {
        this.lease = lease;
        texts = new PooledText(lease.engine(), lease.vocabulary(), lease.options().slotTokens());
    }

    /**
     * Opens a model with default options.
     *
     * @param file the GGUF file, or the first of its parts
     * @return the model; the caller closes it
     * @throws dev.llf.error.ModelFileException          if the file is missing, damaged or not runnable
     * @throws dev.llf.error.InsufficientMemoryException if the machine has too little memory free
     * @throws ConfigurationException                    if the model is no reranker
     */
    public static LlamaReranker open(Path file) {
        return builder(file).build();
    }

    /**
     * Starts to set up a model.
     *
     * @param file the GGUF file, or the first of its parts
     * @return a new builder
     */
    public static Builder builder(Path file) {
        return new Builder(new PooledOptions(file));
    }

    @Override
    public List<Score> rerank(String query, List<String> documents) {
        Engine engine = lease.engine();
        String safeQuery = prepare(query, "query");
        int queryTokens = engine.tokenize(safeQuery).length;
        List<String> prepared = documents.stream().map(text -> prepare(text, "document")).toList();
        prepared.forEach(text -> texts.checkFits(queryTokens + engine.tokenize(text).length + AROUND));
        Map<String, Double> scores = new HashMap<>();
        List<Score> result = new ArrayList<>(prepared.size());
        for (int i = 0; i < prepared.size(); i++) {
            double score = scores.computeIfAbsent(prepared.get(i), text -> sigmoid(engine.score(safeQuery, text)));
            result.add(new Score(i, score));
        }
        result.sort(Comparator.comparingDouble(Score::relevance).reversed());
        return List.copyOf(result);
    }

    private String prepare(String text, String what) {
        return texts.prepare(basicPlane(WellFormed.text(text, what)), what);
    }

    private static String basicPlane(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> result.append(c == 0 || !Character.isBmpCodePoint(c) ? '\uFFFD' : (char) c));
        return result.toString();
    }

    private static double sigmoid(float logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    @Override
    public void close() {
        lease.close();
    }

    /** Collects how a model is set up; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private final PooledOptions options;

        private Builder(PooledOptions options) {
            this.options = options;
        }

        /**
         * Sets the longest query and document together.
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
         * Checks the file and loads the model.
         *
         * @return the model; the caller closes it
         * @throws dev.llf.error.ModelFileException          if the file is missing, damaged or not runnable
         * @throws dev.llf.error.InsufficientMemoryException if the machine has too little memory free
         * @throws ConfigurationException                    if the model is no reranker
         */
        public LlamaReranker build() {
            return new LlamaReranker(options.open(this::plan));
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
            return new Builder(options.copy());
        }

        private EngineOptions plan(GgufFile gguf, EngineLease.FileState state) {
            checkReranker(gguf);
            return options.options(gguf, state, EngineOptions.Purpose.RERANK);
        }

        /** Without a classifier head the engine ends the process, without the separators it refuses to load. */
        private void checkReranker(GgufFile gguf) {
            if (!gguf.hasClassifierHead()) {
                throw new ConfigurationException(
                        "%s has no classifier head (tensors cls.*), so it is no reranker; use a cross-encoder."
                                .formatted(options.file()));
            }
            GgufVocabulary vocabulary = gguf.vocabulary().orElseThrow();
            for (SpecialToken needed : List.of(SpecialToken.BOS, SpecialToken.EOS, SpecialToken.SEPARATOR)) {
                if (vocabulary.id(needed).isEmpty()) {
                    throw new ConfigurationException("%s names no %s token (%s), which a reranker needs."
                            .formatted(options.file(), needed, needed.key()));
                }
            }
        }
    }
}
