package dev.llf.error;

/** A model's waiting line is full; nothing was queued. Try again later, or give the model more slots or a longer line. */
public final class BusyException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Requests in the line. */
    private final int waiting;

    /**
     * Creates an exception with the length of the line.
     *
     * @param waiting requests in the line
     */
    public BusyException(int waiting) {
        super(("The model's waiting line is full: %d requests wait already. "
                + "Try again later, or build the model with more slots or a larger queueCapacity.").formatted(waiting));
        this.waiting = waiting;
    }

    /**
     * Returns the length of the line.
     *
     * @return requests that wait
     */
    public int waiting() {
        return waiting;
    }
}
