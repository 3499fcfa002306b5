package dev.llf.chat;

/**
 * A model's wish that a tool be called.
 *
 * @param id        identifies the call within its turn
 * @param name      the tool's name as the model wrote it; the tool need not exist
 * @param arguments the arguments as the model wrote them: JSON text, meant to be an object, but unchecked
 */
public record ToolCall(String id, String name, String arguments) {
    /**
     * Checks the texts.
     *
     * @throws IllegalArgumentException if id or name is blank or any text has an unpaired surrogate
     */
    public ToolCall {
        WellFormed.name(id, "call id");
        WellFormed.name(name, "tool name");
        WellFormed.text(arguments, "tool arguments");
    }
}
