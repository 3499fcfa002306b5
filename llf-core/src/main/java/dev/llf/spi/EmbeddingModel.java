package dev.llf.spi;

import java.util.List;

/**
 * Turns text into vectors whose angle tells how alike the texts are.
 *
 * <p>Implementations are safe for use by many threads. Who opens a model closes it.
 */
public interface EmbeddingModel extends AutoCloseable {

    /**
     * Embeds one text.
     *
     * @param text the text
     * @return a new vector of {@link #dimension()} finite numbers
     * @throws dev.llf.error.ContextOverflowException if the text has more than {@link #maxTokens()} tokens
     * @throws IllegalArgumentException               if the text has no tokens or an unpaired surrogate
     */
    default float[] embed(String text) {
        return embedAll(List.of(text)).getFirst();
    }

    /**
     * Embeds several texts; equal texts are computed once.
     *
     * @param texts the texts
     * @return one new vector a text, in order
     * @throws dev.llf.error.ContextOverflowException if a text has more than {@link #maxTokens()} tokens; nothing is
     *                                                computed then
     * @throws IllegalArgumentException               if a text has no tokens or an unpaired surrogate
     */
    List<float[]> embedAll(List<String> texts);

    /**
     * Counts the tokens of a text as the model will see it.
     *
     * @param text the text
     * @return tokens
     */
    int countTokens(String text);

    /**
     * Returns the length of the vectors.
     *
     * @return at least 1
     */
    int dimension();

    /**
     * Returns the longest text.
     *
     * @return tokens
     */
    int maxTokens();

    /**
     * Returns what identifies the vectors: two models with the same fingerprint give comparable vectors.
     *
     * @return a text that is stable across runs
     */
    String fingerprint();

    /** Closes the model. Idempotent. */
    @Override
    void close();
}
