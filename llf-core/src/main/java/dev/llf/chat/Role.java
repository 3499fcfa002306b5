package dev.llf.chat;

import java.util.Locale;

/** Who a message is from. */
public enum Role {
    /** Instructions of the host program. */
    SYSTEM,
    /** The person, or the program on the person's behalf. */
    USER,
    /** The model. */
    ASSISTANT,
    /** The result of a tool that the model called. */
    TOOL;

    /**
     * Returns the name that chat templates use.
     *
     * @return {@code system}, {@code user}, {@code assistant} or {@code tool}
     */
    public String templateName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
