package dev.llf.llamacpp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {

    private final Backoff backoff = new Backoff();

    @Test
    void doublesFromTheSecondCrashOn() {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            backoff.crashed(0);
            millis.add(backoff.left(0).toMillis());
        }

        assertThat(millis.subList(0, 9)).containsExactly(0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
        assertThat(millis.getLast()).isEqualTo(5000);
    }

    @Test
    void countsTheTimeThatHasPassed() {
        backoff.crashed(0);
        backoff.crashed(1_000);

        assertThat(backoff.left(40_001_000)).isEqualTo(Duration.ofMillis(60));
        assertThat(backoff.left(Duration.ofHours(1).toNanos())).isEqualTo(Duration.ZERO);
    }

    @Test
    void forgetsWithASuccess() {
        backoff.crashed(0);
        backoff.crashed(0);
        backoff.succeeded();

        assertThat(backoff.left(0)).isEqualTo(Duration.ZERO);
    }
}
