package dev.llf.error;

import org.jspecify.annotations.Nullable;

/**
 * A call was cancelled or ran out of time before it produced anything; nothing was written. Call again if it still
 * matters.
 */
public final class CancelledException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what failed, where, what was found and expected, and the next step
     */
    public CancelledException(String message) {
        super(message);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message what failed, where, what was found and expected, and the next step
     * @param cause   what led to it, or null if there is none
     */
    public CancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
