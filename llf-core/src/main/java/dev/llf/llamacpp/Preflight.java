package dev.llf.llamacpp;

import dev.llf.error.LlfException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What can be told of a model before it is loaded.
 *
 * @param file           the model's file as it was named, or the first of its parts
 * @param architecture   what the file says of its architecture; empty if it cannot be read
 * @param quantisation   how its weights are stored; empty if it cannot be read
 * @param fileBytes      the size of the file, all parts together; 0 if the file cannot be read
 * @param estimatedBytes what the model takes in memory, its worker process included, an estimate; 0 if it cannot be told
 * @param availableBytes what the machine has free now
 * @param closedBytes    what other models still take that were closed in this JVM and cannot be freed, an estimate
 * @param loaded         whether it is in memory already with these options, so that opening it takes nothing more
 * @param reclaimable    whether closing it gives its memory back; what runs in this process keeps it until the JVM ends
 * @param problems       why it cannot be opened, each as the exception that opening it would throw; empty if it can
 */
public record Preflight(Path file, Optional<String> architecture, Optional<String> quantisation, long fileBytes,
        long estimatedBytes, long availableBytes, long closedBytes, boolean loaded, boolean reclaimable,
        List<LlfException> problems) {

    /** Checks and copies the values. */
    public Preflight {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(architecture, "architecture");
        Objects.requireNonNull(quantisation, "quantisation");
        problems = List.copyOf(problems);
    }

    /**
     * Tells whether the machine has room for the model.
     *
     * @return whether it is loaded already or takes no more than is free
     */
    public boolean fits() {
        return loaded || estimatedBytes <= availableBytes;
    }

    /**
     * Tells whether the model can be opened.
     *
     * @return whether there are no problems
     */
    public boolean ready() {
        return problems.isEmpty();
    }
}
