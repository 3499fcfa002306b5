package dev.llf.error;

import org.jspecify.annotations.Nullable;

/** A file or directory of LLF's own could not be read or written: free some space, repair its permissions, or name another place. */
public final class StorageException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message which file or directory, what failed, and the next step
     */
    public StorageException(String message) {
        this(message, null);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message which file or directory, what failed, and the next step
     * @param cause   what led to it, or null if there is none
     */
    public StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
