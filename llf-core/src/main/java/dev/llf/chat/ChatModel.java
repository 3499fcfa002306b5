package dev.llf.chat;

import java.time.Duration;
import java.util.Optional;

/**
 * A language model that answers requests. Implementations are safe for use by many threads.
 *
 * <p>Who opens a model closes it.
 */
public interface ChatModel extends AutoCloseable {

    /**
     * Starts to answer a request.
     *
     * @param request the request
     * @return the running response; the caller closes it
     * @throws dev.llf.error.ContextOverflowException if the prompt leaves no room for an answer
     * @throws dev.llf.error.ConfigurationException   if the model cannot serve what the request asks for
     * @throws IllegalStateException                  if the model is closed
     */
    ChatStream stream(ChatRequest request);

    /**
     * Answers a request.
     *
     * @param request the request
     * @return the whole response
     * @throws dev.llf.error.LlfException if the request cannot be served or the engine failed
     * @throws IllegalStateException      if the model is closed
     */
    default ChatResponse chat(ChatRequest request) {
        try (ChatStream stream = stream(request)) {
            return stream.response();
        }
    }

    /**
     * Counts the tokens of a request's prompt, tools and template text included, exactly as the engine will see it.
     *
     * @param request the request
     * @return tokens
     * @throws dev.llf.error.LlfException if the prompt cannot be rendered
     * @throws IllegalStateException      if the model is closed
     */
    int countTokens(ChatRequest request);

    /**
     * Waits until the model can be asked without waiting for it to be loaded. Those that are loaded when they are made are
     * ready at once; this does nothing for them.
     *
     * @param limit how long to wait at most; empty for as long as it takes
     * @throws dev.llf.error.CancelledException if the time was up or the thread is interrupted
     * @throws dev.llf.error.LlfException       if the model cannot be loaded
     * @throws IllegalStateException            if the model is closed
     */
    default void awaitReady(Optional<Duration> limit) {}

    /**
     * Describes the model.
     *
     * @return name and context
     */
    ModelInfo info();

    /** Closes the model: running responses are cancelled, later calls throw. Idempotent. */
    @Override
    void close();
}
