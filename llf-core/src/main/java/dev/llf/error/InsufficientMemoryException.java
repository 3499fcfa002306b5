package dev.llf.error;

/** A model needs more memory than the machine has free: use a smaller model, less context, or close other programs. */
public final class InsufficientMemoryException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Bytes that loading would need. */
    private final long requiredBytes;
    /** Bytes that are free. */
    private final long availableBytes;

    /**
     * Creates an exception with the two sizes.
     *
     * @param what           what was to be loaded
     * @param requiredBytes  bytes that loading would need, an estimate
     * @param availableBytes bytes that are free
     */
    public InsufficientMemoryException(String what, long requiredBytes, long availableBytes) {
        super(("%s needs about %s of memory, but only %s are free. "
                + "Use a smaller model or quantisation, fewer contextTokens or slots, or free memory.")
                .formatted(what, gibibytes(requiredBytes), gibibytes(availableBytes)));
        this.requiredBytes = requiredBytes;
        this.availableBytes = availableBytes;
    }

    private static String gibibytes(long bytes) {
        return "%.1f GiB".formatted(bytes / (double) (1L << 30));
    }

    /**
     * Returns what loading would need.
     *
     * @return bytes, an estimate
     */
    public long requiredBytes() {
        return requiredBytes;
    }

    /**
     * Returns what is free.
     *
     * @return bytes
     */
    public long availableBytes() {
        return availableBytes;
    }
}
