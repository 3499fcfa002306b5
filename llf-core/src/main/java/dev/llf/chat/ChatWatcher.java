package dev.llf.chat;

/**
 * Is told how a response comes along, beside whoever reads it.
 *
 * <p>Each method is called at most once and in the order in which they stand here, never two at a time, on the thread that
 * brings it about; a model waits for them, so they must be quick and must not block. What they throw is logged and goes no
 * further.
 */
public interface ChatWatcher {

    /**
     * The request has waited long enough, and its prompt is being evaluated. Not called if the response ended before.
     *
     * @param promptTokens tokens of the prompt
     * @param cachedTokens how many of them need not be evaluated
     */
    default void started(int promptTokens, int cachedTokens) {}

    /** The model has written its first token. Not called if the response ended before. */
    default void firstToken() {}

    /** The response has ended, one way or another. */
    default void ended() {}
}
