package dev.llf.models;

import dev.llf.error.CancelledException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.Preflight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that are in memory, and who may stay.
 *
 * <p>One thread opens and closes all of them: what is free cannot be told while another model is being loaded. Whoever
 * wants a model that is open does not meet that thread.
 */
final class Residents implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

    private final Limits limits;
    private final LongSupplier nanos;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("llf-models").factory());
    /** Held for moments only; guards the state of all models of the pool. */
    private final ReentrantLock lock = new ReentrantLock();
    /** What the pool has opened, in that order; guarded by lock. */
    private final List<PooledModel<?>> open = new ArrayList<>();
    /** Models that somebody waits for; guarded by lock. */
    private final List<PooledModel<?>> loading = new ArrayList<>();
    private boolean closed; // guarded by lock

    Residents(Limits limits, LongSupplier nanos) {
        this.limits = limits;
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
            for (PooledModel<?> each : idle()) {
                if (now - each.lastUsed >= TimeUnit.NANOSECONDS.convert(idle)) {
                    due.add(evict(each));
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
        CompletableFuture<T> future;
        lock.lock();
        try {
            checkOpen();
            model.users++;
            T opened = model.opened;
            if (opened != null) {
                return opened;
            }
            future = loading(model);
        } finally {
            lock.unlock();
        }
        try {
            return await(future, model, timeout);
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
    private <T extends AutoCloseable> CompletableFuture<T> loading(PooledModel<T> model) {
        CompletableFuture<T> future = model.loading;
        if (future == null) {
            CompletableFuture<T> started = new CompletableFuture<>();
            model.loading = started;
            loading.add(model);
            thread.execute(() -> load(model, started));
            return started;
        }
        return future;
    }

    private static <T extends AutoCloseable> T await(CompletableFuture<T> future, PooledModel<T> model,
            Optional<Duration> timeout) {
        try {
            return timeout.isPresent()
                    ? future.get(TimeUnit.NANOSECONDS.convert(timeout.get()), TimeUnit.NANOSECONDS)
                    : future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                    "Interrupted while the model '%s' was being loaded; nothing was asked of it."
                            .formatted(model.name()),
                    e);
        } catch (TimeoutException e) {
            throw new CancelledException(
                    ("The request's time was up while the model '%s' was being loaded. The load goes "
                            + "on: ask again, or load it beforehand with warmUp.").formatted(model.name()),
                    e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException("A load failed without saying why", cause);
        };
    }

    private <T extends AutoCloseable> void load(PooledModel<T> model, CompletableFuture<T> future) {
        try {
            checkWanted(model, future);
            Preflight found = makeRoom(model);
            long began = nanos.getAsLong();
            T opened = model.open();
            moveIn(model, opened, found, Duration.ofNanos(nanos.getAsLong() - began));
            LOG.info("Loaded the model {} in {} ms", model.name(), model.loadTime.toMillis());
            future.complete(opened);
        } catch (RuntimeException | Error e) { // whatever it is, those who wait are told
            notLoading(model, future);
            future.completeExceptionally(e);
        }
    }

    private void checkWanted(PooledModel<?> model, CompletableFuture<?> future) {
        lock.lock();
        try {
            checkOpen();
            if (model.users == 0) {
                notLoading(model, future); // under the same lock: who comes now begins a new load
                throw new CancelledException("Nobody waits for the model '%s' any more".formatted(model.name()));
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // another load may be under way by now
    private void notLoading(PooledModel<?> model, @Nullable CompletableFuture<?> future) {
        lock.lock();
        try {
            if (model.loading == future) {
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
                model.opened = opened;
                model.bytes = found.estimatedBytes();
                model.reclaimable = found.reclaimable();
                model.loads++;
                model.loadTime = time;
                open.add(model);
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
                Need need = Need.of(List.of(found));
                if (allowed(Space.NONE, need)) {
                    return found;
                }
                evicted = evict(leaver(model.name(), need, found));
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

    private boolean allowed(Space gone, Need need) {
        return limits.allow(Space.of(open), gone, need);
    }

    /** The model that goes first; none goes for nothing. Lock held. */
    private PooledModel<?> leaver(String name, Need need, Preflight found) {
        List<PooledModel<?>> idle = idle();
        if (!idle.isEmpty() && allowed(Space.of(idle), need)) {
            return idle.getFirst();
        }
        List<PooledModel<?>> reclaimable = open.stream().filter(each -> each.reclaimable).toList();
        boolean busy = !reclaimable.isEmpty() && allowed(Space.of(reclaimable), need);
        throw new Refusal(name, need, limits, List.copyOf(open)).toException(busy, found);
    }

    /** Those that nobody uses and that give their memory back, the longest unused first; lock held. */
    private List<PooledModel<?>> idle() {
        long now = nanos.getAsLong();
        Comparator<PooledModel<?>> byIdleTime = Comparator.comparingLong(each -> now - each.lastUsed);
        return open.stream().filter(each -> each.reclaimable && each.users == 0).sorted(byIdleTime.reversed())
                .toList();
    }

    /** Lock held; the caller closes it when it holds the lock no longer. */
    private <T extends AutoCloseable> Evicted<T> evict(PooledModel<T> model) {
        model.evictions++;
        return leave(model);
    }

    private <T extends AutoCloseable> Evicted<T> leave(PooledModel<T> model) {
        T opened = Objects.requireNonNull(model.opened);
        model.opened = null;
        open.remove(model);
        return new Evicted<>(model.name(), opened);
    }

    /** Tells whether models can be in memory at the same time, if idle others go. */
    boolean fitTogether(Collection<? extends PooledModel<?>> models) {
        List<Preflight> missing = new ArrayList<>();
        for (PooledModel<?> each : models) {
            if (!isOpen(each)) {
                each.preflight().ifPresent(missing::add);
            }
        }
        lock.lock();
        try {
            List<PooledModel<?>> others = idle().stream().filter(each -> !models.contains(each)).toList();
            return allowed(Space.of(others), Need.of(missing));
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
        lock.lock();
        try {
            return model.statistics(tokensPerSecond);
        } finally {
            lock.unlock();
        }
    }

    /** Closes what the pool has opened, and what it is opening as soon as that is done; does not wait for the latter. */
    @Override
    public void close() {
        List<Evicted<?>> opened = new ArrayList<>();
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            List.copyOf(open.reversed()).forEach(each -> opened.add(leave(each)));
            loading.forEach(each -> waiting.add(Objects.requireNonNull(each.loading)));
        } finally {
            lock.unlock();
        }
        waiting.forEach(each -> each.completeExceptionally(closed()));
        thread.shutdown();
        opened.forEach(each -> each.close("the pool is closed"));
    }
}
