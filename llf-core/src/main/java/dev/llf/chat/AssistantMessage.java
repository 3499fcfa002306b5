package dev.llf.chat;

import java.util.List;

/**
 * A message of the model.
 *
 * @param text      what the model says, possibly empty
 * @param toolCalls the tools it wants to be called, in order; possibly empty, unmodifiable
 */
public record AssistantMessage(String text, List<ToolCall> toolCalls) implements Message {
    /**
     * Checks the text and copies the calls.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public AssistantMessage {
        WellFormed.text(text, "assistant text");
        toolCalls = List.copyOf(toolCalls);
    }

    @Override
    public Role role() {
        return Role.ASSISTANT;
    }
}
