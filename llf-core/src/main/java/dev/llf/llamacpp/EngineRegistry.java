package dev.llf.llamacpp;

import dev.llf.gguf.GgufFile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * The models of this JVM, each loaded once for the same file and options.
 *
 * <p>The binding frees nothing, so what nobody uses any more is kept and given to whoever asks for it again; a worker process
 * is ended. One load runs at a time: two at once would share global state of the library, and reckon with the same free
 * memory. It begins when the workers that were closed are gone. Whatever is loaded is got and given back meanwhile.
 */
final class EngineRegistry {

    /** A step of a large model takes that long on a slow machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final EngineRegistry OF_JVM = haltingAtExit(new EngineRegistry(
            (options, gguf) -> LoadedEngine.load(options, gguf, Machine::availableBytes)));

    private final BiFunction<EngineOptions, GgufFile, LoadedEngine> loader;
    /** Held during a load, and never waited for under {@link #lock}. */
    private final ReentrantLock loading = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gone = lock.newCondition();
    /** Guarded by {@link #lock}. */
    private final Map<EngineOptions, Entry> entries = new HashMap<>();
    private int closing; // workers that are on their way out; guarded by lock
    private boolean halted; // guarded by lock

    /** A model and how many use it or wait until it is loaded. */
    private static final class Entry {
        private final CompletableFuture<LoadedEngine> engine = new CompletableFuture<>();
        private final long bytes;
        private int users; // guarded by the registry's lock

        Entry(long bytes) {
            this.bytes = bytes;
        }

        boolean isLoaded() {
            return engine.isDone() && !engine.isCompletedExceptionally();
        }
    }

    EngineRegistry(BiFunction<EngineOptions, GgufFile, LoadedEngine> loader) {
        this.loader = loader;
    }

    /** The library's static state goes when the process exits; what computes at that moment crashes it. */
    private static EngineRegistry haltingAtExit(EngineRegistry registry) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> registry.halt(PATIENCE), "llf-halt"));
        return registry;
    }

    /** Ends the work of all models for good, and lends none any more. */
    void halt(Duration limit) {
        List<LoadedEngine> engines;
        lock.lock();
        try {
            halted = true;
            engines = entries.values().stream().filter(Entry::isLoaded).map(entry -> entry.engine.join()).toList();
        } finally {
            lock.unlock();
        }
        engines.forEach(engine -> engine.halt(limit));
        awaitLoad(limit);
    }

    /** A loaded model proves that it runs; if the load does not take longer than the JVM can wait, that comes to its end. */
    private void awaitLoad(Duration limit) {
        try {
            if (loading.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                loading.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static EngineRegistry ofJvm() {
        return OF_JVM;
    }

    /** Returns the loaded model; the caller releases it once. */
    LoadedEngine acquire(EngineOptions options, GgufFile gguf) {
        Entry created = new Entry(LoadedEngine.bytes(options, gguf));
        Entry entry = enter(options, created);
        if (entry.equals(created)) {
            load(options, gguf, entry);
        }
        return Futures.join(entry.engine);
    }

    /** Counts a user of the model, for which there is an entry then. */
    private Entry enter(EngineOptions options, Entry created) {
        lock.lock();
        try {
            if (halted) {
                throw ending();
            }
            Entry entry = entries.computeIfAbsent(options, key -> created);
            entry.users++;
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private static IllegalStateException ending() {
        return new IllegalStateException("The JVM is ending");
    }

    private void load(EngineOptions options, GgufFile gguf, Entry entry) {
        loading.lock();
        try {
            awaitGone();
            LoadedEngine engine = loader.apply(options, gguf);
            if (!lend(entry, engine)) {
                engine.halt(Duration.ZERO);
                throw ending();
            }
        } catch (RuntimeException | Error e) { // told to all who wait
            forget(options, entry);
            entry.engine.completeExceptionally(e);
            throw e;
        } finally {
            loading.unlock();
        }
    }

    /** Waits until the system has got back what closed workers took. */
    private void awaitGone() {
        lock.lock();
        try {
            while (closing > 0) {
                gone.awaitUninterruptibly();
            }
            if (halted) { // while it waited for another load
                throw ending();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lends what was loaded, unless the JVM has begun to end meanwhile. */
    private boolean lend(Entry entry, LoadedEngine engine) {
        lock.lock();
        try {
            return !halted && entry.engine.complete(engine);
        } finally {
            lock.unlock();
        }
    }

    private void forget(EngineOptions options, Entry entry) {
        lock.lock();
        try {
            entries.remove(options, entry);
        } finally {
            lock.unlock();
        }
    }

    /** Gives a model back; the last user of a worker process waits for its end. */
    void release(EngineOptions options) {
        Optional<LoadedEngine> unwanted = leave(options);
        try {
            unwanted.ifPresent(engine -> engine.engine().close());
        } finally {
            unwanted.ifPresent(engine -> noteGone());
        }
    }

    /** Returns the engine that is to be closed, if it is. */
    private Optional<LoadedEngine> leave(EngineOptions options) {
        lock.lock();
        try {
            Entry entry = entries.get(options);
            if (entry == null || entry.users == 0) {
                throw new IllegalStateException("released more often than acquired: " + options);
            }
            if (--entry.users > 0 || !options.residence().isWorker()) {
                return Optional.empty();
            }
            entries.remove(options);
            closing++;
            return Optional.of(entry.engine.join());
        } finally {
            lock.unlock();
        }
    }

    private void noteGone() {
        lock.lock();
        try {
            closing--;
            gone.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether the model is in memory, used or not. */
    boolean isLoaded(EngineOptions options) {
        lock.lock();
        try {
            Entry entry = entries.get(options);
            return entry != null && entry.isLoaded();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what the models take that nobody uses any more, other than the one named. */
    long closedBytes(EngineOptions except) {
        lock.lock();
        try {
            return entries.entrySet().stream()
                    .filter(each -> each.getValue().users == 0 && !each.getKey().equals(except))
                    .mapToLong(each -> each.getValue().bytes).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many use the model or wait for its load; 0 also if it was never loaded. */
    int users(EngineOptions options) {
        lock.lock();
        try {
            Entry entry = entries.get(options);
            return entry == null ? 0 : entry.users;
        } finally {
            lock.unlock();
        }
    }
}
