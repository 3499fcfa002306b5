package dev.llf.models;

import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;

/** The mean speed of responses, in which each counts a fifth and all before it the rest. Safe for use by many threads. */
final class Speed {

    private static final double WEIGHT = 0.2;

    private final AtomicReference<OptionalDouble> mean = new AtomicReference<>(OptionalDouble.empty());

    /** Adds a response's speed; 0, of a response too short to have one, is left out. */
    void add(double tokensPerSecond) {
        if (tokensPerSecond > 0) {
            mean.updateAndGet(old -> {
                double before = old.orElse(tokensPerSecond);
                return OptionalDouble.of(before + WEIGHT * (tokensPerSecond - before));
            });
        }
    }

    OptionalDouble tokensPerSecond() {
        return mean.get();
    }
}
