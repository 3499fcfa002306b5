package dev.llf.observe.analytics;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What models cost, and from when on. What is not in it has no price, which reports say; nothing is guessed. Never changes.
 */
public final class PriceTable {

    private final String currency;
    private final Optional<Price> others;
    private final Map<String, NavigableMap<Instant, Price>> models;

    private PriceTable(Builder builder) {
        currency = builder.currency;
        others = builder.others;
        models = new HashMap<>();
        builder.models.forEach((model, prices) -> models.put(model, new TreeMap<>(prices)));
    }

    /**
     * What 1,000 tokens cost. Prompt tokens that were cached cost as much as others.
     *
     * @param input  of the prompt, zero or more
     * @param output of the answer, zero or more
     */
    public record Price(BigDecimal input, BigDecimal output) {

        /** What a model on one's own machine costs. */
        public static final Price LOCAL = new Price(BigDecimal.ZERO, BigDecimal.ZERO);

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is negative
         */
        public Price {
            if (input.signum() < 0 || output.signum() < 0) {
                throw new IllegalArgumentException("prices must be >= 0, were %s and %s".formatted(input, output));
            }
        }

        BigDecimal of(long promptTokens, long completionTokens) {
            return input.multiply(BigDecimal.valueOf(promptTokens))
                    .add(output.multiply(BigDecimal.valueOf(completionTokens)))
                    .movePointLeft(3);
        }
    }

    /**
     * Begins a table without prices, in USD.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the currency of all prices.
     *
     * @return its name
     */
    public String currency() {
        return currency;
    }

    /**
     * Looks a price up.
     *
     * @param model the model's name
     * @param time  when it was used
     * @return the price; empty if none is known
     */
    public Optional<Price> price(String model, Instant time) {
        NavigableMap<Instant, Price> prices = models.get(model);
        if (prices == null) {
            return others;
        }
        return Optional.ofNullable(prices.floorEntry(time)).map(Map.Entry::getValue);
    }

    /** Puts a table together. Not safe for use by many threads. */
    public static final class Builder {

        private final Map<String, NavigableMap<Instant, Price>> models = new HashMap<>();
        private String currency = "USD";
        private Optional<Price> others = Optional.empty();

        private Builder() {}

        /**
         * Sets the currency of all prices.
         *
         * @param name its name, {@code USD} unless changed
         * @return this builder
         */
        public Builder currency(String name) {
            currency = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Adds a price that holds until the model's next one begins.
         *
         * @param model  the model's name
         * @param from   from when on, inclusive; before its first price a model has none
         * @param input  of 1,000 tokens of the prompt, zero or more
         * @param output of 1,000 tokens of the answer, zero or more
         * @return this builder
         * @throws IllegalArgumentException if a price is negative, or the model has one from the same moment on
         */
        public Builder price(String model, Instant from, BigDecimal input, BigDecimal output) {
            Price price = new Price(input, output);
            Price before = models.computeIfAbsent(model, name -> new TreeMap<>()).putIfAbsent(from, price);
            if (before != null) {
                throw new IllegalArgumentException("model '%s' has two prices from %s on".formatted(model, from));
            }
            return this;
        }

        /**
         * Notes that a model runs on one's own machine and has always cost nothing.
         *
         * @param model the model's name
         * @return this builder
         * @throws IllegalArgumentException if the model has a price from the beginning of time on
         */
        public Builder local(String model) {
            return price(model, Instant.MIN, BigDecimal.ZERO, BigDecimal.ZERO);
        }

        /**
         * Notes that all models that have no price of their own run on one's own machine and cost nothing.
         *
         * @return this builder
         */
        public Builder othersLocal() {
            others = Optional.of(Price.LOCAL);
            return this;
        }

        /**
         * Makes the table.
         *
         * @return the table; later changes of the builder do not reach it
         */
        public PriceTable build() {
            return new PriceTable(this);
        }
    }
}
