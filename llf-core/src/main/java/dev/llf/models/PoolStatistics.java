package dev.llf.models;

import java.util.List;

/**
 * How the models of a pool are doing.
 *
 * @param models each model, in the order in which they were set
 */
public record PoolStatistics(List<ModelStatistics> models) {

    /** Copies the list. */
    public PoolStatistics {
        models = List.copyOf(models);
    }

    /**
     * Returns how many models are loaded or open by the host.
     *
     * @return the number
     */
    public int resident() {
        return (int) models.stream().filter(ModelStatistics::resident).count();
    }

    /**
     * Returns what the loaded models take in memory.
     *
     * @return bytes, an estimate
     */
    public long bytes() {
        return models.stream().mapToLong(ModelStatistics::bytes).sum();
    }
}
