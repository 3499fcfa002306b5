package dev.llf.llamacpp;

import dev.llf.error.EngineException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Waiting for results of other threads. */
final class Futures {

    private Futures() {}

    /** Waits, whatever the interrupt flag says, and throws the exception that the other thread ended with. */
    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw unwrapped(e.getCause());
        }
    }

    /** Returns the cause as what can be thrown anywhere. */
    static RuntimeException unwrapped(@Nullable Throwable cause) {
        return cause instanceof RuntimeException e ? e : new EngineException("The engine failed: " + cause, cause);
    }
}
