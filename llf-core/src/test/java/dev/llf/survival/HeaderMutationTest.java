package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** 1,000 damaged models: each is refused or answers, and the process goes on. The last seed printed is the one to look at. */
class HeaderMutationTest {

    private static final int BATCH = 250;
    private static final Pattern LOADED = Pattern.compile("LOADED (\\d+)");

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, BATCH, 2 * BATCH, 3 * BATCH})
    void damagedHeadersAreRefusedOrRun(int firstSeed) {
        ChildJvm.Result result = new ChildJvm(directory, Map.of()).run(Duration.ofSeconds(90), HeaderMutations.class,
                String.valueOf(firstSeed), String.valueOf(BATCH));

        assertThat(result.well()).as(result::describe).isTrue();
        Matcher loaded = LOADED.matcher(result.out());
        assertThat(loaded.find()).as(result::describe).isTrue();
        assertThat(Integer.parseInt(loaded.group(1))).isBetween(BATCH / 20, BATCH / 2);
    }
}
