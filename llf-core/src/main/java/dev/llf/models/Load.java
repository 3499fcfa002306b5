package dev.llf.models;

import dev.llf.error.CancelledException;
import dev.llf.error.LlfException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A model that is being loaded, and what all who wait for it are told. Safe for use by many threads. */
final class Load<T> {

    private final String name;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    Load(String name) {
        this.name = name;
    }

    void succeeded(T model) {
        result.complete(model);
    }

    /** Does nothing if it has succeeded or failed before. */
    void failed(Throwable cause) {
        result.completeExceptionally(cause);
    }

    /**
     * Waits for the model.
     *
     * @throws CancelledException if interrupted, or the time was up
     * @throws LlfException       if it cannot be loaded
     */
    T await(Optional<Duration> timeout) {
        try {
            return timeout.isPresent()
                    ? result.get(TimeUnit.NANOSECONDS.convert(timeout.get()), TimeUnit.NANOSECONDS)
                    : result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                    "Interrupted while the model '%s' was being loaded; nothing was asked of it.".formatted(name), e);
        } catch (TimeoutException e) {
            throw new CancelledException(("The request's time was up while the model '%s' was being loaded. The load "
                    + "goes on: ask again, or load it beforehand with warmUp.").formatted(name), e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException("A load failed without saying why", cause);
        };
    }
}
