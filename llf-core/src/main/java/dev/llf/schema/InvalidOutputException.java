package dev.llf.schema;

import dev.llf.error.LlfException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model wrote is not what was asked for: ask again, or show it to the user. It carries the model's text, which the
 * message does not quote.
 */
public final class InvalidOutputException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** What the model wrote. */
    private final String rawText;
    /** Lost when the exception is serialised. */
    private final transient List<SchemaViolation> violations;

    InvalidOutputException(String rawText, List<SchemaViolation> violations, @Nullable Throwable cause) {
        super(message(violations), cause);
        this.rawText = rawText;
        this.violations = List.copyOf(violations);
    }

    private static String message(List<SchemaViolation> violations) {
        List<String> some = violations.stream().limit(5).map(each -> each.path() + " " + each.message()).toList();
        return "The text is not what its schema demands: %s%s.".formatted(String.join("; ", some),
                violations.size() > 5 ? "; and %d more".formatted(violations.size() - 5) : "");
    }

    /**
     * Returns what the model wrote.
     *
     * @return the text as it was read
     */
    public String rawText() {
        return rawText;
    }

    /**
     * Returns what is wrong with it.
     *
     * @return at least one violation; empty after deserialisation
     */
    public List<SchemaViolation> violations() {
        return violations == null ? List.of() : violations;
    }
}
