package dev.llf.conversation;

import dev.llf.error.LlfException;

/** A conversation has no such turn or branch, or has one already: name another one. */
public final class ConversationException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what was looked for and what there is
     */
    public ConversationException(String message) {
        super(message);
    }
}
