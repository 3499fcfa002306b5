package dev.llf.llamacpp;

import dev.llf.chat.Sampling;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The engine reserves 4 bytes for each token of a window, and again for each request. */
class SamplingWindowTest {

    private final RequestChecks checks = new RequestChecks(3072, 512);

    @Test
    void windowsEndWithTheSlot() {
        Sampling endless = Sampling.builder().temperature(0.3)
                .penalties(new Sampling.Penalties(Integer.MAX_VALUE, 1.1, 0.2, 0.3))
                .dry(new Sampling.Dry(0.8, 1.75, 3, 513, List.of("."))).build();

        Sampling expected = endless.toBuilder().penalties(new Sampling.Penalties(512, 1.1, 0.2, 0.3))
                .dry(new Sampling.Dry(0.8, 1.75, 3, 512, List.of("."))).build();
        assertThat(checks.bounded(endless)).isEqualTo(expected);
    }

    @Test
    void shorterWindowsAndTheWholeContextStay() {
        for (int lastTokens : new int[] {-1, 0, 64, 512}) {
            Sampling sampling = Sampling.builder().penalties(new Sampling.Penalties(lastTokens, 1.1, 0, 0)).build();
            assertThat(checks.bounded(sampling)).isSameAs(sampling);
        }
    }
}
