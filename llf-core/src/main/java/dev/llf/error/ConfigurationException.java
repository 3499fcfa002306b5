package dev.llf.error;

import org.jspecify.annotations.Nullable;

/** Options that cannot work together, or a machine that lacks something the engine needs: change the set-up. */
public final class ConfigurationException extends LlfException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with its message.
     *
     * @param message what failed, where, what was found and expected, and the next step
     */
    public ConfigurationException(String message) {
        super(message);
    }

    /**
     * Creates an exception with its message and cause.
     *
     * @param message what failed, where, what was found and expected, and the next step
     * @param cause   what led to it, or null if there is none
     */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
