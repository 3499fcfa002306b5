package dev.llf.llamacpp;

import java.time.Duration;
import java.util.Optional;

/**
 * What this package needs of an engine. The native gate is one implementation; another engine would be another.
 *
 * <p>Callers pass only what {@link EngineRequest} and the models have checked.
 */
interface Engine {

    /** Turns text into token ids; the texts of control tokens become those tokens. No token is added around it. */
    int[] tokenize(String text);

    /** Turns token ids into text; control tokens become their texts. */
    String detokenize(int[] tokens);

    /** Starts a generation; called, and the result used, by one reader thread. */
    Generation generate(EngineRequest request);

    /** Computes the vector of a text; one call at a time. */
    float[] embed(String text);

    /** Computes the raw score of a document for a query; one call at a time. */
    float score(String query, String document);

    /**
     * Waits until nothing is computed any more, for the time given at most, and starts no embedding or score again. Called
     * when the JVM ends and all generations are cancelled: native code that still computes then would crash.
     */
    default void halt(Duration limit) {}

    /**
     * Waits until calls are worked on at once, for the time given at most.
     *
     * @return what is left of the time
     * @throws dev.llf.error.CancelledException if the time is over or the thread is interrupted
     */
    default Optional<Duration> awaitReady(Optional<Duration> limit) {
        return limit;
    }

    /** Gives back what the engine holds, as far as it can. */
    default void close() {}

    /** A running generation, owned by the thread that started it. */
    interface Generation extends AutoCloseable {

        /** Waits for the next piece; not to be called after the last one or after a failure. */
        Piece next();

        /**
         * Tells that nobody waits for the rest; may be called by any thread. {@link #next()} may return at once then, with an
         * empty piece, for its caller to cancel.
         */
        default void abandon() {}

        /** Stops the generation; {@link #next()} may not be called any more. */
        void cancel();

        /** Lets the engine forget the generation. */
        @Override
        void close();
    }

    /**
     * What one step of generation gave.
     *
     * @param text whole characters; a control token named in {@link EngineRequest#visibleTokens()} comes as its text
     * @param last whether the generation has ended
     */
    record Piece(String text, boolean last) {}
}
