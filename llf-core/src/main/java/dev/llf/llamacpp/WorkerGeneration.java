package dev.llf.llamacpp;

import dev.llf.error.CancelledException;
import dev.llf.error.EngineCrashedException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generation that a worker process computes.
 *
 * <p>It begins with the first {@link #next()}, so that who waits for a process to start can be released. The queue between
 * the thread that reads from the process and the thread that reads from here never holds more than the request's tokens.
 */
final class WorkerGeneration implements Engine.Generation, WorkerCall {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerGeneration.class);
    private static final Engine.Piece NOTHING = new Engine.Piece("", false);
    private static final Engine.Piece END = new Engine.Piece("", true);
    /** The last piece has no token, and the one before it may come in two. */
    private static final int EXTRA = 2;

    private final WorkerEngine engine;
    private final String request;
    private final int maxPieces;
    private final Supervision supervision;
    private final BlockingQueue<Supplier<Engine.Piece>> arrived = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> abandoned = new CompletableFuture<>();
    private volatile @Nullable WorkerProcess process;
    private volatile boolean over;
    private int call; // of the reading thread
    private int pieces; // of the process's thread, as what follows
    private long lastArrival;
    private volatile long longestStep;

    WorkerGeneration(WorkerEngine engine, EngineRequest request, Supervision supervision) {
        this.engine = engine;
        this.request = RequestJson.write(request);
        this.supervision = supervision;
        maxPieces = request.maxTokens() + EXTRA;
    }

    @Override
    public Engine.Piece next() {
        if (process == null) {
            begin();
        }
        return take();
    }

    private void begin() {
        Integer number = null;
        while (number == null) {
            WorkerProcess next = engine.process(abandoned);
            if (next == null) {
                throw new CancelledException("Nobody waits any more for a generation that has not begun");
            }
            process = next;
            number = next.send(this, new WorkerMessage.Generate(request));
        }
        call = number;
    }

    private Engine.Piece take() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return arrived.take().get();
                } catch (InterruptedException e) {
                    interrupted = true; // as native code, it waits all the same
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wakes the reading thread, which then cancels. */
    @Override
    public void abandon() {
        if (abandoned.complete(true)) {
            arrived.add(() -> NOTHING);
        }
    }

    /** A prompt can take long; later the next token is never far, and a kill would cost more than it saves. */
    private Duration patience() {
        Duration steps = Duration.ofNanos(2 * longestStep);
        return steps.compareTo(supervision.cancel()) > 0 ? steps : supervision.cancel();
    }

    private void killUnlessOver() {
        WorkerProcess running = process;
        if (running != null && !over) {
            running.retireIfOnly(this);
        }
    }

    @Override
    public void cancel() {
        WorkerProcess running = process;
        if (running == null) {
            return;
        }
        running.cancel(call);
        try {
            awaitEnd();
        } catch (EngineCrashedException e) {
            LOG.debug("The process crashed when all that was wanted had come", e);
        }
    }

    /** If nobody waits for it and it does not come in time, the process is killed. */
    private void awaitEnd() {
        boolean watched = false;
        do {
            if (!watched && abandoned.isDone()) {
                watched = true;
                supervision.alarm().after(patience(), this::killUnlessOver);
            }
        } while (!take().last());
    }

    @Override
    public void close() {}

    @Override
    public boolean answer(WorkerMessage message) throws WorkerPipe.CorruptFrameException {
        if (message instanceof WorkerMessage.Failed failed) {
            over = true;
            RuntimeException cause = failed.exception();
            arrived.add(() -> {
                throw cause;
            });
            return true;
        }
        if (!(message instanceof WorkerMessage.Step step) || ++pieces > maxPieces) {
            throw new WorkerPipe.CorruptFrameException("an answer that was not asked for");
        }
        Engine.Piece piece = step.piece();
        long now = supervision.nanos().getAsLong();
        if (pieces > 1) {
            longestStep = Math.max(longestStep, now - lastArrival);
        }
        lastArrival = now;
        if (piece.last()) {
            over = true;
            engine.succeeded();
        }
        arrived.add(() -> piece);
        return piece.last();
    }

    @Override
    public void crashed(EngineCrashedException cause) {
        over = true;
        arrived.add(() -> {
            throw cause;
        });
    }

    @Override
    public void retired() {
        over = true;
        arrived.add(() -> END);
    }
}
