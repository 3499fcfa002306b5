package dev.llf.survival;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Makes a test of each row of {@link LifecycleRows}. */
class LifecycleTest extends HazardSuite {

    LifecycleTest() {
        super(LifecycleRows.class);
    }

    @Test
    void theEngineDoesNotLogTextsAfterAFailedLoad() {
        assertThat(result().err()).doesNotContain(LifecycleRows.SECRET);
    }
}
