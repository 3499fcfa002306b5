package dev.llf.admission;

import dev.llf.admission.Tenants.Tenant;
import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded line in front of a number of slots, and the count of the slots that are taken.
 *
 * <p>While some of each priority wait, of 21 that are admitted 16 have a high, 4 a normal and 1 a low priority. Tenants of
 * one priority take turns; those of one tenant and priority keep their order. A tenant whose rate is used up is passed over
 * until it is not; where the rate of all together is used up, everybody waits for the one whose turn it is. So nothing waits
 * for ever, and a claim for much is not overtaken by claims for little without end.
 *
 * <p>Nobody is charged for waiting: requests and tokens are taken from the limited rates when a slot is, and whoever leaves
 * the line before takes nothing. At the end the tokens that were not used are given back.
 *
 * <p>A plain data structure: it has no lock and no thread. The owner guards it with its own lock, since a slot is taken
 * together with a place in whatever the slots stand for. It {@linkplain #join joins} newcomers, {@linkplain #next admits}
 * whom it can after everything that changes, and looks again after {@link #nanosUntilChange}. Joining, leaving and ending
 * cost a few steps however long the line is; admitting costs one more for each tenant that is passed over.
 *
 * @param <T> what stands in line
 */
public final class AdmissionQueue<T> {

    private final Admission policy;
    private final int slots;
    private final LongSupplier nanos;
    private final Meter meter;
    private final Tenants tenants;
    private final Map<Priority, Lane<T>> lanes = new EnumMap<>(Priority.class);
    /** In the order of arrival. */
    private final SequencedSet<Ticket<T>> waiting = new LinkedHashSet<>();
    private final Tally tally = new Tally();
    private int running;
    private long clock; // the largest turn that was admitted
    private long choices;
    private long nextChance; // nanoseconds from the last choice; meaningful if that chose nobody

    /**
     * Creates an empty line.
     *
     * @param policy who is taken on
     * @param slots  how many can run at once, at least 1
     * @param nanos  the clock, as {@link System#nanoTime()}
     * @throws IllegalArgumentException if there is no slot
     */
    public AdmissionQueue(Admission policy, int slots, LongSupplier nanos) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be >= 1, was %d".formatted(slots));
        }
        this.policy = Objects.requireNonNull(policy, "policy");
        this.slots = slots;
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        meter = new Meter(policy.modelLimit(), nanos);
        tenants = new Tenants(() -> new Meter(policy.tenantLimit(), nanos));
        for (Priority priority : Priority.values()) {
            lanes.put(priority, new Lane<>(stride(priority)));
        }
    }

    private static long stride(Priority priority) {
        return switch (priority) {
            case HIGH -> 1;
            case NORMAL -> 4;
            case LOW -> 16;
        };
    }

    /**
     * Takes somebody on: admits it at once if it can run at once, or gives it a place in line.
     *
     * @param item  what is to run
     * @param claim what it asks for
     * @return its ticket; it runs or waits
     * @throws BusyException                          if it cannot run at once and may not wait
     * @throws dev.llf.error.ConfigurationException if it asks for more than its tenant's limit or the line's ever lets
     *                                                pass; this is not counted as submitted
     */
    public Ticket<T> join(T item, Claim claim) {
        Tenant tenant = tenants.of(claim.tenant());
        try {
            meter.check(claim.tokens(), "the model");
            tenant.meter().check(claim.tokens(), "its tenant");
            tally.submitted++;
            Ticket<T> ticket = new Ticket<>(item, claim, tenant, nanos.getAsLong());
            enter(ticket);
            if (ticket.equals(choose())) {
                admit(ticket);
            } else {
                checkPlace(ticket);
            }
            return ticket;
        } finally {
            tenants.left(tenant); // nothing of it may have stayed
        }
    }

    private void checkPlace(Ticket<T> ticket) {
        String obstacle = obstacle(ticket);
        if (obstacle != null) {
            leave(ticket);
            tally.refused++;
            throw busy(obstacle);
        }
    }

    private @Nullable String obstacle(Ticket<T> ticket) {
        if (waiting.size() > policy.capacity()) {
            return "The model's waiting line is full.";
        }
        if (ticket.tenant().waiting() > policy.capacityPerTenant().orElse(Integer.MAX_VALUE)) {
            return "The tenant has as many requests in the model's waiting line as one tenant may have.";
        }
        if (policy.maxWait().filter(Duration::isZero).isPresent()) {
            return "The request cannot run at once, and none may wait for the model.";
        }
        return null;
    }

    /**
     * Admits the next one, if a slot and the rates allow it.
     *
     * @return the ticket, which now holds a slot; the owner {@linkplain #end ends} it. Empty if nobody can go now
     */
    public Optional<Ticket<T>> next() {
        Ticket<T> chosen = choose();
        if (chosen != null) {
            admit(chosen);
        }
        return Optional.ofNullable(chosen);
    }

    /** Returns the one whose turn it is and who can go now, or null; changes nobody's turn. */
    private @Nullable Ticket<T> choose() {
        nextChance = Long.MAX_VALUE;
        if (running == slots || waiting.isEmpty()) {
            return null;
        }
        choices++;
        List<Lane<T>> byTurn = new ArrayList<>(lanes.values());
        byTurn.sort(Comparator.comparingLong(Lane::turn)); // stable: the higher priority first
        for (Lane<T> lane : byTurn) {
            Ticket<T> first = firstToPass(lane);
            if (first != null) {
                return can(first, meter) ? first : null;
            }
        }
        return null;
    }

    /** A tenant that must wait for one of its requests waits with all, lest small ones use up what a large one waits for. */
    private @Nullable Ticket<T> firstToPass(Lane<T> lane) {
        for (SequencedSet<Ticket<T>> tickets : lane.byTurns()) {
            Ticket<T> first = tickets.getFirst();
            if (!first.tenant().heldBack(choices)) {
                if (can(first, first.tenant().meter())) {
                    return first;
                }
                first.tenant().holdBack(choices);
            }
        }
        return null;
    }

    private boolean can(Ticket<T> ticket, Meter limit) {
        long wait = limit.nanosUntil(ticket.claim().tokens());
        if (wait > 0) {
            ticket.delay();
            nextChance = Math.min(nextChance, wait);
        }
        return wait == 0;
    }

    private void enter(Ticket<T> ticket) {
        waiting.add(ticket);
        ticket.tenant().waits(1);
        lane(ticket).add(ticket, clock);
    }

    private void admit(Ticket<T> ticket) {
        waiting.remove(ticket);
        ticket.tenant().waits(-1);
        Lane<T> lane = lane(ticket);
        clock = Math.max(clock, lane.turn());
        lane.admit(ticket, clock);
        running++;
        ticket.tenant().runs(1);
        meter.take(ticket.claim().tokens());
        ticket.tenant().meter().take(ticket.claim().tokens());
        tally.admitted(age(ticket), ticket.delayed());
        ticket.run(nanos.getAsLong());
    }

    private Lane<T> lane(Ticket<T> ticket) {
        return Objects.requireNonNull(lanes.get(ticket.claim().priority()));
    }

    /**
     * Takes somebody out of the line who was cancelled.
     *
     * @param ticket a ticket of this line
     * @return whether it was waiting; otherwise nothing happens
     */
    public boolean cancel(Ticket<T> ticket) {
        boolean left = leave(ticket);
        tally.cancelled += left ? 1 : 0;
        return left;
    }

    /**
     * Takes somebody out of the line whose own time is up.
     *
     * @param ticket a ticket of this line
     * @return whether it was waiting; otherwise nothing happens
     */
    public boolean expire(Ticket<T> ticket) {
        boolean left = leave(ticket);
        tally.expired += left ? 1 : 0;
        return left;
    }

    private boolean leave(Ticket<T> ticket) {
        if (!ticket.waiting()) {
            return false;
        }
        waiting.remove(ticket);
        lane(ticket).remove(ticket);
        ticket.tenant().waits(-1);
        ticket.leave();
        tenants.left(ticket.tenant());
        return true;
    }

    /**
     * Takes those out of the line who have waited as long as anybody may.
     *
     * @return their tickets, in the order in which they came
     */
    public List<Ticket<T>> expired() {
        List<Ticket<T>> expired = new ArrayList<>();
        while (nanosUntilExpiry() == 0) {
            Ticket<T> oldest = waiting.getFirst();
            expire(oldest);
            expired.add(oldest);
        }
        return expired;
    }

    private long nanosUntilExpiry() {
        return policy.maxWait().isEmpty() || waiting.isEmpty() ? Long.MAX_VALUE
                : Math.max(0, nanos(policy.maxWait().get()) - age(waiting.getFirst()));
    }

    private static long nanos(Duration time) {
        return TimeUnit.NANOSECONDS.convert(time);
    }

    private long age(Ticket<T> ticket) {
        return nanos.getAsLong() - ticket.since();
    }

    /**
     * Gives back the slot of somebody who was admitted, and the tokens that it did not use.
     *
     * @param ticket     a ticket of this line
     * @param usedTokens how many tokens it took, prompt and answer, at least 0
     * @return whether it held a slot; otherwise nothing happens, so that none is given back twice
     * @throws IllegalArgumentException if the number is negative
     */
    public boolean end(Ticket<T> ticket, long usedTokens) {
        if (usedTokens < 0) {
            throw new IllegalArgumentException("usedTokens must be >= 0, was %d".formatted(usedTokens));
        }
        if (!ticket.running()) {
            return false;
        }
        running--;
        ticket.tenant().runs(-1);
        meter.settle(ticket.claim().tokens(), usedTokens);
        ticket.tenant().meter().settle(ticket.claim().tokens(), usedTokens);
        tally.completed(age(ticket));
        ticket.leave();
        tenants.left(ticket.tenant());
        return true;
    }

    /**
     * Tells when time alone changes something: somebody can go whom a rate held back, or has waited too long. Ask after
     * {@link #next} returned nobody.
     *
     * @return nanoseconds from now; empty if only a newcomer or an end changes anything
     */
    public OptionalLong nanosUntilChange() {
        long change = Math.min(nextChance, nanosUntilExpiry());
        return change == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(change);
    }

    /**
     * Returns the length of the line.
     *
     * @return how many wait
     */
    public int waiting() {
        return waiting.size();
    }

    /**
     * Makes the error for somebody who is not served.
     *
     * @param message what happened
     * @return an exception with the length of the line and the expected wait
     */
    public BusyException busy(String message) {
        return new BusyException(message, waiting.size(), expectedWait());
    }

    private Duration expectedWait() {
        boolean free = running < slots && waiting.isEmpty();
        return free ? Duration.ZERO : tally.time(waiting.size() + 1, slots);
    }

    /** How many tenants are remembered. */
    int knownTenants() {
        return tenants.size();
    }

    /**
     * Returns how things are.
     *
     * @return a snapshot
     */
    public AdmissionStatistics statistics() {
        Map<Priority, Integer> byPriority = new EnumMap<>(Priority.class);
        lanes.forEach((priority, lane) -> byPriority.put(priority, lane.size()));
        Optional<Duration> oldest = waiting.isEmpty() ? Optional.empty()
                : Optional.of(Duration.ofNanos(age(waiting.getFirst())));
        return new AdmissionStatistics(slots, running, byPriority, tally.submitted, tally.admitted, tally.completed,
                tally.cancelled, tally.expired, tally.refused, tally.delayed, tally.waitTimes(), oldest,
                expectedWait());
    }
}
