package dev.llf.conversation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a prompt consists of, in tokens of the model's own vocabulary, and what is left out of it. Exact: the tokens of all
 * parts but the answer's are those of the prompt that the model gets.
 *
 * @param contextTokens tokens that the model's context holds
 * @param tokens        tokens of each part; all parts are there
 * @param omission      turns that the model does not see; empty if it sees all
 */
public record ContextPlan(int contextTokens, Map<Part, Integer> tokens, Optional<Omission> omission) {

    /** The parts of a prompt in the order in which they stand there, and what is kept free for the answer. */
    public enum Part {
        /** The instructions. */
        SYSTEM,
        /** The descriptions of the tools. */
        TOOLS,
        /** What was said before, a summary of earlier turns included. */
        HISTORY,
        /** What long-term memory recalls for this turn. */
        MEMORIES,
        /** What was found in documents for this turn. */
        PASSAGES,
        /** What the user says now, what tools returned in this turn, and what the chat template adds to any prompt. */
        QUESTION,
        /** What is kept free for the answer. */
        ANSWER
    }

    /**
     * Copies the parts.
     *
     * @throws IllegalArgumentException if a part is missing or negative
     */
    public ContextPlan {
        Map<Part, Integer> copy = new EnumMap<>(Part.class);
        copy.putAll(tokens);
        for (Part part : Part.values()) {
            if (copy.getOrDefault(part, -1) < 0) {
                throw new IllegalArgumentException("the tokens of %s must be >= 0, were %s"
                        .formatted(part, copy.get(part)));
            }
        }
        tokens = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns the tokens of a part.
     *
     * @param part the part
     * @return tokens, 0 if there is none of it
     */
    public int tokens(Part part) {
        return tokens.getOrDefault(part, 0);
    }

    /**
     * Returns the tokens of the prompt.
     *
     * @return the sum of all parts but the answer
     */
    public int promptTokens() {
        int sum = 0;
        for (int part : tokens.values()) {
            sum += part;
        }
        return sum - tokens(Part.ANSWER);
    }

    /**
     * Returns what remains.
     *
     * @return tokens of the context that no part has
     */
    public int freeTokens() {
        return contextTokens - promptTokens() - tokens(Part.ANSWER);
    }
}
