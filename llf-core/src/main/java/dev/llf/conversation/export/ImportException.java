package dev.llf.conversation.export;

import dev.llf.error.LlfException;
import org.jspecify.annotations.Nullable;

/** A file holds no conversation that can be imported: repair it at the place named, or raise the importer's limit. */
public final class ImportException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Counted from 1; -1 if there is no place. */
    private final long line;
    /** Counted from 1; -1 if there is no place. */
    private final long column;
    /** Counted from 0; -1 if it is not known. */
    private final long offset;

    ImportException(String message, long line, long column, long offset, @Nullable Throwable cause) {
        super(line < 1 ? message : "line %d, column %d: %s".formatted(line, column, message), cause);
        this.line = line;
        this.column = column;
        this.offset = offset;
    }

    ImportException(String message, @Nullable Throwable cause) {
        this(message, -1, -1, -1, cause);
    }

    /**
     * Returns the line of the fault, or of the message that has it.
     *
     * @return the line from 1; -1 if the fault has no place
     */
    public long line() {
        return line;
    }

    /**
     * Returns the column of the fault, or of the message that has it.
     *
     * @return the column from 1; -1 if the fault has no place
     */
    public long column() {
        return column;
    }

    /**
     * Returns how many bytes stand before the fault.
     *
     * @return bytes; -1 if that is not known
     */
    public long byteOffset() {
        return offset;
    }
}
