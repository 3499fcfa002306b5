package dev.llf.models;

import dev.llf.llamacpp.Preflight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** The models that the pool has opened, and who of them goes for another. Guarded by the lock of {@link Residents}. */
final class Room {

    private final Limits limits;
    /** In the order in which they were opened. */
    private final List<PooledModel<?>> open = new ArrayList<>();

    Room(Limits limits) {
        this.limits = limits;
    }

    boolean allows(Need need) {
        return allowsWithout(List.of(), need);
    }

    boolean allowsWithout(Collection<PooledModel<?>> gone, Need need) {
        return limits.allow(Space.of(open), Space.of(gone), need);
    }

    <T extends AutoCloseable> void moveIn(PooledModel<T> model, T opened, Preflight found, Duration loadTime) {
        model.opened = opened;
        model.bytes = found.estimatedBytes();
        model.reclaimable = found.reclaimable();
        model.loads++;
        model.loadTime = loadTime;
        open.add(model);
    }

    /** Returns who goes first to make room; nobody goes in vain. */
    PooledModel<?> leaver(String name, Need need, Preflight found, long now) {
        List<PooledModel<?>> idle = idle(now);
        if (!idle.isEmpty() && allowsWithout(idle, need)) {
            return idle.getFirst();
        }
        List<PooledModel<?>> reclaimable = open.stream().filter(each -> each.reclaimable).toList();
        boolean busy = !reclaimable.isEmpty() && allowsWithout(reclaimable, need);
        throw new Refusal(name, need, limits, List.copyOf(open)).toException(busy, found);
    }

    /** Returns those that nobody uses and that give their memory back, the longest unused first. */
    List<PooledModel<?>> idle(long now) {
        Comparator<PooledModel<?>> byIdleTime = Comparator.comparingLong(each -> now - each.lastUsed);
        return open.stream().filter(each -> each.reclaimable && each.users == 0).sorted(byIdleTime.reversed())
                .toList();
    }

    /** The caller closes it when it holds the lock no longer. */
    <T extends AutoCloseable> Evicted<T> evict(PooledModel<T> model) {
        model.evictions++;
        return moveOut(model);
    }

    /** The caller closes them when it holds the lock no longer, the last opened first. */
    List<Evicted<?>> clear() {
        List<Evicted<?>> left = new ArrayList<>();
        List.copyOf(open.reversed()).forEach(each -> left.add(moveOut(each)));
        return left;
    }

    private <T extends AutoCloseable> Evicted<T> moveOut(PooledModel<T> model) {
        T opened = Objects.requireNonNull(model.opened);
        model.opened = null;
        open.remove(model);
        return new Evicted<>(model.name(), opened);
    }
}
