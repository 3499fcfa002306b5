package dev.llf.chat;

/**
 * What a caller may want to know about a model.
 *
 * @param name          the model's name, for people and logs
 * @param contextTokens tokens that one conversation may hold, prompt and answer together
 */
public record ModelInfo(String name, int contextTokens) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the name is blank or the context is not positive
     */
    public ModelInfo {
        WellFormed.name(name, "model name");
        if (contextTokens < 1) {
            throw new IllegalArgumentException("contextTokens must be >= 1, was %d".formatted(contextTokens));
        }
    }
}
