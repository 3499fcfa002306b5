package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineCrashedException;
import java.io.IOException;
import java.time.Duration;
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
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(10);
    /** The JVM reports a crash of native code where frames should come, and then ends. */
    private static final Duration CRASH_PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOG_PATIENCE = Duration.ofSeconds(1);
    /** A new JVM on a busy machine needs longer than a running one. */
    private static final int STARTING_FACTOR = 6;

    private final String name;
    private final Process process;
    private final WorkerPipe pipe;
    private final Supervision supervision;
    private final Ending onEnd;
    private final LogTail log;
    private final Silence silence = new Silence(Supervision.CHECKS * STARTING_FACTOR);
    private final WorkerCall.Reply<WorkerMessage.Hello> greeting = new WorkerCall.Reply<>(WorkerMessage.Hello.class,
            new CompletableFuture<>());
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Map<Integer, WorkerCall> calls = new HashMap<>();
    private int lastCall = GREETING; // guarded by lock
    private volatile State state = State.RUNNING; // written under lock
    private volatile long lastUse;
    private volatile boolean silent;

    private enum State {
        RUNNING, RETIRED, CRASHED
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
        log = new LogTail(process.getErrorStream(), "worker " + process.pid());
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
        Optional<WorkerMessage.Hello> hello = Futures.join(greeting.answer());
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
        WorkerCall.Reply<M> reply = new WorkerCall.Reply<>(type, new CompletableFuture<>());
        return send(reply, request) == null ? Optional.empty() : Futures.join(reply.answer());
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
    Integer send(WorkerCall call, WorkerMessage request) {
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
            kill();
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
    boolean retireIfOnly(@Nullable WorkerCall only) {
        return retireIfOnly(only, false);
    }

    private boolean retireIfOnly(@Nullable WorkerCall only, boolean anyway) {
        List<WorkerCall> left;
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
        kill();
        onEnd.ended(false);
        left.forEach(WorkerCall::retired);
        return true;
    }

    /** Waits until the operating system has taken everything back. */
    void awaitExit() {
        if (!exits(EXIT_PATIENCE)) {
            LOG.warn("Worker {} was killed but is still there", process.pid());
        }
    }

    /** Waits for the end of the process, whatever the interrupt flag says. */
    private boolean exits(Duration patience) {
        process.onExit().completeOnTimeout(process, patience.toMillis(), TimeUnit.MILLISECONDS).join();
        return !process.isAlive();
    }

    /** Returns when a call last came or went, on the supervision's clock. */
    long lastUse() {
        return lastUse;
    }

    private List<WorkerCall> takeCalls() {
        List<WorkerCall> left = new ArrayList<>(calls.values());
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
            if (!exits(CRASH_PATIENCE)) {
                what = "sent what is no message (%s)".formatted(e.getMessage());
            }
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
        WorkerCall call;
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
        kill();
        awaitExit();
        List<WorkerCall> left;
        lock.lock();
        try {
            left = state == State.RUNNING ? takeCalls() : List.of();
            if (state == State.RUNNING) {
                state = State.CRASHED;
            }
        } finally {
            lock.unlock();
        }
        if (state == State.CRASHED) {
            onEnd.ended(true);
            tell(left, what);
        }
        process.destroyForcibly(); // closes the streams
    }

    private void tell(List<WorkerCall> left, String what) {
        boolean exited = !process.isAlive();
        String tail = exited ? tail() : "";
        int status = exited ? process.exitValue() : -1;
        LOG.warn("The worker process {} of {} {}, status {}, with {} calls", process.pid(), name, what, status,
                left.size());
        for (WorkerCall call : left) {
            call.crashed(new EngineCrashedException(
                    "The worker process %d of %s %s (status %d). What it computed is lost; the next call starts another."
                            .formatted(process.pid(), name, what, status),
                    status, tail, null));
        }
    }

    /** Leaves the streams open, unlike the process's own method: what it has written shall be read. */
    private void kill() {
        process.toHandle().destroyForcibly();
    }

    /** What came instead of a frame belongs to it, too. */
    private String tail() {
        try {
            log.add(pipe.readOther(LogTail.KEPT));
        } catch (IOException e) {
            LOG.debug("Nothing more of worker {}", process.pid(), e);
        }
        return log.end(LOG_PATIENCE);
    }

    private void checkLife() {
        if (ended()) {
            return;
        }
        if (silence.isTooLong()) {
            silent = true;
            kill();
        } else {
            supervision.alarm().after(supervision.checkInterval(), this::checkLife);
        }
    }
}
