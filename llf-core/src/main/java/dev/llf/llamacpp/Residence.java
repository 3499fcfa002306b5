package dev.llf.llamacpp;

import dev.llf.error.ConfigurationException;
import java.time.Duration;
import java.util.Optional;

/**
 * Where an engine lives, and for how long.
 *
 * @param isolation  the kind of process
 * @param idleUnload how long a worker stays without work; empty for as long as it is open
 */
record Residence(Isolation isolation, Optional<Duration> idleUnload) {

    static final Residence IN_PROCESS = new Residence(Isolation.IN_PROCESS, Optional.empty());
    private static final Duration LONGEST = Duration.ofDays(365);

    Residence withIsolation(Isolation other) {
        return new Residence(other, idleUnload);
    }

    /**
     * Returns the same with a time.
     *
     * @throws IllegalArgumentException if it is not positive or beyond a year
     */
    Residence withIdleUnload(Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "idleUnload must be positive and at most 365 days, was %s".formatted(time));
        }
        return new Residence(isolation, Optional.of(time));
    }

    boolean isWorker() {
        return isolation == Isolation.WORKER_JVM;
    }

    /**
     * Checks what the parts mean together.
     *
     * @throws ConfigurationException if a time is set for an engine that cannot be unloaded
     */
    Residence checked() {
        if (idleUnload.isPresent() && !isWorker()) {
            throw new ConfigurationException(
                    "idleUnload(%s) needs isolation(WORKER_JVM): the engine cannot free a model "
                            .formatted(idleUnload.get()) + "in this process.");
        }
        return this;
    }
}
