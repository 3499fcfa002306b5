package dev.llf.conversation;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One exchange: what the user said and all that followed until the model's answer. Never changes.
 *
 * @param id           identifies the turn within its conversation
 * @param parent       the turn before it; empty for the first
 * @param startedAt    when the user said it
 * @param messages     the user's message, then answers and tool results in order; every tool call has its result, and
 *                     after the last result stands an answer, empty if the turn was stopped
 * @param finishReason why the last answer ended
 * @param usage        tokens of all the turn's requests together
 * @param model        the name of the model that answered
 */
public record Turn(String id, Optional<String> parent, Instant startedAt, List<Message> messages,
        FinishReason finishReason, Usage usage, String model) {
    /** Copies the messages. */
    public Turn {
        messages = List.copyOf(messages);
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
