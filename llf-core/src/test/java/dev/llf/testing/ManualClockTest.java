package dev.llf.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ManualClockTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

    @Test
    void movesOnlyWhenTold() {
        Clock paris = clock.withZone(ZoneId.of("Europe/Paris"));
        clock.advance(Duration.ofSeconds(90));
        clock.advance(Duration.ZERO);

        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-01-01T00:01:30Z"));
        assertThat(clock.millis()).isEqualTo(Instant.parse("2026-01-01T00:01:30Z").toEpochMilli());
        assertThat(clock.getAsLong()).isEqualTo(90_000_000_000L);
        assertThat(paris.instant()).isEqualTo(clock.instant());
        assertThat(paris.getZone()).isEqualTo(ZoneId.of("Europe/Paris"));
        assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Duration.ofNanos(-1)));
    }

    @Test
    void runsAlarmsInTheOrderOfTimeAndEachAtItsTime() {
        List<String> ran = new ArrayList<>();
        clock.at(30, () -> ran.add("c" + clock.getAsLong()));
        clock.at(10, () -> {
            ran.add("a" + clock.getAsLong());
            clock.at(20, () -> ran.add("b" + clock.getAsLong()));
        });
        clock.at(30, () -> ran.add("d" + clock.getAsLong()));
        Runnable takeBack = clock.at(25, () -> ran.add("never"));
        clock.at(101, () -> ran.add("later"));
        takeBack.run();

        clock.advance(Duration.ofNanos(100));

        assertThat(ran).containsExactly("a10", "b20", "c30", "d30");
        assertThat(clock.getAsLong()).isEqualTo(100);
        assertThat(clock.alarms()).isEqualTo(1);
    }
}
