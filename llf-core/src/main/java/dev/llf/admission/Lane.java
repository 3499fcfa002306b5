package dev.llf.admission;

import dev.llf.admission.Tenants.Tenant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Those in line who have the same priority. Tenants take turns; those of one tenant keep their order.
 *
 * <p>A lane that has somebody in it has a {@linkplain #turn() turn}, and the smallest turn of all lanes comes first. Each
 * admission puts the lane's turn off by its stride: with strides of 1 and 4 it is admitted from one four times as often as
 * from the other (self-clocked fair queueing).
 */
final class Lane<T> {

    private final long stride;
    /** The tenant whose turn is next comes first. */
    private final SequencedMap<Tenant, SequencedSet<Ticket<T>>> tenants = new LinkedHashMap<>();
    private long turn;
    private long served;
    private int size;

    Lane(long stride) {
        this.stride = stride;
    }

    /** Adds somebody; the clock is the largest turn that was ever admitted. */
    void add(Ticket<T> ticket, long clock) {
        if (size++ == 0) {
            turn = Math.max(served, clock) + stride; // who was away has saved up nothing
        }
        tenants.computeIfAbsent(ticket.tenant(), tenant -> new LinkedHashSet<>()).add(ticket);
    }

    void remove(Ticket<T> ticket) {
        size--;
        tenants.computeIfPresent(ticket.tenant(), (tenant, tickets) -> {
            tickets.remove(ticket);
            return tickets.isEmpty() ? null : tickets;
        });
    }

    /** Removes somebody who is admitted, and puts off the tenant's turn and the lane's. */
    void admit(Ticket<T> ticket, long clock) {
        remove(ticket);
        SequencedSet<Ticket<T>> others = tenants.remove(ticket.tenant());
        if (others != null) {
            tenants.putLast(ticket.tenant(), others);
        }
        served = turn;
        turn = Math.max(turn, clock) + stride;
    }

    /** Returns each tenant's tickets, in the order of their turns. */
    SequencedCollection<SequencedSet<Ticket<T>>> byTurns() {
        return tenants.sequencedValues();
    }

    long turn() {
        return turn;
    }

    int size() {
        return size;
    }
}
