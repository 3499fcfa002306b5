package dev.llf.error;

import org.jspecify.annotations.Nullable;

/**
 * The native engine failed a call that passed every check: the call may be repeated; the model stays usable unless
 * told otherwise.
 */
public final class EngineException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what failed, where, what was found and expected, and the next step
     */
    public EngineException(String message) {
        super(message);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message what failed, where, what was found and expected, and the next step
     * @param cause   what led to it, or null if there is none
     */
    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
