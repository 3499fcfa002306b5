package dev.llf.observe.analytics;

import dev.llf.conversation.export.Redactor;
import dev.llf.error.LlfException;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What of an exception may be kept. The messages of {@code dev.llf.error} never quote what was said; those of others may,
 * so nothing but their type is kept.
 */
final class ErrorText {

    static final Function<Throwable, String> DEFAULT = cause -> isOurs(cause)
            ? Objects.requireNonNullElse(cause.getMessage(), "")
            : "";

    private static final int MAX_MESSAGE = 200;
    /** How much of a message is looked at, since some hold whole documents. */
    private static final int MAX_READ = 10_000;
    private static final Pattern UNPAIRED = Pattern.compile("\\p{Cs}");
    private static final Pattern GAP = Pattern.compile("[\\p{Cntrl}\\s\\u2028\\u2029]++");

    private ErrorText() {}

    private static boolean isOurs(Throwable cause) {
        return cause.getClass().getPackageName().equals(LlfException.class.getPackageName());
    }

    /** Returns a message on one line, without common forms of secrets and not too long. */
    static String harmless(String message) {
        String redacted = Redactor.SECRETS.redact(cut(message, MAX_READ));
        return cut(GAP.matcher(redacted).replaceAll(" ").strip(), MAX_MESSAGE);
    }

    /** Returns the front of a text as well-formed Unicode. */
    static String cut(String text, int length) {
        String front = text.length() > length ? text.substring(0, length - 1) + "\u2026" : text;
        return UNPAIRED.matcher(front).replaceAll("\uFFFD");
    }
}
