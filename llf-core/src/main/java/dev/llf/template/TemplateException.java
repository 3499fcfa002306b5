package dev.llf.template;

import dev.llf.error.LlfException;

/**
 * A chat template is malformed, uses what the engine does not know, went beyond its limits, or refused its input.
 *
 * <p>The message names the place and what was found and expected. Text from messages, tools or documents never shows up
 * in it: where a template puts such text into its own complaint, an ellipsis stands for it.
 */
public final class TemplateException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** From 1, or 0 for no place. */
    private final int line;
    /** From 1, or 0 for no place. */
    private final int column;
    /** Whether the template called {@code raise_exception}. */
    private final boolean raised;

    TemplateException(Position at, String message) {
        this(at, message, false);
    }

    TemplateException(Position at, String message, boolean raised) {
        super("Chat template%s: %s".formatted(at.described(), message));
        this.line = at.line();
        this.column = at.column();
        this.raised = raised;
    }

    /**
     * Returns the line of the template.
     *
     * @return the line, counted from 1, or 0 if the fault has no place in the template
     */
    public int line() {
        return line;
    }

    /**
     * Returns the column within the line.
     *
     * @return the column in characters, counted from 1, or 0 if the fault has no place in the template
     */
    public int column() {
        return column;
    }

    /**
     * Tells whether the template itself refused its input by calling {@code raise_exception}.
     *
     * @return true if the input does not suit the template; false if the template or its use is at fault
     */
    public boolean raised() {
        return raised;
    }
}
