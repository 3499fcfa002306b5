package dev.llf.admission;

import java.util.Objects;
import java.util.Optional;

/**
 * What may pass in the long run: requests, tokens, or both. A request counts its prompt and the most that it may generate
 * when it is admitted, and gets back at its end what it did not use.
 *
 * @param requests how many requests, or empty for any number
 * @param tokens   how many tokens, or empty for any number
 */
public record RateLimit(Optional<Rate> requests, Optional<Rate> tokens) {

    /**
     * Checks that something is limited.
     *
     * @throws IllegalArgumentException if nothing is
     */
    public RateLimit {
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        if (requests.isEmpty() && tokens.isEmpty()) {
            throw new IllegalArgumentException("a rate limit must limit requests or tokens, was neither");
        }
    }

    /**
     * Limits requests alone.
     *
     * @param rate how many
     * @return the limit
     */
    public static RateLimit ofRequests(Rate rate) {
        return new RateLimit(Optional.of(rate), Optional.empty());
    }

    /**
     * Limits tokens alone.
     *
     * @param rate how many
     * @return the limit
     */
    public static RateLimit ofTokens(Rate rate) {
        return new RateLimit(Optional.empty(), Optional.of(rate));
    }

    /**
     * Returns this limit with one of requests.
     *
     * @param rate how many
     * @return the limit
     */
    public RateLimit withRequests(Rate rate) {
        return new RateLimit(Optional.of(rate), tokens);
    }

    /**
     * Returns this limit with one of tokens.
     *
     * @param rate how many
     * @return the limit
     */
    public RateLimit withTokens(Rate rate) {
        return new RateLimit(requests, Optional.of(rate));
    }
}
