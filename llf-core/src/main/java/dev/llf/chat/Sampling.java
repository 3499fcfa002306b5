package dev.llf.chat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How the next token is chosen from the model's probabilities.
 *
 * <p>The defaults are those of llama.cpp. Values that do nothing switch a sampler off: {@code topK} 0, {@code topP} 1,
 * {@code minP} 0, {@code typicalP} 1.
 *
 * @param temperature        0 takes the most probable token always; 0 to 100, default 0.8
 * @param dynamicTemperature lets the temperature follow the entropy; off by default
 * @param topK               only the k most probable tokens, 0 for all; at least 0, default 40
 * @param topP               the most probable tokens up to this mass; over 0 to 1, default 0.95
 * @param minP               only tokens at least this probable relative to the best; 0 to 1, default 0.05
 * @param typicalP           locally typical sampling up to this mass; over 0 to 1, default 1
 * @param minKeep            tokens that no filter may go below; at least 0, default 0
 * @param xtc                exclude top choices; off by default
 * @param penalties          repetition penalties; off by default
 * @param dry                penalty for repeated sequences; off by default
 * @param mirostat           perplexity control in place of the filters; off by default
 * @param order              the samplers to apply, in order; each at most once
 * @param seed               0 to 2^32-2 makes a response repeatable on the same machine; empty for a random one
 * @param tokenBias          added to the logit of a token id; finite
 * @param bannedTokens       token ids that are never chosen
 */
