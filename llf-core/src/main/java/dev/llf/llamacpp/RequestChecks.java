package dev.llf.llamacpp;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.schema.Grammar;
import dev.llf.schema.JsonSchema;
import java.util.Optional;

/**
 * What a request must keep to so that the engine can neither abort nor err: the one validator in front of the gate.
 *
 * <p>The request's own types have checked ranges and text; here is what depends on the model and on combinations.
 */
final class RequestChecks {

    /** The engine ends a request when this many tokens or fewer are left. */
    private static final int MARGIN = 2;

    /** Budgets above the first number are rounded down to a multiple of the second, so that many requests share one. */
    private static final int LARGE = 256;
    private static final int STEP = 64;
    private static final long GRAMMAR_BYTES = 4 << 20;

    private final int vocabularySize;
    private final int slotTokens;
    /** Making a grammar of a schema takes milliseconds, and the same few schemas are asked for again and again. */
    private final RecentlyUsed<Budget, String> grammars = new RecentlyUsed<>(GRAMMAR_BYTES,
            (budget, grammar) -> 2L * (budget.schema.length() + grammar.length()));

    private record Budget(String schema, int maxBytes) {}

    RequestChecks(int vocabularySize, int slotTokens) {
        this.vocabularySize = vocabularySize;
        this.slotTokens = slotTokens;
    }

    /**
     * Returns the request's grammar, parsed and found sound: the engine ignores a grammar that it cannot parse.
     *
     * @param maxTokens how many tokens may be written; a schema's grammar comes to its end within as many
     * @throws dev.llf.schema.GrammarException if the grammar is refused
     * @throws dev.llf.schema.SchemaException  if the schema is refused, or its documents do not fit
     * @throws ConfigurationException          if the format cannot be served
     */
    Optional<String> grammar(ChatRequest request, Sampling sampling, int maxTokens) {
        checkIds(sampling);
        return switch (request.format()) {
            case ResponseFormat.Text text -> Optional.empty();
            case ResponseFormat.Grammar grammar -> {
                checkUnbiased(sampling);
                yield Optional.of(Grammar.parse(grammar.gbnf()).text());
            }
            case ResponseFormat.JsonSchema schema -> {
                checkUnbiased(sampling);
                // The last token ends the answer; every other one writes a byte or more.
                yield Optional.of(grammar(schema.schema(), Math.max(1, maxTokens - 1)));
            }
        };
    }

    private String grammar(String schema, int maxBytes) {
        Budget budget = new Budget(schema, maxBytes > LARGE ? maxBytes - maxBytes % STEP : maxBytes);
        String known = grammars.get(budget);
        if (known == null) {
            known = JsonSchema.parse(schema).grammar(budget.maxBytes).text();
            grammars.put(budget, known);
        }
        return known;
    }

    private static void checkUnbiased(Sampling sampling) {
        if (!sampling.tokenBias().isEmpty() || !sampling.bannedTokens().isEmpty()) {
            throw new ConfigurationException(
                    "A grammar or schema cannot be combined with biased or banned tokens: a token "
                            + "that the grammar needs could be banned, which ends the engine. Use one of the two.");
        }
    }

    /**
     * Returns the sampling with no window longer than the slot: the engine reserves a window's memory for every request,
     * and a window of all that there is gives the same answers.
     */
    Sampling bounded(Sampling sampling) {
        Sampling.Penalties penalties = sampling.penalties();
        Sampling.Dry dry = sampling.dry();
        if (penalties.lastTokens() <= slotTokens && dry.lastTokens() <= slotTokens) {
            return sampling;
        }
        return sampling.toBuilder()
                .penalties(new Sampling.Penalties(Math.min(penalties.lastTokens(), slotTokens), penalties.repeat(),
                        penalties.frequency(), penalties.presence()))
                .dry(new Sampling.Dry(dry.multiplier(), dry.base(), dry.allowedLength(),
                        Math.min(dry.lastTokens(), slotTokens), dry.breakers()))
                .build();
    }

    private void checkIds(Sampling sampling) {
        sampling.tokenBias().keySet().forEach(this::checkId);
        sampling.bannedTokens().forEach(this::checkId);
    }

    private void checkId(int id) {
        if (id >= vocabularySize) {
            throw new ConfigurationException("Token id %d is biased or banned, but the model has ids 0 to %d."
                    .formatted(id, vocabularySize - 1));
        }
    }

    /**
     * Returns how many tokens may be generated after the prompt.
     *
     * @throws ContextOverflowException if none may
     * @throws ConfigurationException   if there is no prompt to go on from
     */
    int maxTokens(ChatRequest request, int promptTokens) {
        if (promptTokens == 0) {
            throw new ConfigurationException(
                    "The chat template renders these messages to nothing; give another one with "
                            + "chatTemplate(...), or add text.");
        }
        int room = slotTokens - promptTokens - MARGIN;
        if (room < 1) {
            throw new ContextOverflowException(promptTokens, MARGIN + 1, slotTokens);
        }
        return Math.min(room, request.maxTokens().orElse(room));
    }
}
