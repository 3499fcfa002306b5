package dev.llf.admission;

import dev.llf.admission.Tenants.Tenant;

/**
 * A place in an {@link AdmissionQueue}, from joining it to the end of what was admitted. Belongs to the queue that gave it,
 * and is guarded by the same lock.
 *
 * @param <T> what stands in line
 */
public final class Ticket<T> {

    private final T item;
    private final Claim claim;
    private final Tenant tenant;
    private State state = State.WAITING;
    private long since;
    private boolean delayed;

    private enum State {
        WAITING, RUNNING, GONE
    }

    Ticket(T item, Claim claim, Tenant tenant, long now) {
        this.item = item;
        this.claim = claim;
        this.tenant = tenant;
        since = now;
    }

    /**
     * Returns what stands in line.
     *
     * @return what was given to {@link AdmissionQueue#join}
     */
    public T item() {
        return item;
    }

    /**
     * Returns what it asks for.
     *
     * @return its claim
     */
    public Claim claim() {
        return claim;
    }

    /**
     * Tells whether it is in line.
     *
     * @return true until it is admitted or leaves
     */
    public boolean waiting() {
        return state == State.WAITING;
    }

    /**
     * Tells whether it holds a slot.
     *
     * @return true from its admission to its end
     */
    public boolean running() {
        return state == State.RUNNING;
    }

    Tenant tenant() {
        return tenant;
    }

    /** Since when it has waited or run. */
    long since() {
        return since;
    }

    /** Whether a limited rate held it back while there was a slot for it. */
    boolean delayed() {
        return delayed;
    }

    void delay() {
        delayed = true;
    }

    void run(long now) {
        state = State.RUNNING;
        since = now;
    }

    void leave() {
        state = State.GONE;
    }
}
