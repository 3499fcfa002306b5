package dev.llf.observe.analytics;

import java.util.Objects;

/**
 * Something in a report that should be looked at.
 *
 * @param severity  how much it matters
 * @param code      what it is, for programs: small letters and hyphens
 * @param message   what it is, for people; may hold names of models and tools as they are
 * @param value     what was found
 * @param threshold what it was compared with
 */
public record Insight(Severity severity, String code, String message, double value, double threshold) {

    /** The code of the insight that says that nothing else was found. */
    public static final String ALL_WELL = "all-well";

    /** How much an insight matters. */
    public enum Severity {
        /** Good to know. */
        INFO,
        /** Should be looked at. */
        WARNING
    }

    /** Checks that all is there. */
    public Insight {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }
}
