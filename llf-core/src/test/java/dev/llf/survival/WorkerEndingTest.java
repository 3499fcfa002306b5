package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A worker process never outlives its host, and never keeps it. */
class WorkerEndingTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"returns, 0", "exits, 7", "halts, 7", "killed, 137"})
    void endsWithItsHost(String ending, int status) {
        ChildJvm.Result result = new ChildJvm(directory, Map.of()).run(LIMIT, WorkerEndings.class, ending);

        assertThat(result.inTime()).as(result::describe).isTrue();
        assertThat(result.exit()).as(result::describe).isEqualTo(status);
        assertThat(result.out() + result.err()).doesNotContain("fatal error");
        awaitGone(Long.parseLong(result.out().lines().findFirst().orElseThrow()));
        assertThat(directory.toFile().list()).allMatch(name -> name.startsWith("child"));
    }

    private static void awaitGone(long worker) {
        long deadline = System.nanoTime() + PATIENCE;
        while (ProcessHandle.of(worker).filter(ProcessHandle::isAlive).isPresent()) {
            assertThat(System.nanoTime()).as("the worker outlives its host").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void leavesTheHostNoThreadThatKeepsItAlive() {
        ChildJvm.Result result = new ChildJvm(directory, Map.of()).run(LIMIT, WorkerEndings.class, "threads");

        assertThat(result.out().lines().skip(1)).containsExactly("main");
    }
}
