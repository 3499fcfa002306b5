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

    private static final Logger LOG = LoggerFactory.getLogger(LoadedEngine.class);

    /**
     * Loads a model.
     *
     * @throws InsufficientMemoryException        if the machine has too little free
     * @throws dev.llf.error.ModelFileException   if the engine refuses it
     */
    static LoadedEngine load(EngineOptions options, GgufFile gguf, LongSupplier availableBytes) {
        checkFits(options, bytes(options, gguf), availableBytes.getAsLong());
        ThreadChoice threads = options.threads() > 0
                ? new ThreadChoice(options.threads(), "set by the host")
                : ThreadChoice.measure(options, gguf);
        EngineOptions chosen = options.withThreads(threads.count());
        Set<Thread> before = ExitWatchdog.threads();
        LlamaGate gate = LlamaGate.load(chosen, vocabulary(gguf).size());
        if (chosen.purpose() == EngineOptions.Purpose.CHAT) {
            gate.runOneToken(); // a model that loads but cannot run fails here and not in a conversation
        }
        ExitWatchdog.adopt(before);
        LOG.info("Loaded {} ({}, {}): {} slots of {} tokens, {} threads ({})", gguf.name(), gguf.architecture(),
                gguf.quantisation(), chosen.slots(), chosen.slotTokens(), threads.count(), threads.reason());
        return new LoadedEngine(gate, new SlotScheduler(chosen.slots(), chosen.admission()), threads);
    }

    /** Returns what the model takes in memory, an estimate. */
    static long bytes(EngineOptions options, GgufFile gguf) {
        return gguf.estimateMemory(Math.ceilDiv(options.cacheTokens(), options.slots()), options.slots(),
                options.kvType(), options.kvType()).totalBytes();
    }

    static void checkFits(EngineOptions options, long bytes, long availableBytes) {
        if (bytes > availableBytes) {
            throw new InsufficientMemoryException("%s with %d slots of %d tokens"
                    .formatted(options.file().getFileName(), options.slots(), options.slotTokens()), bytes,
                    availableBytes);
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
