package dev.llf.llamacpp;

import dev.llf.error.LlfException;
import dev.llf.gguf.GgufFile;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The worker process: loads one model and answers the host, until the host closes the pipe or is gone.
 *
 * <p>It knows nothing of chats, and checks nothing again: what it is given was checked by the host.
 */
final class WorkerMain {

    /** The host reads it; a logging framework here would be set up by nobody. */
    private static final PrintStream LOG = new PrintStream(new FileOutputStream(FileDescriptor.err), true,
            StandardCharsets.UTF_8);
    private static final String[] SIGNALS = {"INT", "TERM", "HUP"};

    private final WorkerPipe pipe;
    private final ExecutorService threads = Executors
            .newCachedThreadPool(Thread.ofPlatform().daemon().name("llf-worker-", 1).factory());
    private final Map<Integer, Running> generations = new ConcurrentHashMap<>();
    private volatile @Nullable LlamaGate gate;

    private WorkerMain(WorkerPipe pipe) {
        this.pipe = pipe;
    }

    /** A generation that may be told to end. */
    private static final class Running {
        private volatile boolean cancelled;
    }

    /**
     * Serves until the host is gone.
     *
     * @param args the milliseconds between two signs of life
     */
    public static void main(String[] args) {
        WorkerPipe pipe = new WorkerPipe(new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out));
        System.setOut(LOG); // nothing may come between the frames
        for (String signal : SIGNALS) {
            ignore(signal);
        }
        WorkerMain worker = new WorkerMain(pipe);
        long beatNanos = Long.parseLong(args[0]) * 1_000_000;
        worker.tell(0, new WorkerMessage.Hello(WorkerPipe.VERSION));
        Thread.ofPlatform().daemon().name("llf-worker-beat").start(() -> worker.beat(beatNanos));
        worker.serve();
    }

    /**
     * Keys pressed in the host's terminal reach its children, too, but the host decides. By reflection, because compilers
     * warn of the class and the warning cannot be turned off.
     */
    private static void ignore(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler).invoke(null,
                    signal.getConstructor(String.class).newInstance(name), handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException e) {
            LOG.println("Signal " + name + " is not ignored: " + e);
        }
    }

    private void beat(long nanos) {
        while (true) {
            LockSupport.parkNanos(nanos);
            tell(0, new WorkerMessage.Beat());
        }
    }

    /** Ends the process without a look back: native code may be in the middle of anything. */
    private static void end() {
        Runtime.getRuntime().halt(0);
    }

    private void tell(int call, WorkerMessage message) {
        try {
            pipe.write(call, message);
        } catch (IOException e) {
            end(); // nobody listens
        }
    }

    private void serve() {
        try {
            while (true) {
                receive(pipe.read());
            }
        } catch (IOException e) {
            end();
        }
    }

    private void receive(WorkerPipe.Frame frame) {
        int call = frame.call();
        if (frame.message() instanceof WorkerMessage.Cancel) {
            Running running = generations.get(call);
            if (running != null) {
                running.cancelled = true;
            }
            return;
        }
        if (frame.message() instanceof WorkerMessage.Generate) {
            generations.put(call, new Running());
        }
        threads.execute(() -> {
            try {
                tell(call, answer(call, frame.message()));
            } catch (RuntimeException | Error e) { // the host decides what becomes of it
                if (!(e instanceof LlfException)) {
                    report(e);
                }
                tell(call, WorkerMessage.Failed.of(e));
            } finally {
                generations.remove(call);
            }
        });
    }

    /** Where, but not what: a message could hold what it was about. */
    private static void report(Throwable e) {
        StringBuilder text = new StringBuilder(e.getClass().getName());
        for (StackTraceElement frame : e.getStackTrace()) {
            text.append("\n  at ").append(frame);
        }
        LOG.println(text);
    }

    private WorkerMessage answer(int call, WorkerMessage message) {
        return switch (message) {
            case WorkerMessage.Load load -> load(load);
            case WorkerMessage.Tokenize m -> new WorkerMessage.Tokens(gate().tokenize(m.text()));
            case WorkerMessage.Detokenize m -> new WorkerMessage.Text(gate().detokenize(m.ids()));
            case WorkerMessage.Embed m -> new WorkerMessage.Vector(gate().embed(m.text()));
            case WorkerMessage.Score m -> new WorkerMessage.Relevance(gate().score(m.query(), m.document()));
            case WorkerMessage.Generate m -> new WorkerMessage.Step(generate(call, m.request()));
            default -> throw new IllegalArgumentException("No request: " + message.getClass().getSimpleName());
        };
    }

    private LlamaGate gate() {
        LlamaGate loaded = gate;
        if (loaded == null) {
            throw new IllegalArgumentException("No model is loaded");
        }
        return loaded;
    }

    private WorkerMessage load(WorkerMessage.Load load) {
        ThreadChoice threads = ThreadChoice.of(load.options(), () -> GgufFile.read(load.options().file()));
        gate = LlamaGate.tested(load.options().withThreads(threads.count()), load.vocabularySize());
        return new WorkerMessage.Loaded(threads);
    }

    /** Tells all pieces but the last, which is told when the engine is done with it. */
    private Engine.Piece generate(int call, String request) {
        Running running = generations.get(call);
        try (Engine.Generation generation = gate().start(request)) {
            while (running != null && !running.cancelled) {
                Engine.Piece piece = generation.next();
                if (piece.last()) {
                    return piece;
                }
                tell(call, new WorkerMessage.Step(piece));
            }
            generation.cancel();
            return new Engine.Piece("", true);
        }
    }
}
