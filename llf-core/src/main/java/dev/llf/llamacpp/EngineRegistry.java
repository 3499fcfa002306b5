package dev.llf.llamacpp;

import dev.llf.gguf.GgufFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * The models of this JVM, each loaded once for the same file and options.
 *
 * <p>The binding frees nothing, so what nobody uses any more is kept and given to whoever asks for it again; a worker process
 * is ended. A load runs under the lock: two at once would share global state of the library.
 */
final class EngineRegistry {

    /** A step of a large model takes that long on a slow machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final EngineRegistry OF_JVM = haltingAtExit(new EngineRegistry(
            (options, gguf) -> LoadedEngine.load(options, gguf, Machine::availableBytes)));

    private final BiFunction<EngineOptions, GgufFile, LoadedEngine> loader;
    private final ReentrantLock lock = new ReentrantLock();
    /** Changed under {@link #lock}; read also without it, which does not wait for a load. */
    private final Map<EngineOptions, Entry> entries = new ConcurrentHashMap<>();
    private boolean halted; // guarded by lock

    /** A loaded model and how many use it. */
    private static final class Entry {
        private final LoadedEngine engine;
        private final long bytes;
        private final AtomicInteger users = new AtomicInteger(); // changed under lock

        Entry(LoadedEngine engine, long bytes) {
            this.engine = engine;
            this.bytes = bytes;
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

    /** Ends the work of all models for good, and loads none any more. */
    void halt(Duration limit) {
        List<LoadedEngine> engines = new ArrayList<>();
        try {
            if (!lock.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                return; // a load takes longer than the JVM can wait
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            halted = true;
            entries.values().forEach(entry -> engines.add(entry.engine));
        } finally {
            lock.unlock();
        }
        engines.forEach(engine -> engine.halt(limit));
    }

    static EngineRegistry ofJvm() {
        return OF_JVM;
    }

    /** Returns the loaded model; the caller releases it once. */
    LoadedEngine acquire(EngineOptions options, GgufFile gguf) {
        lock.lock();
        try {
            if (halted) {
                throw new IllegalStateException("The JVM is ending");
            }
            Entry entry = entries.get(options);
            if (entry == null) {
                entry = new Entry(loader.apply(options, gguf), LoadedEngine.bytes(options, gguf));
                entries.put(options, entry);
            }
            entry.users.incrementAndGet();
            return entry.engine;
        } finally {
            lock.unlock();
        }
    }

    void release(EngineOptions options) {
        lock.lock();
        try {
            Entry entry = entries.get(options);
            if (entry == null || entry.users.get() == 0) {
                throw new IllegalStateException("released more often than acquired: " + options);
            }
            if (entry.users.decrementAndGet() == 0 && options.residence().isWorker()) {
                entries.remove(options);
                entry.engine.engine().close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether the model is in memory, used or not. Does not wait for a load. */
    boolean isLoaded(EngineOptions options) {
        return entries.containsKey(options);
    }

    /** Returns what the models take that nobody uses any more, other than the one named. Does not wait for a load. */
    long closedBytes(EngineOptions except) {
        return entries.entrySet().stream()
                .filter(each -> each.getValue().users.get() == 0 && !each.getKey().equals(except))
                .mapToLong(each -> each.getValue().bytes).sum();
    }

    /** Returns how many use the model; 0 also if it was never loaded. */
    int users(EngineOptions options) {
        lock.lock();
        try {
            Entry entry = entries.get(options);
            return entry == null ? 0 : entry.users.get();
        } finally {
            lock.unlock();
        }
    }
}
