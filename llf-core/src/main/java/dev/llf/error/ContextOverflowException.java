package dev.llf.error;

/** A request does not fit the model's context: shorten it, start a new conversation, or give the model more context. */
public final class ContextOverflowException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Tokens of the rendered prompt. */
    private final int promptTokens;
    /** Tokens kept free for the answer and the engine. */
    private final int reservedTokens;
    /** Tokens that one conversation may hold. */
    private final int contextTokens;

    /**
     * Creates an exception with the numbers that do not add up.
     *
     * @param promptTokens   tokens of the rendered prompt
     * @param reservedTokens tokens that must stay free for the answer
     * @param contextTokens  tokens that one conversation may hold
     */
    public ContextOverflowException(int promptTokens, int reservedTokens, int contextTokens) {
        super(("The prompt has %d tokens and %d must stay free for the answer, but a conversation holds %d. "
                + "Shorten the messages, start a new conversation, or load the model with more contextTokens.")
                .formatted(promptTokens, reservedTokens, contextTokens));
        this.promptTokens = promptTokens;
        this.reservedTokens = reservedTokens;
        this.contextTokens = contextTokens;
    }

    /**
     * Returns the length of the rendered prompt.
     *
     * @return tokens, counted with the model's own vocabulary
     */
    public int promptTokens() {
        return promptTokens;
    }

    /**
     * Returns what must stay free for the answer.
     *
     * @return tokens
     */
    public int reservedTokens() {
        return reservedTokens;
    }

    /**
     * Returns what one conversation may hold.
     *
     * @return tokens
     */
    public int contextTokens() {
        return contextTokens;
    }
}
