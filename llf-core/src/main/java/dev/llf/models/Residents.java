package dev.llf.models;

import dev.llf.error.CancelledException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.Preflight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who uses which model, and the one way into memory and out of it.
 *
 * <p>One thread opens and closes all of them: what is free cannot be told while another model is being loaded. Whoever
 * wants a model that is open does not meet that thread.
 */
final class Residents implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

    private final LongSupplier nanos;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("llf-models").factory());
    /** Held for moments only; guards the state of all models of the pool. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Room room; // guarded by lock
    /** Models that somebody waits for; guarded by lock. */
    private final List<PooledModel<?>> loading = new ArrayList<>();
    private boolean closed; // guarded by lock

    Residents(Limits limits, LongSupplier nanos) {
        room = new Room(limits);
        this.nanos = nanos;
    }

    /** Sweeps from now on. */
    void keepAlive(Duration idle) {
        long period = Math.max(1, TimeUnit.NANOSECONDS.convert(idle.dividedBy(4))); // at most 292 years
        Future<?> unused = thread.scheduleWithFixedDelay(() -> sweep(idle), period, period, TimeUnit.NANOSECONDS);
    }

    /** Closes what has been idle for so long and gives its memory back. */
    void sweep(Duration idle) {
        List<Evicted<?>> due = new ArrayList<>();
        lock.lock();
        try {
            long now = nanos.getAsLong();
            for (PooledModel<?> each : room.idle(now)) {
                if (now - each.lastUsed >= TimeUnit.NANOSECONDS.convert(idle)) {
                    due.add(room.evict(each));
                }
            }
        } finally {
            lock.unlock();
        }
        due.forEach(each -> each.close("it was idle"));
    }

    /**
     * Returns the model and keeps it open until {@link #release}; opens it first if need be.
     *
     * @throws CancelledException    if interrupted while it was being loaded, or the time was up
     * @throws LlfException          if it cannot be loaded
     * @throws IllegalStateException if the pool is closed
     */
    <T extends AutoCloseable> T hold(PooledModel<T> model, Optional<Duration> timeout) {
        Load<T> load;
        lock.lock();
        try {
            checkOpen();
            model.users++;
            T opened = model.opened;
            if (opened != null) {
                return opened;
            }
            load = latestLoad(model);
        } finally {
            lock.unlock();
        }
        try {
            return load.await(timeout);
        } catch (RuntimeException | Error e) {
            release(model);
            throw e;
        }
    }

    /** Gives a model back that was held. */
    void release(PooledModel<?> model) {
        lock.lock();
        try {
            model.users--;
            model.lastUsed = nanos.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /** Calls a model that is held open for as long as that takes. */
    <T extends AutoCloseable, R> R with(PooledModel<T> model, Function<T, R> call) {
        T opened = hold(model, Optional.empty());
        try {
            return call.apply(opened);
        } finally {
            release(model);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("The pool of models is closed");
    }

    /** The load that is under way, or a new one; lock held. */
    private <T extends AutoCloseable> Load<T> latestLoad(PooledModel<T> model) {
        Load<T> load = model.loading;
        if (load == null) {
            Load<T> started = new Load<>(model.name());
            model.loading = started;
            loading.add(model);
            thread.execute(() -> load(model, started));
            return started;
        }
        return load;
    }

    private <T extends AutoCloseable> void load(PooledModel<T> model, Load<T> load) {
        try {
            checkWanted(model, load);
            Preflight found = makeRoom(model);
            long began = nanos.getAsLong();
            T opened = model.open();
            moveIn(model, opened, found, Duration.ofNanos(nanos.getAsLong() - began));
            LOG.info("Loaded the model {} in {} ms", model.name(), model.loadTime.toMillis());
            load.succeeded(opened);
        } catch (RuntimeException | Error e) { // whatever it is, those who wait are told
            notLoading(model, load);
            load.failed(e);
        }
    }

    private void checkWanted(PooledModel<?> model, Load<?> load) {
        lock.lock();
        try {
            checkOpen();
            if (model.users == 0) {
                notLoading(model, load); // under the same lock: who comes now begins a new load
                throw new CancelledException("Nobody waits for the model '%s' any more".formatted(model.name()));
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // another load may be under way by now
    private void notLoading(PooledModel<?> model, @Nullable Load<?> load) {
        lock.lock();
        try {
            if (model.loading == load) {
                model.loading = null;
                loading.remove(model);
            }
        } finally {
            lock.unlock();
        }
    }

    private <T extends AutoCloseable> void moveIn(PooledModel<T> model, T opened, Preflight found, Duration time) {
        lock.lock();
        try {
            if (!closed) {
                room.moveIn(model, opened, found, time);
                notLoading(model, model.loading);
                return;
            }
        } finally {
            lock.unlock();
        }
        new Evicted<>(model.name(), opened).close("the pool was closed while it was being loaded");
        throw closed();
    }

    /** Closes what must go; returns what was found of the model when there was room. */
    private Preflight makeRoom(PooledModel<?> model) {
        while (true) {
            Preflight found = runnable(model);
            Evicted<?> evicted;
            lock.lock();
            try {
                checkOpen();
                Need need = Need.of(List.of(found));
                if (room.allows(need)) {
                    return found;
                }
                evicted = room.evict(room.leaver(model.name(), need, found, nanos.getAsLong()));
            } finally {
                lock.unlock();
            }
            evicted.close("'%s' needs its room".formatted(model.name()));
        }
    }

    private static Preflight runnable(PooledModel<?> model) {
        Preflight found = model.preflight().orElseThrow();
        found.problems().stream().filter(each -> !(each instanceof InsufficientMemoryException)).findFirst()
                .ifPresent(problem -> {
                    throw problem;
                });
        return found;
    }

    /**
     * Tells whether models can be in memory at the same time, if idle others go.
     *
     * @throws IllegalStateException if the pool is closed
     */
    boolean fitTogether(Collection<? extends PooledModel<?>> models) {
        List<Preflight> missing = new ArrayList<>();
        for (PooledModel<?> each : models) {
            if (!isOpen(each)) {
                each.preflight().ifPresent(missing::add);
            }
        }
        lock.lock();
        try {
            checkOpen();
            List<PooledModel<?>> others = room.idle(nanos.getAsLong()).stream()
                    .filter(each -> !models.contains(each)).toList();
            return room.allowsWithout(others, Need.of(missing));
        } finally {
            lock.unlock();
        }
    }

    private boolean isOpen(PooledModel<?> model) {
        lock.lock();
        try {
            return model.opened != null;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the state of a model. */
    ModelStatistics statistics(PooledModel<?> model, OptionalDouble tokensPerSecond) {
        ModelStatistics counted;
        AutoCloseable opened;
        lock.lock();
        try {
            counted = model.statistics(tokensPerSecond);
            opened = model.opened;
        } finally {
            lock.unlock();
        }
        // Outside: whoever holds the line's lock may be about to tell of an end, which takes ours.
        return opened instanceof LlamaChatModel chat ? counted.with(chat.admission()) : counted;
    }

    /** Closes what the pool has opened, and what it is opening as soon as that is done; does not wait for the latter. */
    @Override
    public void close() {
        List<Evicted<?>> opened;
        List<Load<?>> waiting = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            opened = room.clear();
            loading.forEach(each -> waiting.add(Objects.requireNonNull(each.loading)));
        } finally {
            lock.unlock();
        }
        waiting.forEach(each -> each.failed(closed()));
        thread.shutdown();
        opened.forEach(each -> each.close("the pool is closed"));
    }
}
