package dev.llf.llamacpp;

import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** One user's hold on a loaded model, from opening to closing. */
final class EngineLease implements AutoCloseable {

    private final GgufFile gguf;
    private final GgufVocabulary vocabulary;
    private final EngineOptions options;
    private final LoadedEngine loaded;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();

    private EngineLease(GgufFile gguf, GgufVocabulary vocabulary, EngineOptions options, LoadedEngine loaded) {
        this.gguf = gguf;
        this.vocabulary = vocabulary;
        this.options = options;
        this.loaded = loaded;
    }

    /** Says how a model is to be loaded, now that its file is known. */
    interface Plan {
        EngineOptions options(GgufFile gguf, FileState state);
    }

    /**
     * The file as it was when it was checked.
     *
     * @param path     its real path
     * @param size     bytes
     * @param modified milliseconds since 1970
     */
    record FileState(Path path, long size, long modified) {}

    /**
     * Checks a file in Java and loads it, or joins those who have loaded it.
     *
     * @throws ModelFileException                        if the file is missing, damaged or not runnable
     * @throws dev.llf.error.InsufficientMemoryException if the machine has too little free
     * @throws dev.llf.error.ConfigurationException      if the plan or the machine does not fit the model
     */
    static EngineLease open(Path file, Plan plan, boolean exitWhenMainReturns) {
        FileState state = state(file);
        GgufFile gguf = GgufFile.read(state.path);
        GgufVocabulary vocabulary = vocabulary(gguf, file);
        EngineOptions options = plan.options(gguf, state);
        LoadedEngine loaded = EngineRegistry.ofJvm().acquire(options, gguf);
        if (exitWhenMainReturns && !options.residence().isWorker()) {
            ExitWatchdog.start();
        }
        return new EngineLease(gguf, vocabulary, options, loaded);
    }

    /** Returns the vocabulary of a file that the engine can run. */
    static GgufVocabulary vocabulary(GgufFile gguf, Path file) {
        gguf.checkRunnable();
        return gguf.vocabulary().orElseThrow(() -> new ModelFileException(file, -1,
                "has no vocabulary, so it cannot be given text; use a model with a tokenizer"));
    }

    static FileState state(Path file) {
        try {
            Path real = file.toRealPath();
            if (real.toString().codePoints().anyMatch(Character::isSupplementaryCodePoint)) {
                throw new ModelFileException(file, -1,
                        "the path has a character beyond U+FFFF, which the engine cannot "
                                + "open; rename the file or its directory");
            }
            return new FileState(real, Files.size(real), Files.getLastModifiedTime(real).toMillis());
        } catch (IOException e) {
            throw new ModelFileException(file, -1, "cannot be opened; does it exist, and may this program read it?", e);
        }
    }

    GgufFile gguf() {
        return gguf;
    }

    GgufVocabulary vocabulary() {
        return vocabulary;
    }

    EngineOptions options() {
        return options;
    }

    Engine engine() {
        checkOpen();
        return loaded.engine();
    }

    SlotScheduler scheduler() {
        return loaded.scheduler();
    }

    ThreadChoice threads() {
        return loaded.threads();
    }

    void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("The model %s is closed".formatted(options.file().getFileName()));
        }
    }

    /** Refuses further use, but lets what runs come to its end. */
    void refuse() {
        closed.set(true);
    }

    @Override
    public void close() {
        refuse();
        if (released.compareAndSet(false, true)) {
            EngineRegistry.ofJvm().release(options);
        }
    }
}
