package dev.llf.conversation.prompts;

import dev.llf.error.LlfException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prompt template cannot be used, found, changed or imported as asked. The message holds no prompt text. */
public final class PromptTemplateException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    private final Reason reason;
    /** The placeholders without a value. */
    private final String[] missing;

    /** What stood in the way. */
    public enum Reason {
        /** Placeholders have no value: give values for all of them. */
        MISSING_VALUES,
        /** The rendered text or an import would be too long: give less. */
        TOO_LARGE,
        /** There is no such template or version: look for the ids that there are. */
        NOT_FOUND,
        /** There is such a template already: choose another id, or change that one. */
        CLASH,
        /** A template of LLF's own cannot be changed: make your own with the same id. */
        BUILT_IN,
        /** An id or an import has another form than it must have: repair it. */
        MALFORMED,
        /** The library is full: delete templates. */
        FULL
    }

    PromptTemplateException(Reason reason, String message) {
        this(reason, message, List.of(), null);
    }

    PromptTemplateException(Reason reason, String message, List<String> missing, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.missing = missing.toArray(new String[0]);
    }

    /**
     * Returns what stood in the way.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns which placeholders have no value.
     *
     * @return their names in the order of the template; empty unless the reason is {@link Reason#MISSING_VALUES}
     */
    public List<String> missing() {
        return List.of(missing);
    }
}
