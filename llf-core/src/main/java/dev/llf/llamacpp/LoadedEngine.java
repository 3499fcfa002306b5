package dev.llf.llamacpp;

import dev.llf.error.InsufficientMemoryException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in memory with all that its users share.
 *
 * @param engine    the engine that holds it
 * @param scheduler its slots
 * @param threads   how many threads compute, and why
 */
record LoadedEngine(Engine engine, SlotScheduler scheduler, ThreadChoice threads) {

    /** What a worker's JVM takes beside the model. */
    private static final long WORKER_BYTES = 64L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(LoadedEngine.class);

    /**
     * Loads a model.
     *
     * @throws InsufficientMemoryException        if the machine has too little free
     * @throws dev.llf.error.ModelFileException   if the engine refuses it
     */
    static LoadedEngine load(EngineOptions options, GgufFile gguf, LongSupplier availableBytes) {
        int vocabularySize = vocabulary(gguf).size();
        SlotScheduler scheduler = new SlotScheduler(options.slots(), options.admission());
        Runnable memory = () -> checkFits(options, bytes(options, gguf), availableBytes.getAsLong());
        LoadedEngine loaded = options.residence().isWorker()
                ? inWorker(options, vocabularySize, memory, scheduler)
                : inProcess(options, gguf, vocabularySize, memory, scheduler);
        LOG.info("Loaded {} ({}, {}, {}): {} slots of {} tokens, {} threads ({})", gguf.name(), gguf.architecture(),
                gguf.quantisation(), options.residence().isolation(), options.slots(), options.slotTokens(),
                loaded.threads.count(), loaded.threads.reason());
        return loaded;
    }

    /** Returns what the model takes in memory, an estimate; in a worker, its process counts too. */
    static long bytes(EngineOptions options, GgufFile gguf) {
        long process = options.residence().isWorker() ? WORKER_BYTES : 0;
        return process + gguf.estimateMemory(Math.ceilDiv(options.cacheTokens(), options.slots()), options.slots(),
                options.kvType(), options.kvType()).totalBytes();
    }

    static void checkFits(EngineOptions options, long bytes, long availableBytes) {
        if (bytes > availableBytes) {
            throw new InsufficientMemoryException("%s with %d slots of %d tokens"
                    .formatted(options.file().getFileName(), options.slots(), options.slotTokens()), bytes,
                    availableBytes);
        }
    }

    private static LoadedEngine inProcess(EngineOptions options, GgufFile gguf, int vocabularySize, Runnable memory,
            SlotScheduler scheduler) {
        memory.run();
        ThreadChoice threads = ThreadChoice.of(options, () -> gguf);
        Set<Thread> before = ExitWatchdog.threads();
        LlamaGate gate = LlamaGate.tested(options.withThreads(threads.count()), vocabularySize);
        ExitWatchdog.adopt(before);
        return new LoadedEngine(gate, scheduler, threads);
    }

    private static LoadedEngine inWorker(EngineOptions options, int vocabularySize, Runnable memory,
            SlotScheduler scheduler) {
        WorkerEngine engine = new WorkerEngine(options, vocabularySize, memory, scheduler::forgetCaches,
                () -> WorkerCommand.create(Supervision.DEFAULT.beat()), Supervision.DEFAULT);
        try {
            return new LoadedEngine(engine, scheduler, engine.load());
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** Ends all work for good; waits for each part of it for the time given at most. */
    void halt(Duration limit) {
        scheduler.halt(limit);
        engine.halt(limit);
    }

    private static GgufVocabulary vocabulary(GgufFile gguf) {
        return gguf.vocabulary().orElseThrow(() -> new dev.llf.error.ModelFileException(gguf.file(), -1,
                "has no vocabulary; a model without one cannot be given text"));
    }
}
