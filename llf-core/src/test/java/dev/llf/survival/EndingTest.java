package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The engine leaves threads behind that would keep the process alive for ever after main. */
class EndingTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir Path directory;

    private ChildJvm.Result run(Duration limit, String ending) {
        return new ChildJvm(directory, Map.of()).run(limit, Endings.class, ending);
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "closed", "measured", "pooled", "busy", "cancelled"})
    void b2_theProcessEndsWhenMainReturns(String ending) {
        ChildJvm.Result result = run(LIMIT, ending);

        assertThat(result.well()).as(result::describe).isTrue();
        assertThat(result.out()).endsWith("main ends" + System.lineSeparator());
    }

    @Test
    void b2_anExceptionFromMainIsPrintedAndTheStatus() {
        ChildJvm.Result result = run(LIMIT, "throws");

        assertThat(result.inTime()).as(result::describe).isTrue();
        assertThat(result.exit()).as(result::describe).isEqualTo(1);
        assertThat(result.err()).contains("java.lang.IllegalStateException: as planned", "Endings.main");
    }

    @Test
    void b2_aThreadOfTheHostEndsItsWorkFirst() {
        ChildJvm.Result result = run(LIMIT, "thread");

        assertThat(result.well()).as(result::describe).isTrue();
        assertThat(result.out()).endsWith("thread ends" + System.lineSeparator());
    }

    @Test
    void b2_shutdownHooksRun() {
        ChildJvm.Result result = run(LIMIT, "hook");

        assertThat(result.well()).as(result::describe).isTrue();
        assertThat(result.out()).endsWith("hook" + System.lineSeparator());
    }

    /** Switched off, the process lives on, as the binding leaves it. */
    @Test
    void b2_theWatchCanBeSwitchedOff() {
        ChildJvm.Result result = run(Duration.ofSeconds(6), "off");

        assertThat(result.out()).as(result::describe).endsWith("main ends" + System.lineSeparator());
        assertThat(result.inTime()).as(result::describe).isFalse();
    }
}
