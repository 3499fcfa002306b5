package dev.llf.llamacpp;

import dev.llf.chat.WellFormed;
import dev.llf.error.ContextOverflowException;
import dev.llf.gguf.GgufVocabulary;

/**
 * Prepares text for embedding and scoring, which the engine takes only as text: control tokens in it are broken up by an
 * invisible character, and its length is checked, because a text of no tokens or of too many ends the process.
 */
final class PooledText {

    /** The most tokens that a vocabulary puts around a text. */
    private static final int AROUND = 2;

    private final Engine engine;
    private final ControlTexts controlTexts;
    private final int maxTokens;

    PooledText(Engine engine, GgufVocabulary vocabulary, int maxTokens) {
        this.engine = engine;
        this.maxTokens = maxTokens;
        controlTexts = new ControlTexts(PromptEncoder.controlTexts(vocabulary));
    }

    /**
     * Returns the text as the engine gets it.
     *
     * @throws IllegalArgumentException if it is not well-formed or has no tokens
     */
    String prepare(String text, String what) {
        String safe = controlTexts.defuse(WellFormed.text(text, what));
        if (engine.tokenize(safe).length == 0) {
            throw new IllegalArgumentException("%s has no tokens; it must not be empty".formatted(what));
        }
        return safe;
    }

    /** Returns the tokens of a prepared text, with those that the vocabulary may put around it. */
    int count(String prepared) {
        return engine.tokenize(prepared).length + AROUND;
    }

    void checkFits(int tokens) {
        if (tokens > maxTokens) {
            throw new ContextOverflowException(tokens, 0, maxTokens);
        }
    }
}
