package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** Runs rows of hazards in one child JVM and makes a test of each; if the JVM dies, so do the row and those after it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class HazardSuite {

    private static final Duration LIMIT = Duration.ofSeconds(300);

    private final Class<? extends HazardRows> rows;
    private ChildJvm.Result result;

    /** Names the rows; their class has a main method that runs them. */
    protected HazardSuite(Class<? extends HazardRows> rows) {
        this.rows = rows;
    }

    @BeforeAll
    void runChild(@TempDir Path directory) {
        result = new ChildJvm(directory, Map.of()).run(LIMIT, rows);
    }

    @TestFactory
    Stream<DynamicTest> row() {
        List<String> names = HazardRows.names(rows);
        Stream<DynamicTest> each = names.stream().map(name -> dynamicTest(name, () -> check(name)));
        return Stream.concat(each, Stream.of(dynamicTest("theProcessEndsByItself", this::checkEnd)));
    }

    /** Returns what became of the child. */
    protected ChildJvm.Result result() {
        return result;
    }

    private void check(String name) {
        String out = result.out();
        if (out.contains("PASS " + name + System.lineSeparator())) {
            return;
        }
        int failed = out.indexOf("FAIL " + name);
        if (failed >= 0) {
            fail(out.substring(failed, out.indexOf("END " + name, failed)));
        } else if (out.contains("BEGIN " + name)) {
            fail("the process died or hung in this row: " + result.describe());
        } else {
            fail("the process died or hung before this row: " + result.describe());
        }
    }

    private void checkEnd() {
        assertThat(result.well()).as(result::describe).isTrue();
    }
}
