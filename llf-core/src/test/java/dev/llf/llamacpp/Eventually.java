package dev.llf.llamacpp;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/** Waits for what other threads bring about. */
public final class Eventually {

    private static final long PATIENCE = Duration.ofSeconds(30).toNanos();

    private Eventually() {}

    public static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience has run out").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
