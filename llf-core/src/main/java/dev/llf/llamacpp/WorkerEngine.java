package dev.llf.llamacpp;

import dev.llf.error.CancelledException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineCrashedException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine in a worker process, which it starts when it is needed and replaces when it has ended.
 *
 * <p>Only the native gate lives there; all checks, the slots and the line in front of them stay with the host. Calls that
 * have not reached a process wait for the next one. Those that a crash interrupts fail and are not repeated: one of them
 * may be what crashes it.
 */
final class WorkerEngine implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerEngine.class);

    private final EngineOptions options;
    private final int vocabularySize;
    private final Runnable checkMemory;
    private final Runnable onEnd;
    private final Supplier<ProcessBuilder> command;
    private final Supervision supervision;
    private final ReentrantLock lock = new ReentrantLock();
    private final Backoff backoff = new Backoff(); // guarded by lock
    private @Nullable CompletableFuture<WorkerProcess> latest; // guarded by lock
    private @Nullable WorkerProcess launched; // guarded by lock
    private boolean closed; // guarded by lock
    private volatile @Nullable ThreadChoice threads;

    /**
     * Creates an engine; the first call starts its process.
     *
     * @param checkMemory runs before each start, when the one before is gone
     * @param onEnd       runs when a process has ended, before its calls are told; must not block
     * @param command     what starts a process
     */
    WorkerEngine(EngineOptions options, int vocabularySize, Runnable checkMemory, Runnable onEnd,
            Supplier<ProcessBuilder> command, Supervision supervision) {
        this.options = options;
        this.vocabularySize = vocabularySize;
        this.checkMemory = checkMemory;
        this.onEnd = onEnd;
        this.command = command;
        this.supervision = supervision;
    }

    /**
     * Loads the model now.
     *
     * @return how many threads compute, the same after every later start
     */
    ThreadChoice load() {
        Futures.join(current());
        return Objects.requireNonNull(threads);
    }

    @Override
    public int[] tokenize(String text) {
        return ask(new WorkerMessage.Tokenize(text), WorkerMessage.Tokens.class).ids();
    }

    @Override
    public String detokenize(int[] tokens) {
        EngineRequest.checkIds(tokens, vocabularySize);
        return ask(new WorkerMessage.Detokenize(tokens), WorkerMessage.Text.class).text();
    }

    @Override
    public float[] embed(String text) {
        float[] values = ask(new WorkerMessage.Embed(text), WorkerMessage.Vector.class).values();
        succeeded();
        return values;
    }

    @Override
    public float score(String query, String document) {
        float score = ask(new WorkerMessage.Score(query, document), WorkerMessage.Relevance.class).score();
        succeeded();
        return score;
    }

    @Override
    public Generation generate(EngineRequest request) {
        request.check(vocabularySize, options.slots());
        return new WorkerGeneration(this, request, supervision);
    }

    @Override
    public Optional<Duration> awaitReady(Optional<Duration> limit) {
        long start = supervision.nanos().getAsLong();
        await(current(), limit);
        return limit.map(time -> time.minusNanos(supervision.nanos().getAsLong() - start));
    }

    /** What a process does that is ended on purpose is asked again of the next one. */
    private <M extends WorkerMessage> M ask(WorkerMessage request, Class<M> type) {
        Optional<M> answer = Optional.empty();
        while (answer.isEmpty()) {
            answer = await(current(), Optional.empty()).ask(request, type);
        }
        return answer.get();
    }

    private static WorkerProcess await(CompletableFuture<WorkerProcess> start, Optional<Duration> limit) {
        try {
            return limit.isPresent() ? start.get(TimeUnit.NANOSECONDS.convert(limit.get()), TimeUnit.NANOSECONDS)
                    : start.get();
        } catch (ExecutionException e) {
            throw Futures.unwrapped(e.getCause());
        } catch (TimeoutException e) {
            throw new CancelledException("The time limit of %s was over before the model's worker process was ready."
                    .formatted(limit.orElseThrow()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("Interrupted while waiting for the model's worker process to start.", e);
        }
    }

    /**
     * Waits for a process.
     *
     * @return null if the caller is released before there is one
     */
    @Nullable
    WorkerProcess process(CompletableFuture<?> released) {
        CompletableFuture<WorkerProcess> start = current();
        if (!start.isDone()) {
            CompletableFuture.anyOf(start.exceptionally(e -> null), released).join();
        }
        return start.isDone() ? Futures.join(start) : null;
    }

    /** Notes that the engine has done what it is there for. */
    void succeeded() {
        lock.lock();
        try {
            backoff.succeeded();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the process that runs or starts; begins to start one if there is none. */
    private CompletableFuture<WorkerProcess> current() {
        lock.lock();
        try {
            checkOpen();
            if (latest == null || isOver(latest)) {
                latest = begin();
            }
            return latest;
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("The model %s is closed".formatted(options.file().getFileName()));
    }

    private static boolean isOver(CompletableFuture<WorkerProcess> start) {
        return start.isCompletedExceptionally() || (start.isDone() && start.join().ended());
    }

    private CompletableFuture<WorkerProcess> begin() {
        CompletableFuture<WorkerProcess> result = new CompletableFuture<>();
        WorkerProcess before = launched;
        Runnable start = () -> Thread.ofPlatform().daemon().name("llf-worker-start").start(() -> start(before, result));
        Duration wait = backoff.left(supervision.nanos().getAsLong());
        if (wait.isZero()) {
            start.run();
        } else {
            supervision.alarm().after(wait, start);
        }
        return result;
    }

    private void start(@Nullable WorkerProcess before, CompletableFuture<WorkerProcess> result) {
        try {
            if (before != null) {
                before.awaitExit();
            }
            checkMemory.run();
            WorkerProcess process = launch();
            load(process);
            options.residence().idleUnload().ifPresent(idle -> watchIdle(process, idle, idle));
            result.complete(process);
        } catch (RuntimeException | Error e) { // told to all who wait
            result.completeExceptionally(e);
        }
    }

    /** Under the lock: a close must know the process or prevent it. */
    private WorkerProcess launch() {
        lock.lock();
        try {
            checkOpen();
            WorkerProcess process = WorkerProcess.launch(options.file().getFileName().toString(), command.get(),
                    supervision, this::ended);
            launched = process;
            return process;
        } finally {
            lock.unlock();
        }
    }

    private void load(WorkerProcess process) {
        try {
            ThreadChoice known = threads;
            greet(process, known == null);
            EngineOptions chosen = known == null ? options : options.withThreads(known.count());
            WorkerMessage.Loaded loaded = process.ask(new WorkerMessage.Load(chosen, vocabularySize),
                    WorkerMessage.Loaded.class).orElseThrow(this::closed);
            LOG.debug("Worker {} has loaded {}", process.pid(), options.file());
            threads = known == null ? loaded.threads() : known;
        } catch (RuntimeException e) {
            process.retire();
            throw e;
        }
    }

    /** Where no process has ever worked, something is wrong with how it is started. */
    private void greet(WorkerProcess process, boolean first) {
        try {
            process.greet();
        } catch (EngineCrashedException e) {
            throw !first ? e
                    : new ConfigurationException("The worker process of %s cannot be started: %s"
                            .formatted(options.file().getFileName(), e.getMessage()), e);
        }
    }

    private void ended(boolean crashed) {
        if (crashed) {
            lock.lock();
            try {
                backoff.crashed(supervision.nanos().getAsLong());
            } finally {
                lock.unlock();
            }
        }
        onEnd.run();
    }

    private void watchIdle(WorkerProcess process, Duration idle, Duration wait) {
        supervision.alarm().after(wait, () -> {
            Duration left = idle.minusNanos(supervision.nanos().getAsLong() - process.lastUse());
            if (left.isPositive()) {
                watchIdle(process, idle, left);
            } else if (process.retireIfOnly(null)) {
                LOG.debug("Worker {} of {} was idle for {} and has ended", process.pid(), options.file(), idle);
            } else if (!process.ended()) {
                watchIdle(process, idle, idle);
            }
        });
    }

    @Override
    public void halt(Duration limit) {
        close();
    }

    /** Ends the process and waits until it is gone; what still runs on it comes to a quiet end. */
    @Override
    public void close() {
        WorkerProcess last;
        CompletableFuture<WorkerProcess> start;
        lock.lock();
        try {
            closed = true;
            last = launched;
            start = latest;
        } finally {
            lock.unlock();
        }
        if (start != null) {
            start.completeExceptionally(closed());
        }
        if (last != null) {
            last.retire();
            last.awaitExit();
        }
    }
}
