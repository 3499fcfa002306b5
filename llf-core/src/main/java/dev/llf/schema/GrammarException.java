package dev.llf.schema;

import dev.llf.error.LlfException;

/** A grammar is wrong, or too much for the engine: correct the grammar at the named place. */
public final class GrammarException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** 1-based, or 0 if the fault has no single place. */
    private final int line;
    /** 1-based, or 0 if the fault has no single place. */
    private final int column;

    GrammarException(String message) {
        super(message);
        this.line = 0;
        this.column = 0;
    }

    GrammarException(int line, int column, String message) {
        super("line %d, column %d: %s".formatted(line, column, message));
        this.line = line;
        this.column = column;
    }

    /**
     * Returns the line of the fault.
     *
     * @return the line, from 1, or 0 if the fault has no single place
     */
    public int line() {
        return line;
    }

    /**
     * Returns the column of the fault.
     *
     * @return the column in characters (code points), from 1, or 0 if the fault has no single place
     */
    public int column() {
        return column;
    }
}
