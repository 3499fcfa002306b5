package dev.llf.llamacpp;

import dev.llf.chat.Sampling;
import java.util.List;
import java.util.Optional;

/**
 * One generation, every part of it legal for the engine.
 *
 * @param prompt        token ids, each in the vocabulary; owned by the request
 * @param maxTokens     at least 1; prompt and answer together fit a slot
 * @param slot          the slot that evaluates it
 * @param reuse         whether tokens that the slot holds need not be evaluated again
 * @param sampling      how tokens are chosen
 * @param grammar       a checked grammar; no token that it needs is banned
 * @param visibleTokens texts of control tokens that the output shall show
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of ids, written once and never compared
record EngineRequest(int[] prompt, int maxTokens, int slot, boolean reuse, Sampling sampling,
        Optional<String> grammar, List<String> visibleTokens) {

    /**
     * Checks once more what would end the engine's process.
     *
     * @throws IllegalArgumentException if it is not legal for the engine
     */
    void check(int vocabularySize, int slots) {
        checkIds(prompt, vocabularySize);
        if (slot < 0 || slot >= slots || maxTokens < 1 || prompt.length == 0) {
            throw new IllegalArgumentException(
                    "slot %d of %d, maxTokens %d, %d prompt tokens".formatted(slot, slots, maxTokens, prompt.length));
        }
    }

    static void checkIds(int[] tokens, int vocabularySize) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabularySize) {
                throw new IllegalArgumentException(
                        "token id %d is outside 0 to %d".formatted(token, vocabularySize - 1));
            }
        }
    }
}
