package dev.llf.models;

import dev.llf.error.LlfException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model does not fit beside those that are loaded and cannot be unloaded: raise the pool's limits or the machine's
 * memory, use a smaller model, or run models in {@linkplain dev.llf.llamacpp.Isolation#WORKER_JVM processes of their own}, which
 * give their memory back.
 */
public final class PoolFullException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** What the loaded models take. */
    private final TreeMap<String, Long> resident;

    PoolFullException(String message, Map<String, Long> resident, @Nullable Throwable cause) {
        super(message, cause);
        this.resident = new TreeMap<>(resident);
    }

    /**
     * Returns what the loaded models take.
     *
     * @return bytes by the models' names, estimates
     */
    public Map<String, Long> resident() {
        return Map.copyOf(resident);
    }
}
