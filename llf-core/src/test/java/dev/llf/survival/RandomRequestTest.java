package dev.llf.survival;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The process survives 1,000 random requests; the last seed printed is the one to look at. */
class RandomRequestTest {

    private static final Pattern END = Pattern.compile("ANSWERED (\\d+) REFUSED (\\d+)");

    @TempDir Path directory;

    @Test
    void everyRequestIsRefusedOrAnswered() {
        ChildJvm.Result result = new ChildJvm(directory, Map.of()).run(Duration.ofSeconds(120), RandomRequests.class);

        assertThat(result.well()).as(result::describe).isTrue();
        Matcher end = END.matcher(result.out());
        assertThat(end.find()).as(result::describe).isTrue();
        assertThat(Integer.parseInt(end.group(1))).isGreaterThan(200);
        assertThat(Integer.parseInt(end.group(2))).isGreaterThan(200);
    }
}
