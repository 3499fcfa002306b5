package dev.llf.observe;

import java.util.Locale;

/** How a turn ended. */
public enum Outcome {
    /** It is in the log. */
    OK,
    /** It failed. */
    ERROR,
    /** It was cancelled. */
    CANCELLED,
    /** Its time was up. */
    TIMEOUT,
    /** The model had too much to do to take it on. */
    REJECTED;

    /**
     * Returns the word that stands for it in files, tags and logs.
     *
     * @return the name in small letters
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
