package dev.llf.chat;

/**
 * Instructions of the host program.
 *
 * @param text the instructions
 */
public record SystemMessage(String text) implements Message {
    /**
     * Checks the text.
     *
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public SystemMessage {
        WellFormed.text(text, "system text");
    }

    @Override
    public Role role() {
        return Role.SYSTEM;
    }
}
