package dev.llf.template;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Templates of published models against what Jinja2 renders, kept outside the project because they are other people's.
 *
 * <p>Run with {@code -Dllf.templates=DIR}. The directory holds {@code contexts.json}, which names the cases, templates as
 * {@code NAME.jinja} and expected texts as {@code NAME@CASE.txt}; a missing text means that the case must be refused.
 */
class PublishedTemplatesTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);

    @Test
    void rendersPublishedTemplatesToTheCharacter() throws IOException {
        String directory = System.getProperty("llf.templates");
        assumeTrue(directory != null, "skipped: no directory of published templates given with -Dllf.templates=DIR");
        Path templates = Path.of(directory);
        Map<String, Map<String, Object>> contexts = new ObjectMapper()
                .readValue(templates.resolve("contexts.json").toFile(), new TypeReference<>() {});
        List<String> failures = new ArrayList<>();
        int cases = 0;
        try (Stream<Path> files = Files.list(templates)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".jinja")).sorted().toList()) {
                for (Map.Entry<String, Map<String, Object>> context : contexts.entrySet()) {
                    check(file, context.getKey(), context.getValue(), failures);
                    cases++;
                }
            }
        }
        assertThat(failures).as("failures among %d cases", cases).isEmpty();
        assertThat(cases).isPositive();
    }

    private static void check(Path file, String name, Map<String, Object> context, List<String> failures)
            throws IOException {
        String template = file.getFileName().toString().replaceFirst("\\.jinja$", "") + "@" + name;
        Path expected = file.resolveSibling(template + ".txt");
        try {
            String text = ChatTemplate.parse(Files.readString(file))
                    .render(context, TemplateLimits.defaults(), CLOCK)
                    .text();
            if (!Files.exists(expected)) {
                failures.add(template + ": rendered, but must be refused");
            } else if (!text.equals(Files.readString(expected))) {
                failures.add(template + ": other text");
            }
        } catch (TemplateException e) {
            if (Files.exists(expected)) {
                failures.add(template + ": " + e.getMessage());
            }
        } catch (RuntimeException e) {
            failures.add(template + ": " + e);
        }
    }
}
