package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineCrashedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker process, seen from the host: its pipe, the calls it works on, its signs of life and its end.
 *
 * <p>It ends in one of two ways. Retired: the host kills it because it is not wanted any more. Crashed: all else; what it
 * worked on fails then. Two daemon threads read what it says. Safe for use by many threads.
 */
final class WorkerProcess {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    /** The number of the call that the first message answers. */
    private static final int GREETING = 0;
    /** A killed process may hang for a moment in the operating system. */
    private static final long EXIT_PATIENCE_SECONDS = 10;
    /** A new JVM on a busy machine needs longer than a running one. */
    private static final int STARTING_FACTOR = 6;

    private final String name;
    private final Process process;
    private final WorkerPipe pipe;
    private final Supervision supervision;
    private final Ending onEnd;
    private final LogTail log = new LogTail();
    private final Thread logReader;
    private final Silence silence = new Silence(Supervision.CHECKS * STARTING_FACTOR);
    private final Reply<WorkerMessage.Hello> greeting = new Reply<>(WorkerMessage.Hello.class,
            new CompletableFuture<>());
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Map<Integer, Call> calls = new HashMap<>();
    private int lastCall = GREETING; // guarded by lock
    private volatile State state = State.RUNNING; // written under lock
    private volatile long lastUse;
    private volatile boolean silent;

    private enum State {
        RUNNING, RETIRED, CRASHED
    }

    /** What waits for answers. Its methods must not block; the last of them is one of the latter two or a last answer. */
    interface Call {

        /**
         * Takes an answer.
         *
         * @return whether it was the last
         * @throws WorkerPipe.CorruptFrameException if it answers something else
         */
        boolean answer(WorkerMessage message) throws WorkerPipe.CorruptFrameException;

        /** The process has crashed. */
        void crashed(EngineCrashedException cause);

        /** The process was ended on purpose. */
        void retired();
    }

    /** What the end of a process is told to; must not block. */
    interface Ending {
        void ended(boolean crashed);
    }

    private WorkerProcess(String name, Process process, Supervision supervision, Ending onEnd) {
        this.name = name;
        this.process = process;
        this.supervision = supervision;
        this.onEnd = onEnd;
        pipe = new WorkerPipe(process.getInputStream(), process.getOutputStream());
        lastUse = supervision.nanos().getAsLong();
        calls.put(GREETING, greeting);
        logReader = Thread.ofPlatform().daemon().name("llf-worker-log-" + process.pid()).start(this::readLog);
        Thread.ofPlatform().daemon().name("llf-worker-pipe-" + process.pid()).start(this::read);
        supervision.alarm().after(supervision.checkInterval(), this::checkLife);
    }

    /**
     * Starts a process.
     *
     * @param name  what it is for
     * @param onEnd told once that it has ended, or is about to, before its calls are
     * @throws ConfigurationException if the operating system refuses
     */
    static WorkerProcess launch(String name, ProcessBuilder command, Supervision supervision, Ending onEnd) {
        try {
            return new WorkerProcess(name, command.start(), supervision, onEnd);
        } catch (IOException e) {
            throw new ConfigurationException("The worker process of %s cannot be started: %s."
                    .formatted(name, e.getMessage()), e);
        }
    }

    /**
     * Waits until it has said that it can be spoken to.
     *
     * @throws EngineCrashedException if it ends instead
     * @throws ConfigurationException if it speaks otherwise
     */
    void greet() {
        Optional<WorkerMessage.Hello> hello = Futures.join(greeting.answer);
        if (hello.isPresent() && hello.get().version() != WorkerPipe.VERSION) {
            throw new ConfigurationException(
                    ("The worker process of %s speaks version %d, the host %d; were LLF's files "
                            + "replaced while the program ran? Restart it.")
                            .formatted(name, hello.get().version(), WorkerPipe.VERSION));
        }
    }

    /**
     * Asks for one answer and waits for it.
     *
     * @return empty if the process was ended on purpose
     * @throws EngineCrashedException if it crashed
     */
    <M extends WorkerMessage> Optional<M> ask(WorkerMessage request, Class<M> type) {
        Reply<M> reply = new Reply<>(type, new CompletableFuture<>());
        return send(reply, request) == null ? Optional.empty() : Futures.join(reply.answer);
    }

    long pid() {
        return process.pid();
    }

    /**
     * Sends a request; the call is told what becomes of it.
     *
     * @return its number, or null if the process has ended and nothing was sent
     */
    @Nullable
    Integer send(Call call, WorkerMessage request) {
        int number;
        lock.lock();
        try {
            if (state != State.RUNNING) {
                return null;
            }
            number = ++lastCall;
            calls.put(number, call);
        } finally {
            lock.unlock();
        }
        try {
            write(number, request);
        } catch (IllegalArgumentException e) {
            remove(number);
            throw e;
        }
        return number;
    }

    /** Asks the process to end a generation soon. */
    void cancel(int call) {
        write(call, new WorkerMessage.Cancel());
    }

