package dev.llf.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of what LLF throws, apart from argument and state errors.
 *
 * <p>Not sealed: sibling modules add their own leaves. Unchecked, because most callers can only report.
 */
public abstract class LlfException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what failed, where, what was found and expected, and the next step
     */
    protected LlfException(String message) {
        super(message);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message what failed, where, what was found and expected, and the next step
     * @param cause   what led to it, or null if there is none
     */
    protected LlfException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
