package dev.llf.models;

import java.util.OptionalInt;

/**
 * What a model is good for, in grades of 1 to 10 of which the larger is the better.
 *
 * <p>A grade that is not known counts as {@value #UNKNOWN} for a {@link Router} and as 0 for {@link Ensemble#best}.
 *
 * @param complexity    how hard the questions may be that it is made for
 * @param speed         how fast it answers
 * @param cost          how cheap it is, 10 the cheapest
 * @param quality       how good its answers are
 * @param contextTokens tokens that one conversation may hold
 */
public record ModelProfile(OptionalInt complexity, OptionalInt speed, OptionalInt cost, OptionalInt quality,
        OptionalInt contextTokens) {

    /** The grade that a router takes where none is known: {@value}. */
    public static final int UNKNOWN = 5;

    /** A profile of which nothing is known. */
    public static final ModelProfile NONE = builder().build();

    private static final int MOST = 10;

    /**
     * Checks the grades.
     *
     * @throws IllegalArgumentException if a grade is not 1 to 10 or the context is not positive
     */
    public ModelProfile {
        check(complexity, "complexity");
        check(speed, "speed");
        check(cost, "cost");
        check(quality, "quality");
        if (contextTokens.isPresent() && contextTokens.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "contextTokens must be >= 1, was %d".formatted(contextTokens.getAsInt()));
        }
    }

    private static void check(OptionalInt grade, String what) {
        if (grade.isPresent() && (grade.getAsInt() < 1 || grade.getAsInt() > MOST)) {
            throw new IllegalArgumentException("%s must be 1 to %d, was %d".formatted(what, MOST, grade.getAsInt()));
        }
    }

    /**
     * Starts a profile.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Fills what is not known here with what another profile knows.
     *
     * @param other the other profile
     * @return this profile's values, and where it has none the other's
     */
    public ModelProfile orElse(ModelProfile other) {
        return new ModelProfile(first(complexity, other.complexity), first(speed, other.speed), first(cost, other.cost),
                first(quality, other.quality), first(contextTokens, other.contextTokens));
    }

    private static OptionalInt first(OptionalInt one, OptionalInt two) {
        return one.isPresent() ? one : two;
    }

    /** Collects the values of a {@link ModelProfile}; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private OptionalInt complexity = OptionalInt.empty();
        private OptionalInt speed = OptionalInt.empty();
        private OptionalInt cost = OptionalInt.empty();
        private OptionalInt quality = OptionalInt.empty();
        private OptionalInt contextTokens = OptionalInt.empty();

        private Builder() {}

        /**
         * Sets how hard the questions may be that the model is made for.
         *
         * @param grade 1 to 10; default not known
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder complexity(int grade) {
            complexity = checked(grade, "complexity");
            return this;
        }

        /**
         * Sets how fast the model answers.
         *
         * @param grade 1 to 10; default not known
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder speed(int grade) {
            speed = checked(grade, "speed");
            return this;
        }

        /**
         * Sets how cheap the model is.
         *
         * @param grade 1 to 10, 10 the cheapest; default not known
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder cost(int grade) {
            cost = checked(grade, "cost");
            return this;
        }

        /**
         * Sets how good the model's answers are.
         *
         * @param grade 1 to 10; default not known
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder quality(int grade) {
            quality = checked(grade, "quality");
            return this;
        }

        /**
         * Sets how many tokens one conversation may hold.
         *
         * @param tokens at least 1; default not known
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder contextTokens(int tokens) {
            if (tokens < 1) {
                throw new IllegalArgumentException("contextTokens must be >= 1, was %d".formatted(tokens));
            }
            contextTokens = OptionalInt.of(tokens);
            return this;
        }

        private static OptionalInt checked(int grade, String what) {
            OptionalInt checked = OptionalInt.of(grade);
            check(checked, what);
            return checked;
        }

        /**
         * Makes the profile.
         *
         * @return the profile
         */
        public ModelProfile build() {
            return new ModelProfile(complexity, speed, cost, quality, contextTokens);
        }
    }
}
