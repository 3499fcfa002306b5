package dev.llf.conversation.export;

import dev.llf.error.LlfException;
import org.jspecify.annotations.Nullable;

/** A conversation could not be exported: name another file, free some space, or add the library that the message names. */
public final class ExportException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what failed, where, and the next step
     */
    public ExportException(String message) {
        this(message, null);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message what failed, where, and the next step
     * @param cause   what led to it, or null if there is none
     */
    public ExportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
