package dev.llf.chat;

/**
 * The result of one tool call.
 *
 * @param callId the {@link ToolCall#id()} that it answers
 * @param name   the tool's name
 * @param text   what the tool returned, or why it failed
 * @param error  whether the call failed
 */
public record ToolMessage(String callId, String name, String text, boolean error) implements Message {
    /**
     * Checks the texts.
     *
     * @throws IllegalArgumentException if id or name is blank or any text has an unpaired surrogate
     */
    public ToolMessage {
        WellFormed.name(callId, "call id");
        WellFormed.name(name, "tool name");
        WellFormed.text(text, "tool result");
    }

    @Override
    public Role role() {
        return Role.TOOL;
    }
}
