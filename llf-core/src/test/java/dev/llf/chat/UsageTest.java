package dev.llf.chat;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class UsageTest {

    @Test
    void addsUp() {
        Usage usage = new Usage(10, 4, 3).plus(new Usage(20, 20, 0)).plus(Usage.NONE);

        assertThat(usage).isEqualTo(new Usage(30, 24, 3));
        assertThat(usage.totalTokens()).isEqualTo(33);
        assertThat(Usage.NONE.totalTokens()).isZero();
    }

    @Test
    void refusesCountsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Usage(-1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Usage(0, -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Usage(0, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Usage(3, 4, 0)).withMessageContaining("3, 4, 0");
    }
}
