package dev.llf.llamacpp;

import dev.llf.survival.HazardSuite;

/** Makes a test of each row of {@link GateRows}. */
class GateSurvivalTest extends HazardSuite {

    GateSurvivalTest() {
        super(GateRows.class);
    }
}
