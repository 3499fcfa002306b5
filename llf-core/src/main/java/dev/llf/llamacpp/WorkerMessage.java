package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.error.ModelFileException;
import dev.llf.error.StorageException;
import java.nio.file.Path;

/**
 * What the host and its worker process tell each other; see {@link WorkerPipe} for the form.
 *
 * <p>Each request of the host carries a number, which the answers to it repeat. Arrays are owned by the message.
 */
sealed interface WorkerMessage {

    /** The first thing the worker says, and the answer to nothing. */
    record Hello(int version) implements WorkerMessage {}

    /** A sign of life, unasked and at a fixed rate. */
    record Beat() implements WorkerMessage {}

    /** Asks to load a model, once and before all else; answered by {@link Loaded}. */
    record Load(EngineOptions options, int vocabularySize) implements WorkerMessage {}

    /** The model is loaded and has generated a token. */
    record Loaded(ThreadChoice threads) implements WorkerMessage {}

    /** Asks for {@link Tokens}. */
    record Tokenize(String text) implements WorkerMessage {}

    /** Token ids. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Tokens(int[] ids) implements WorkerMessage {}

    /** Asks for {@link Text}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Detokenize(int[] ids) implements WorkerMessage {}

    /** A text. */
    record Text(String text) implements WorkerMessage {}

    /** Asks for a {@link Vector}. */
    record Embed(String text) implements WorkerMessage {}

    /** A text's vector. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Vector(float[] values) implements WorkerMessage {}

    /** Asks for a {@link Relevance}. */
    record Score(String query, String document) implements WorkerMessage {}

    /** A document's raw score. */
    record Relevance(float score) implements WorkerMessage {}

    /** Asks for {@link Step}s; the request is the engine's JSON. */
    record Generate(String request) implements WorkerMessage {}

    /** One step of a generation; after the last the engine's slot is free. */
    record Step(Engine.Piece piece) implements WorkerMessage {}

    /** Asks to end the generation of that number soon; its last step comes all the same. */
    record Cancel() implements WorkerMessage {}

    /**
     * A request failed.
     *
     * @param kind    which exception
     * @param message its message; that of a {@link ModelFileException} without file and place
     * @param file    the model file, for {@link Kind#MODEL_FILE}
     * @param offset  the place in it
     */
    record Failed(Kind kind, String message, Path file, long offset) implements WorkerMessage {

        private static final Path NO_FILE = Path.of("");

        /** The exceptions that keep their type on the way. */
        enum Kind {
            ENGINE, MODEL_FILE, CONFIGURATION, STORAGE, ARGUMENT
        }

        /** The message of what nobody foresaw is left out: it could hold what it was about. */
        static Failed of(Throwable cause) {
            String message = String.valueOf(cause.getMessage());
            return switch (cause) {
                case ModelFileException e -> {
                    String front = String.valueOf(new ModelFileException(e.file(), e.offset(), "").getMessage());
                    yield new Failed(Kind.MODEL_FILE, message.substring(front.length()), e.file(),
                            e.offset());
                }
                case ConfigurationException e -> new Failed(Kind.CONFIGURATION, message, NO_FILE, -1);
                case StorageException e -> new Failed(Kind.STORAGE, message, NO_FILE, -1);
                case EngineException e -> new Failed(Kind.ENGINE, message, NO_FILE, -1);
                case IllegalArgumentException e -> new Failed(Kind.ARGUMENT, message, NO_FILE, -1);
                default -> new Failed(Kind.ENGINE, "The engine failed: " + cause.getClass().getName(), NO_FILE, -1);
            };
        }

        RuntimeException exception() {
            return switch (kind) {
                case ENGINE -> new EngineException(message);
                case MODEL_FILE -> new ModelFileException(file, offset, message);
                case CONFIGURATION -> new ConfigurationException(message);
                case STORAGE -> new StorageException(message);
                case ARGUMENT -> new IllegalArgumentException(message);
            };
        }
    }
}
