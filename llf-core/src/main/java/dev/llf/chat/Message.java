package dev.llf.chat;

import java.util.List;

/**
 * One message of a conversation.
 *
 * <p>Text is data: whatever it holds, it never becomes a control token of the model.
 */
public sealed interface Message permits SystemMessage, UserMessage, AssistantMessage, ToolMessage {

    /**
     * Returns who the message is from.
     *
     * @return the role
     */
    Role role();

    /**
     * Returns what the message says.
     *
     * @return the text, well-formed Unicode, possibly empty
     */
    String text();

    /**
     * Creates instructions of the host program.
     *
     * @param text the instructions
     * @return the message
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    static SystemMessage system(String text) {
        return new SystemMessage(text);
    }

    /**
     * Creates a message of the user.
     *
     * @param text what the user says
     * @return the message
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    static UserMessage user(String text) {
        return new UserMessage(text);
    }

    /**
     * Creates a message of the model that calls no tool.
     *
     * @param text what the model says
     * @return the message
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    static AssistantMessage assistant(String text) {
        return new AssistantMessage(text, List.of());
    }
}
