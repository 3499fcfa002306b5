package dev.llf.llamacpp;

import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import dev.llf.chat.Sampling;
import dev.llf.error.EngineException;
import dev.llf.error.ModelFileException;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one class that calls native code.
 *
 * <p>The binding's public methods give neither task ids nor raw requests, so the natives behind them are reached through
 * method handles. A native call that is given something it does not expect ends the process: whatever arrives here has
 * been checked by {@link RequestChecks}, {@link PromptEncoder} and the GGUF reader, and what is cheap is checked again.
 *
 * <p>A loaded model is never closed: closing only stops its worker thread and frees nothing.
 */
final class LlamaGate implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(LlamaGate.class);
    /** Loads share global state in the library: its logger and its backends. */
    private static final ReentrantLock LOADING = new ReentrantLock();
    private static final int NO_TASK = Integer.MAX_VALUE;
    /** Each takes a good part of a microsecond; together they take several. */
    private static final int SPACERS = 32;

    private static final String VERBOSITY = "--log-verbosity";

    private final LlamaModel model;
    private final int vocabularySize;
    private final int slots;
    /** Embeddings and scores go one at a time: several short texts at once abort the process. */
    private final ReentrantLock pooled = new ReentrantLock();
    /** Whether a generation was ever cancelled. */
    private volatile boolean cancelled;

    private LlamaGate(LlamaModel model, int vocabularySize, int slots) {
        this.model = model;
        this.vocabularySize = vocabularySize;
        this.slots = slots;
    }

    /** The natives; touching this class links the library. */
    private static final class Natives {
        static final MethodHandle REQUEST;
        static final MethodHandle RECEIVE;
        static final MethodHandle CANCEL;
        static final MethodHandle RELEASE;
        static final VarHandle STOP;
        static final VarHandle CONTEXT;
        static final VarHandle FLAGS;

        static {
            try {
                MethodHandles.Lookup own = MethodHandles.lookup();
                MethodHandles.Lookup model = MethodHandles.privateLookupIn(LlamaModel.class, own);
                REQUEST = model.findVirtual(LlamaModel.class, "requestCompletion",
                        MethodType.methodType(int.class, String.class));
                RECEIVE = model.findVirtual(LlamaModel.class, "receiveCompletion",
                        MethodType.methodType(LlamaOutput.class, int.class));
                CANCEL = model.findVirtual(LlamaModel.class, "cancelCompletion",
                        MethodType.methodType(void.class, int.class));
                RELEASE = model.findVirtual(LlamaModel.class, "releaseTask",
                        MethodType.methodType(void.class, int.class));
                CONTEXT = model.findVarHandle(LlamaModel.class, "ctx", long.class);
                STOP = MethodHandles.privateLookupIn(LlamaOutput.class, own).findVarHandle(LlamaOutput.class, "stop",
                        boolean.class);
                Class<?> flags = ModelParameters.class.getSuperclass();
                FLAGS = MethodHandles.privateLookupIn(flags, own).findVarHandle(flags, "parameters", Map.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    /**
     * Loads a model that was found runnable.
     *
     * @throws ModelFileException if the engine refuses it all the same; the message carries the engine's reason
     */
    static LlamaGate load(EngineOptions options, int vocabularySize) {
        NativeLibrary.load();
        warnOfEnvironment();
        LOADING.lock();
        try {
            LlamaModel model = open(options, Map.of());
            if (model == null) {
                throw new ModelFileException(options.file(), -1,
                        "the engine cannot load it: %s%s".formatted(reason(options), noise()));
            }
            return new LlamaGate(model, vocabularySize, options.slots());
        } finally {
            LOADING.unlock();
        }
    }

    /**
     * Loads a model and has it generate a token if it can: one that loads but cannot run fails here.
     *
     * @throws ModelFileException if the engine refuses it all the same
     */
    static LlamaGate tested(EngineOptions options, int vocabularySize) {
        LlamaGate gate = load(options, vocabularySize);
        if (options.purpose() == EngineOptions.Purpose.CHAT) {
            gate.runOneToken();
        }
        return gate;
    }

    private static void warnOfEnvironment() {
        if (!noise().isEmpty()) {
            LOG.warn("A model is loaded{}", noise());
        }
    }

    private static String noise() {
        List<String> names = EngineOptions.environmentNoise(System.getenv());
        return names.isEmpty() ? ""
                : "; the engine also obeys the environment variables %s, unset them unless they are meant"
                        .formatted(names);
    }

    /**
     * Returns null if the engine refuses: it throws, or only leaves its context unset.
     *
     * @param changes flags that differ from the options
     */
    private static @Nullable LlamaModel open(EngineOptions options, Map<String, String> changes) {
        ModelParameters parameters = new ModelParameters();
        @SuppressWarnings("unchecked") // the field's declared type, lost in the handle
        Map<String, @Nullable String> flags = (Map<String, @Nullable String>) Natives.FLAGS.get(parameters);
        flags.clear();
        flags.putAll(options.commandLine());
        flags.put(VERBOSITY, "-1");
        flags.putAll(changes);
        try {
            LlamaModel model = new LlamaModel(parameters);
            return (long) Natives.CONTEXT.get(model) == 0 ? null : model;
        } catch (RuntimeException e) {
            LOG.debug("The engine refused {}", options.file(), e);
            return null;
        }
    }

    /** The engine says why only in a log file, and not while it is told to be quiet: load once more to learn it. */
    private static String reason(EngineOptions options) {
        Set<Thread> before = ExitWatchdog.threads();
        try {
            Path log = Files.createTempFile("llf-load-", ".log");
            try {
                LlamaModel second = open(options, Map.of("--log-file", log.toString(), VERBOSITY, "0"));
                if (second != null) {
                    ExitWatchdog.adopt(before);
                    return "it failed once and then loaded; is the machine short of memory?";
                }
                return LoadLog.reason(log).orElse("it gives no reason");
            } finally {
                silence(options, log);
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            LOG.warn("No log file for the engine's reason", e);
            return "its reason could not be read (%s)".formatted(e);
        }
    }

    /** How much is logged, texts of requests included, is one setting for all models, made by whatever loads last. */
    private static void silence(EngineOptions options, Path notAModel) {
        open(options, Map.of("--model", notAModel.toString()));
    }

    @Override
    public int[] tokenize(String text) {
        return text.isEmpty() ? new int[0] : DeepStack.call(text, () -> model.encode(text));
    }

    @Override
    public String detokenize(int[] tokens) {
        EngineRequest.checkIds(tokens, vocabularySize);
        return tokens.length == 0 ? "" : model.decode(tokens);
    }

    @Override
    public Generation generate(EngineRequest request) {
        request.check(vocabularySize, slots);
        return start(RequestJson.write(request));
    }

    /** Starts a generation that was checked and written as the engine's JSON, here or by the host of this process. */
    Generation start(String request) {
        return new Task(call(() -> (int) Natives.REQUEST.invokeExact(model, request)));
    }

    @Override
    public float[] embed(String text) {
        pooled.lock();
        try {
            spaceOut();
            return DeepStack.call(text, () -> call(() -> model.embed(text)));
        } finally {
            pooled.unlock();
        }
    }

    @Override
    public float score(String query, String document) {
        pooled.lock();
        try {
            spaceOut();
            // One document a call: the result is keyed by text, which comes back altered.
            LlamaOutput output = DeepStack.call(query + "\n" + document,
                    () -> call(() -> model.rerank(query, document)));
            return output.probabilities.values().iterator().next();
        } finally {
            pooled.unlock();
        }
    }

    /**
     * Keeps the engine from losing the pooled request that follows. It overlooks a slot that became free within the same
     * microsecond, and then lets the request wait for a slot for ever. It must work off these cancels of nothing first.
     */
    private void spaceOut() {
        for (int i = 0; i < SPACERS; i++) {
            cancel(NO_TASK);
        }
    }

    private void cancel(int id) {
        call(() -> {
            Natives.CANCEL.invokeExact(model, id);
            return id;
        });
    }

    @Override
    public void halt(Duration limit) {
        try {
            // Kept for ever: the JVM ends.
            boolean idle = pooled.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (idle && cancelled) {
                Thread.ofPlatform().daemon().name("llf-settle").start(this::runOneToken).join(limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Generates one token: proves that a loaded model runs, and waits for what a cancelled generation has begun, since a
     * request behind it is answered when that step has ended.
     */
    void runOneToken() {
        EngineRequest request = new EngineRequest(new int[] {vocabularySize / 2}, 1, 0, true, Sampling.greedy(),
                Optional.empty(), List.of());
        try (Generation generation = generate(request)) {
            while (!generation.next().last()) {
                // one token and the end
            }
        }
    }

    /** A native call. */
    private interface Call<T> {
        T run() throws Throwable;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new EngineException("The engine failed a request: %s".formatted(e.getMessage()), e);
        }
    }

    /** A request that the engine works on. */
    private final class Task implements Generation {

        private final int id;

        Task(int id) {
            this.id = id;
        }

        @Override
        public Piece next() {
            LlamaOutput output = call(() -> (LlamaOutput) Natives.RECEIVE.invokeExact(model, id));
            return new Piece(output.text, (boolean) Natives.STOP.get(output));
        }

        @Override
        public void cancel() {
            cancelled = true;
            LlamaGate.this.cancel(id);
        }

        @Override
        public void close() {
            call(() -> {
                Natives.RELEASE.invokeExact(model, id);
                return id;
            });
        }
    }
}
