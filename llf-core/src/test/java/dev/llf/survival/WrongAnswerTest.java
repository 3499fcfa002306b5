package dev.llf.survival;

/** Makes a test of each row of {@link WrongAnswerRows}. */
class WrongAnswerTest extends HazardSuite {

    WrongAnswerTest() {
        super(WrongAnswerRows.class);
    }
}