    /** A broken pipe needs no word: the thread that reads from the process sees its end. */
    private void write(int call, WorkerMessage message) {
        try {
            pipe.write(call, message);
        } catch (IOException e) {
            LOG.debug("Worker {} takes no more", process.pid(), e);
            process.destroyForcibly();
        }
    }

    boolean ended() {
        return state != State.RUNNING;
    }

    /** Ends the process, unless it has ended. */
    void retire() {
        retireIfOnly(null, true);
    }

    /** Ends the process unless it has something to do other than the call; without one, unless it has anything to do. */
    boolean retireIfOnly(@Nullable Call only) {
        return retireIfOnly(only, false);
    }

    private boolean retireIfOnly(@Nullable Call only, boolean anyway) {
        List<Call> left;
        lock.lock();
        try {
            boolean others = calls.values().stream().anyMatch(call -> !call.equals(only));
            if (state != State.RUNNING || (others && !anyway)) {
                return false;
            }
            state = State.RETIRED;
            left = takeCalls();
        } finally {
            lock.unlock();
        }
        process.destroyForcibly();
        onEnd.ended(false);
        left.forEach(Call::retired);
        return true;
    }

    /** Waits until the operating system has taken everything back. */
    void awaitExit() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(EXIT_PATIENCE_SECONDS);
        while (true) {
            try {
                if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("Worker {} was killed but is still there", process.pid());
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when a call last came or went, on the supervision's clock. */
    long lastUse() {
        return lastUse;
    }

    private List<Call> takeCalls() {
        List<Call> left = new ArrayList<>(calls.values());
        calls.clear();
        return left;
    }

    private void remove(int call) {
        lock.lock();
        try {
            calls.remove(call);
            lastUse = supervision.nanos().getAsLong();
        } finally {
            lock.unlock();
        }
    }

    private void read() {
        String what = "ended";
        try {
            while (true) {
                WorkerPipe.Frame frame = pipe.read();
                silence.heard();
                dispatch(frame);
            }
        } catch (WorkerPipe.CorruptFrameException e) {
            LOG.debug("Worker {} is not to be understood", process.pid(), e);
            what = "sent what is no message (%s)".formatted(e.getMessage());
        } catch (IOException e) {
            LOG.debug("Worker {} has closed its pipe: {}", process.pid(), e.toString());
        } finally {
            end(silent ? "gave no sign of life for %s and was killed".formatted(supervision.silence()) : what);
        }
    }

    private void dispatch(WorkerPipe.Frame frame) throws WorkerPipe.CorruptFrameException {
        if (frame.message() instanceof WorkerMessage.Beat) {
            return;
        }
        Call call;
        lock.lock();
        try {
            call = calls.get(frame.call());
        } finally {
            lock.unlock();
        }
        if (call == null) {
            throw new WorkerPipe.CorruptFrameException("an answer to nothing");
        }
        if (call.answer(frame.message())) {
            silence.allow(Supervision.CHECKS);
            remove(frame.call());
        }
    }

    private void end(String what) {
        process.destroyForcibly();
        awaitExit();
        List<Call> left;
        lock.lock();
        try {
            if (state != State.RUNNING) {
                return;
            }
            state = State.CRASHED;
            left = takeCalls();
        } finally {
            lock.unlock();
        }
        onEnd.ended(true);
        String tail = tail();
        int status = process.isAlive() ? -1 : process.exitValue();
        LOG.warn("The worker process {} of {} {}, status {}, with {} calls", process.pid(), name, what, status,
                left.size());
        for (Call call : left) {
            call.crashed(new EngineCrashedException(
                    "The worker process %d of %s %s (status %d). What it computed is lost; the next call starts another."
                            .formatted(process.pid(), name, what, status),
                    status, tail, null));
        }
    }

    private String tail() {
        try {
            logReader.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the tail may lack its end
        }
        return log.text();
    }

    private void readLog() {
        try {
            log.read(process.getErrorStream(), line -> LOG.debug("Worker {}: {}", process.pid(), line));
        } catch (IOException e) {
            LOG.debug("The log of worker {} broke off", process.pid(), e);
        }
    }

    private void checkLife() {
        if (ended()) {
            return;
        }
        if (silence.isTooLong()) {
            silent = true;
            process.destroyForcibly();
        } else {
            supervision.alarm().after(supervision.checkInterval(), this::checkLife);
        }
    }

    /** A call with one answer; empty stands for a process that was ended on purpose. */
    private record Reply<M extends WorkerMessage>(Class<M> type,
            CompletableFuture<Optional<M>> answer) implements Call {

        @Override
        public boolean answer(WorkerMessage message) throws WorkerPipe.CorruptFrameException {
            if (message instanceof WorkerMessage.Failed failed) {
                answer.completeExceptionally(failed.exception());
            } else if (type.isInstance(message)) {
                answer.complete(Optional.of(type.cast(message)));
            } else {
                throw new WorkerPipe.CorruptFrameException("an answer that was not asked for");
            }
            return true;
        }

        @Override
        public void crashed(EngineCrashedException cause) {
            answer.completeExceptionally(cause);
        }

        @Override
        public void retired() {
            answer.complete(Optional.empty());
        }
    }
}
