package dev.llf.chat;

/**
 * A message of the user.
 *
 * @param text what the user says
 */
public record UserMessage(String text) implements Message {
    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public UserMessage {
        WellFormed.text(text, "user text");
    }

    @Override
    public Role role() {
        return Role.USER;
    }
}
