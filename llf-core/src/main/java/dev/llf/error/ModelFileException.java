package dev.llf.error;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model file is missing, damaged, or of a kind that the engine cannot run: choose or fetch another file. */
public final class ModelFileException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** The file, as text: {@link Path} is not serialisable. */
    private final String file;
    /** Bytes from the start of the file, or -1. */
    private final long offset;

    /**
     * Creates an exception about a place in a file.
     *
     * @param file    the model file
     * @param offset  the place, in bytes from the start of the file, or -1 if the fault has no single place
     * @param message what was found and expected there, and the next step; file and place are put in front of it
     */
    public ModelFileException(Path file, long offset, String message) {
        this(file, offset, message, null);
    }

    /**
     * Creates an exception about a place in a file, with its cause.
     *
     * @param file    the model file
     * @param offset  the place, in bytes from the start of the file, or -1 if the fault has no single place
     * @param message what was found and expected there, and the next step; file and place are put in front of it
     * @param cause   what led to it, or null if there is none
     */
    public ModelFileException(Path file, long offset, String message, @Nullable Throwable cause) {
        super(offset < 0 ? "%s: %s".formatted(file, message) : "%s, byte %d: %s".formatted(file, offset, message),
                cause);
        this.file = file.toString();
        this.offset = offset;
    }

    /**
     * Returns the model file.
     *
     * @return the path as it was given
     */
    public Path file() {
        return Path.of(file);
    }

    /**
     * Returns the place of the fault.
     *
     * @return bytes from the start of the file, or -1 if the fault has no single place
     */
    public long offset() {
        return offset;
    }
}
