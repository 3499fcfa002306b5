package dev.llf.llamacpp;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SilenceTest {

    @Test
    void isTooLongAfterSoManyLooksInARow() {
        Silence silence = new Silence(3);

        assertThat(silence.isTooLong()).isFalse();
        assertThat(silence.isTooLong()).isFalse();
        silence.heard();
        assertThat(silence.isTooLong()).isFalse();
        assertThat(silence.isTooLong()).isFalse();
        assertThat(silence.isTooLong()).isFalse();
        assertThat(silence.isTooLong()).isTrue();
    }

    @Test
    void canBecomeStricter() {
        Silence silence = new Silence(10);
        silence.allow(1);

        assertThat(silence.isTooLong()).isTrue();
    }
}
