package dev.llf.models;

import dev.llf.llamacpp.Preflight;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A model of a pool, open or not, and who uses it. What is not final is guarded by the lock of {@link Residents}, unless it
 * says otherwise.
 */
final class PooledModel<T extends AutoCloseable> {

    private final String name;
    private final ModelProfile profile;
    private final @Nullable Source<T> source;
    /** Of the last look at the file, the most telling that was had; not guarded. */
    private volatile long fileBytes;

    @Nullable T opened;
    @Nullable Load<T> loading;
    int users;
    long lastUsed;
    long bytes;
    boolean reclaimable;
    long loads;
    long evictions;
    Duration loadTime = Duration.ZERO;

    private PooledModel(String name, ModelProfile profile, @Nullable Source<T> source, @Nullable T opened) {
        this.name = name;
        this.profile = profile;
        this.source = source;
        this.opened = opened;
    }

    /** A model that the pool opens and closes. */
    static <T extends AutoCloseable> PooledModel<T> of(String name, Source<T> source, ModelProfile profile) {
        return new PooledModel<>(name, profile, source, null);
    }

    /** A model that the host has opened and closes. */
    static <T extends AutoCloseable> PooledModel<T> ofHost(String name, T model, ModelProfile profile) {
        return new PooledModel<>(name, profile, null, model);
    }

    String name() {
        return name;
    }

    /** Returns what the host knows of the model. */
    ModelProfile profile() {
        return profile;
    }

    boolean ofHost() {
        return source == null;
    }

    /** Looks at the model's file; empty for a model of the host. */
    Optional<Preflight> preflight() {
        Optional<Preflight> found = Optional.ofNullable(source).map(each -> each.preflight().get());
        found.ifPresent(each -> fileBytes = Math.max(fileBytes, each.fileBytes()));
        return found;
    }

    T open() {
        if (source == null) {
            throw new IllegalStateException("The model '%s' is opened by the host".formatted(name));
        }
        return source.open().get();
    }

    /** Returns the grade of cost that the size of the file makes; empty for a model of the host or an unreadable file. */
    OptionalInt cost() {
        if (fileBytes == 0) {
            preflight();
        }
        return fileBytes == 0 ? OptionalInt.empty() : OptionalInt.of(Grades.cost(fileBytes));
    }

    ModelStatistics statistics(OptionalDouble tokensPerSecond) {
        return new ModelStatistics(name, opened != null, opened == null ? 0 : bytes, users, loads, evictions, loadTime,
                tokensPerSecond, Optional.empty());
    }
}
