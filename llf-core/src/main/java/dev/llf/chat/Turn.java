package dev.llf.chat;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One exchange: what the user said and all that followed until the model's answer. Never changes.
 *
 * @param id           identifies the turn within its conversation: 1 to 64 letters, digits, {@code _} or {@code -}
 * @param parent       the turn before it; empty for the first
 * @param startedAt    when the user said it
 * @param messages     the user's message, then answers and tool results in order; every tool call has its result, and
 *                     after the last result stands an answer, empty if the turn was stopped
 * @param finishReason why the last answer ended
 * @param usage        tokens of all the turn's requests together
 * @param model        the name of the model that answered
 * @param metadata     what the host notes about the turn, in its order; keys are not blank
 */
public record Turn(String id, Optional<String> parent, Instant startedAt, List<Message> messages,
        FinishReason finishReason, Usage usage, String model, Map<String, String> metadata) {

    /**
     * Copies the messages and the metadata and checks that a conversation can go on after the turn.
     *
     * @throws IllegalArgumentException if an id has another form, the messages do not begin with the user's and end with
     *                                  the model's, or a tool call has no result
     */
    public Turn {
        WellFormed.id(id, "turn id");
        parent.ifPresent(before -> WellFormed.id(before, "parent id"));
        messages = List.copyOf(messages);
        RoleOrder.checkTurn(messages);
        WellFormed.name(model, "model name");
        Map<String, String> copy = new LinkedHashMap<>();
        metadata.forEach((key, value) -> copy.put(WellFormed.name(key, "metadata key"), WellFormed.text(value, key)));
        metadata = Collections.unmodifiableMap(copy);
    }

    /**
     * Creates a turn without metadata.
     *
     * @param id           identifies the turn
     * @param parent       the turn before it; empty for the first
     * @param startedAt    when the user said it
     * @param messages     its messages
     * @param finishReason why the last answer ended
     * @param usage        tokens of all the turn's requests together
     * @param model        the name of the model that answered
     * @throws IllegalArgumentException as for all turns
     */
    public Turn(String id, Optional<String> parent, Instant startedAt, List<Message> messages,
            FinishReason finishReason, Usage usage, String model) {
        this(id, parent, startedAt, messages, finishReason, usage, model, Map.of());
    }

    /**
     * Returns the user's message.
     *
     * @return the first message
     */
    public UserMessage question() {
        return (UserMessage) messages.getFirst();
    }

    /**
     * Returns the model's answer: the last one of the turn that has text.
     *
     * @return its text; empty if none has
     */
    public String answer() {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i) instanceof AssistantMessage assistant && !assistant.text().isEmpty()) {
                return assistant.text();
            }
        }
        return "";
    }
}
