package dev.llf.survival;

/** Makes a test of each row of {@link AbortRows}. */
class AbortTest extends HazardSuite {

    AbortTest() {
        super(AbortRows.class);
    }
}
