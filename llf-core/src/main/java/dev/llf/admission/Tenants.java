package dev.llf.admission;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;

/**
 * Who has something in line or running, and whose buckets are not full again. The others are forgotten: they would be met
 * again as they were.
 */
final class Tenants {

    /** The most that are remembered for their buckets alone; beyond it the one that has been idle longest is let off. */
    static final int MOST_IDLE = 65_536;

    private final Supplier<Meter> meters;
    private final Map<String, Tenant> known = new HashMap<>();
    /** In the order in which they became idle; so the first one's buckets have had the most time to fill. */
    private final SequencedSet<Tenant> idle = new LinkedHashSet<>();

    /** Somebody who shares the line with others. */
    static final class Tenant {

        private final String name;
        private final Meter meter;
        private int waiting;
        private int running;
        private long heldBack;

        Tenant(String name, Meter meter) {
            this.name = name;
            this.meter = meter;
        }

        Meter meter() {
            return meter;
        }

        int waiting() {
            return waiting;
        }

        void waits(int more) {
            waiting += more;
        }

        void runs(int more) {
            running += more;
        }

        /** Keeps back all of this tenant while one choice is made. */
        void holdBack(long choice) {
            heldBack = choice;
        }

        boolean heldBack(long choice) {
            return heldBack == choice;
        }
    }

    Tenants(Supplier<Meter> meters) {
        this.meters = meters;
    }

    /** Returns whoever has the name; all that have none are one. */
    Tenant of(Optional<String> name) {
        Tenant tenant = known.computeIfAbsent(name.orElse(""), key -> new Tenant(key, meters.get()));
        idle.remove(tenant);
        return tenant;
    }

    /** Notes that something of the tenant has ended or left. */
    void left(Tenant tenant) {
        if (tenant.waiting == 0 && tenant.running == 0 && tenant.equals(known.get(tenant.name))) {
            idle.add(tenant);
        }
        while (!idle.isEmpty() && (idle.size() > MOST_IDLE || idle.getFirst().meter.full())) {
            known.remove(idle.removeFirst().name);
        }
    }

    int size() {
        return known.size();
    }
}