public record Sampling(double temperature, DynamicTemperature dynamicTemperature, int topK, double topP, double minP,
        double typicalP, int minKeep, Xtc xtc, Penalties penalties, Dry dry, Mirostat mirostat, List<Sampler> order,
        OptionalLong seed, Map<Integer, Double> tokenBias, Set<Integer> bannedTokens) {

    private static final int MAX_BIASES = 4096;
    private static final Sampling DEFAULTS = new Builder().build();
    private static final Sampling GREEDY = new Builder().temperature(0).build();

    /** The samplers of llama.cpp. */
    public enum Sampler {
        /** {@link Penalties}. */
        PENALTIES,
        /** {@link Dry}. */
        DRY,
        /** {@link Sampling#topK()}. */
        TOP_K,
        /** {@link Sampling#typicalP()}. */
        TYPICAL_P,
        /** {@link Sampling#topP()}. */
        TOP_P,
        /** {@link Sampling#minP()}. */
        MIN_P,
        /** {@link Xtc}. */
        XTC,
        /** {@link Sampling#temperature()} and {@link DynamicTemperature}. */
        TEMPERATURE
    }

    /**
     * Temperature that follows the entropy of the probabilities, within {@code temperature ± range}.
     *
     * @param range    half the width; 0 is off; 0 to 100
     * @param exponent how entropy maps to temperature; 0.01 to 100, default 1
     */
    public record DynamicTemperature(double range, double exponent) {
        /** Off. */
        public static final DynamicTemperature OFF = new DynamicTemperature(0, 1);

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a value is outside its range
         */
        public DynamicTemperature {
            within(range, 0, 100, "dynamicTemperature.range");
            within(exponent, 0.01, 100, "dynamicTemperature.exponent");
        }
    }

    /**
     * Exclude top choices: sometimes removes all but the least probable of the tokens above a threshold.
     *
     * @param probability how often; 0 is off; 0 to 1
     * @param threshold   which tokens count as top choices; 0 to 1, default 0.1; above 0.5 is off
     */
    public record Xtc(double probability, double threshold) {
        /** Off. */
        public static final Xtc OFF = new Xtc(0, 0.1);

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a value is outside its range
         */
        public Xtc {
            within(probability, 0, 1, "xtc.probability");
            within(threshold, 0, 1, "xtc.threshold");
        }
    }

    /**
     * Penalties for tokens that occurred before.
     *
     * @param lastTokens how many tokens back are looked at; -1 for the whole context, 0 is off; default 64
     * @param repeat     divides the logit; 1 is off; 0.01 to 100
     * @param frequency  subtracted from the logit per occurrence; 0 is off; -100 to 100
     * @param presence   subtracted from the logit once; 0 is off; -100 to 100
     */
    public record Penalties(int lastTokens, double repeat, double frequency, double presence) {

        /** Off. */
        public static final Penalties OFF = new Penalties(64, 1, 0, 0);

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a value is outside its range
         */
        public Penalties {
            within(lastTokens, -1, Integer.MAX_VALUE, "penalties.lastTokens");
            within(repeat, 0.01, 100, "penalties.repeat");
            within(frequency, -100, 100, "penalties.frequency");
            within(presence, -100, 100, "penalties.presence");
        }
    }

    /**
     * Don't Repeat Yourself: a penalty that grows with the length of the repeated sequence.
     *
     * @param multiplier    strength; 0 is off; 0 to 100
     * @param base          growth per token; 1 to 100, default 1.75
     * @param allowedLength repeats up to this length cost nothing; at least 0, default 2
     * @param lastTokens    how many tokens back are looked at; -1 for the whole context; default -1
     * @param breakers      texts that end a sequence; 1 to 64 of them, none empty
     */
    public record Dry(double multiplier, double base, int allowedLength, int lastTokens, List<String> breakers) {

        /** Off. */
        public static final Dry OFF = new Dry(0, 1.75, 2, -1, List.of("\n", ":", "\"", "*"));

        /**
         * Checks the ranges and copies the breakers.
         *
         * @throws IllegalArgumentException if a value is outside its range
         */
        public Dry {
            within(multiplier, 0, 100, "dry.multiplier");
            within(base, 1, 100, "dry.base");
            within(allowedLength, 0, Integer.MAX_VALUE, "dry.allowedLength");
            within(lastTokens, -1, Integer.MAX_VALUE, "dry.lastTokens");
            breakers = List.copyOf(breakers);
            within(breakers.size(), 1, 64, "number of dry.breakers");
            breakers.forEach(
                    text -> within(WellFormed.text(text, "dry breaker").length(), 1, 256, "length of a dry breaker"));
        }
    }

    /**
     * Mirostat: keeps the surprise of the text near a target. It replaces the filters.
     *
     * <p>Source: Basu et al., "Mirostat: A Neural Text Decoding Algorithm that Directly Controls Perplexity", ICLR 2021.
     *
     * @param version 0 is off, 1 or 2
     * @param tau     target surprise; 0 to 100, default 5
     * @param eta     learning rate; 0 to 100, default 0.1
     */
    public record Mirostat(int version, double tau, double eta) {

        /** Off. */
        public static final Mirostat OFF = new Mirostat(0, 5, 0.1);

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a value is outside its range
         */
        public Mirostat {
            within(version, 0, 2, "mirostat.version");
            within(tau, 0, 100, "mirostat.tau");
            within(eta, 0, 100, "mirostat.eta");
        }
    }

    /**
     * Checks the ranges and copies the collections.
     *
     * @throws IllegalArgumentException if a value is outside its range, a sampler is named twice, or there are more than
     *                                  4096 biased or banned tokens
     */
    public Sampling {
        within(temperature, 0, 100, "temperature");
        within(topK, 0, Integer.MAX_VALUE, "topK");
        within(topP, Double.MIN_NORMAL, 1, "topP");
        within(minP, 0, 1, "minP");
        within(typicalP, Double.MIN_NORMAL, 1, "typicalP");
        within(minKeep, 0, Integer.MAX_VALUE, "minKeep");
        order = List.copyOf(order);
        if (!order.isEmpty() && EnumSet.copyOf(order).size() != order.size()) {
            throw new IllegalArgumentException("each sampler may be named once, order was %s".formatted(order));
        }
        seed.ifPresent(value -> within(value, 0, 0xffff_fffeL, "seed"));
        tokenBias = Map.copyOf(tokenBias);
        bannedTokens = Set.copyOf(bannedTokens);
        within(tokenBias.size() + bannedTokens.size(), 0, MAX_BIASES, "number of biased and banned tokens");
        tokenBias.forEach((id, bias) -> {
            within(id, 0, Integer.MAX_VALUE, "biased token id");
            within(bias, -1e6, 1e6, "bias of token " + id);
        });
        bannedTokens.forEach(id -> within(id, 0, Integer.MAX_VALUE, "banned token id"));
    }

    private static void within(double value, double min, double max, String what) {
        if (!(value >= min && value <= max)) { // NaN fails too
            throw new IllegalArgumentException("%s must be %s to %s, was %s".formatted(what, min, max, value));
        }
    }

    private static void within(long value, long min, long max, String what) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s must be %d to %d, was %d".formatted(what, min, max, value));
        }
    }

    /**
     * Returns llama.cpp's defaults.
     *
     * @return temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, the rest off
     */
    public static Sampling defaults() {
        return DEFAULTS;
    }

    /**
     * Returns the most probable token always, so that the same request gives the same text.
     *
     * @return temperature 0
     */
    public static Sampling greedy() {
        return GREEDY;
    }

    /**
     * Starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this value.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects the values of a {@link Sampling}, which checks them. Not safe for use by several threads. */
    public static final class Builder {

        private double temperature = 0.8;
        private DynamicTemperature dynamicTemperature = DynamicTemperature.OFF;
        private int topK = 40;
        private double topP = 0.95;
        private double minP = 0.05;
        private double typicalP = 1;
        private int minKeep;
        private Xtc xtc = Xtc.OFF;
        private Penalties penalties = Penalties.OFF;
        private Dry dry = Dry.OFF;
        private Mirostat mirostat = Mirostat.OFF;
        private List<Sampler> order = List.of(Sampler.values());
        private OptionalLong seed = OptionalLong.empty();
        private Map<Integer, Double> tokenBias = Map.of();
        private Set<Integer> bannedTokens = Set.of();

        private Builder() {}

        private Builder(Sampling from) {
            temperature = from.temperature;
            dynamicTemperature = from.dynamicTemperature;
            topK = from.topK;
            topP = from.topP;
            minP = from.minP;
            typicalP = from.typicalP;
            minKeep = from.minKeep;
            xtc = from.xtc;
            penalties = from.penalties;
            dry = from.dry;
            mirostat = from.mirostat;
            order = from.order;
            seed = from.seed;
            tokenBias = from.tokenBias;
            bannedTokens = from.bannedTokens;
        }

        /**
         * Sets {@link Sampling#temperature()}.
         *
         * @param temperature the value
         * @return this builder
         */
        public Builder temperature(double temperature) {
            this.temperature = temperature;
            return this;
        }

        /**
         * Sets {@link Sampling#dynamicTemperature()}.
         *
         * @param dynamicTemperature the value
         * @return this builder
         */
        public Builder dynamicTemperature(DynamicTemperature dynamicTemperature) {
            this.dynamicTemperature = dynamicTemperature;
            return this;
        }

        /**
         * Sets {@link Sampling#topK()}.
         *
         * @param topK the value
         * @return this builder
         */
        public Builder topK(int topK) {
            this.topK = topK;
            return this;
        }

        /**
         * Sets {@link Sampling#topP()}.
         *
         * @param topP the value
         * @return this builder
         */
        public Builder topP(double topP) {
            this.topP = topP;
            return this;
        }

        /**
         * Sets {@link Sampling#minP()}.
         *
         * @param minP the value
         * @return this builder
         */
        public Builder minP(double minP) {
            this.minP = minP;
            return this;
        }

        /**
         * Sets {@link Sampling#typicalP()}.
         *
         * @param typicalP the value
         * @return this builder
         */
        public Builder typicalP(double typicalP) {
            this.typicalP = typicalP;
            return this;
        }

        /**
         * Sets {@link Sampling#minKeep()}.
         *
         * @param minKeep the value
         * @return this builder
         */
        public Builder minKeep(int minKeep) {
            this.minKeep = minKeep;
            return this;
        }

        /**
         * Sets {@link Sampling#xtc()}.
         *
         * @param xtc the value
         * @return this builder
         */
        public Builder xtc(Xtc xtc) {
            this.xtc = xtc;
            return this;
        }

        /**
         * Sets {@link Sampling#penalties()}.
         *
         * @param penalties the value
         * @return this builder
         */
        public Builder penalties(Penalties penalties) {
            this.penalties = penalties;
            return this;
        }

        /**
         * Sets {@link Sampling#dry()}.
         *
         * @param dry the value
         * @return this builder
         */
        public Builder dry(Dry dry) {
            this.dry = dry;
            return this;
        }

        /**
         * Sets {@link Sampling#mirostat()}.
         *
         * @param mirostat the value
         * @return this builder
         */
        public Builder mirostat(Mirostat mirostat) {
            this.mirostat = mirostat;
            return this;
        }

        /**
         * Sets {@link Sampling#order()}.
         *
         * @param order the value
         * @return this builder
         */
        public Builder order(List<Sampler> order) {
            this.order = order;
            return this;
        }

        /**
         * Sets {@link Sampling#seed()}.
         *
         * @param seed the value
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = OptionalLong.of(seed);
            return this;
        }

        /**
         * Sets {@link Sampling#tokenBias()}.
         *
         * @param tokenBias the value
         * @return this builder
         */
        public Builder tokenBias(Map<Integer, Double> tokenBias) {
            this.tokenBias = tokenBias;
            return this;
        }

        /**
         * Sets {@link Sampling#bannedTokens()}.
         *
         * @param bannedTokens the value
         * @return this builder
         */
        public Builder bannedTokens(Set<Integer> bannedTokens) {
            this.bannedTokens = bannedTokens;
            return this;
        }

        /**
         * Checks the values.
         *
         * @return the sampling
         * @throws IllegalArgumentException if a value is outside its range
         */
        public Sampling build() {
            return new Sampling(temperature, dynamicTemperature, topK, topP, minP, typicalP, minKeep, xtc, penalties,
                    dry,
                    mirostat, order, seed, tokenBias, bannedTokens);
        }
    }
}
