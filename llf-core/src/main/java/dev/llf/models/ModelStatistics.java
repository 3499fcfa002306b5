package dev.llf.models;

import dev.llf.admission.AdmissionStatistics;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one model of a pool is doing.
 *
 * @param name            its name
 * @param resident        whether it is loaded, or open by the host
 * @param bytes           what it takes in memory, an estimate; 0 for the host's and what is not loaded
 * @param users           calls and responses that use it or wait for it to be loaded
 * @param loads           how often it was loaded
 * @param evictions       how often it was closed to make room, or because it was idle
 * @param loadTime        how long the last load took; zero if it was never loaded
 * @param tokensPerSecond the speed of late, the younger responses counting more; empty if none was measured
 * @param admission       who waits for its slots, and who did since it was loaded; empty if it is not loaded or no
 *                        {@link dev.llf.llamacpp.LlamaChatModel}
 */
public record ModelStatistics(String name, boolean resident, long bytes, int users, long loads, long evictions,
        Duration loadTime, OptionalDouble tokensPerSecond, Optional<AdmissionStatistics> admission) {

    ModelStatistics with(AdmissionStatistics line) {
        return new ModelStatistics(name, resident, bytes, users, loads, evictions, loadTime, tokensPerSecond,
                Optional.of(line));
    }
}
