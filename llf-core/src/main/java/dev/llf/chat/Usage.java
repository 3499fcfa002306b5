package dev.llf.chat;

/**
 * How many tokens a response took.
 *
 * @param promptTokens     tokens of the rendered prompt, exact
 * @param cachedTokens     how many of them the engine already held and did not evaluate again
 * @param completionTokens tokens that the model generated, the end-of-turn token included
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {

    /** Nothing used. */
    public static final Usage NONE = new Usage(0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative or more tokens are cached than prompted
     */
    public Usage {
        if (promptTokens < 0 || cachedTokens < 0 || completionTokens < 0 || cachedTokens > promptTokens) {
            throw new IllegalArgumentException("token counts must be >= 0 and cached <= prompt, were %d, %d, %d"
                    .formatted(promptTokens, cachedTokens, completionTokens));
        }
    }

    /**
     * Returns prompt and completion together.
     *
     * @return tokens
     */
    public int totalTokens() {
        return promptTokens + completionTokens;
    }

    /**
     * Adds another use, as of a further round of the same turn.
     *
     * @param other the other use
     * @return the sums
     */
    public Usage plus(Usage other) {
        return new Usage(promptTokens + other.promptTokens, cachedTokens + other.cachedTokens,
                completionTokens + other.completionTokens);
    }
}
