package dev.llf.error;

import org.jspecify.annotations.Nullable;

/**
 * The process that ran the engine has died; the host and its conversations are as they were, nothing of the call is kept,
 * and the next call starts another process.
 */
public final class EngineCrashedException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** How the process ended. */
    private final int exitStatus;
    /** What the process wrote last. */
    private final String logTail;

    /**
     * Creates an exception.
     *
     * @param message    what failed, where, what was found and expected, and the next step; the end of the log is put
     *                   behind it
     * @param exitStatus how the process ended, 128 and more for a signal on Unix; -1 if it is not known
     * @param logTail    the last lines of what the process wrote; possibly empty
     * @param cause      what led to it, or null if there is none
     */
    public EngineCrashedException(String message, int exitStatus, String logTail, @Nullable Throwable cause) {
        super(logTail.isBlank() ? message : "%s Its last lines:%n%s".formatted(message, logTail.strip()), cause);
        this.exitStatus = exitStatus;
        this.logTail = logTail;
    }

    /**
     * Returns how the process ended.
     *
     * @return its exit status, 128 and more for a signal on Unix; -1 if it is not known
     */
    public int exitStatus() {
        return exitStatus;
    }

    /**
     * Returns what the process wrote last.
     *
     * @return the last lines, possibly empty
     */
    public String logTail() {
        return logTail;
    }
}
