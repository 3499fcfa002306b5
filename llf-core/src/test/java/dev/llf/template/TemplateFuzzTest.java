package dev.llf.template;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Broken templates either render or fail with a {@link TemplateException}; nothing else, and in time. */
class TemplateFuzzTest {

    private static final int ROUNDS = 20_000;
    private static final String[] PIECES = {"{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}",
        "|",
        ".", ",", ":", "'", "\"", "\\", " if ", " else ", " in ", " is ", " not ", "for ", "endfor", "endif", "loop",
        "set ",
        "macro ", "0", "9999999999", "1e9", "**", "%", "~", "|tojson", "|list", "[::-1]", "none", "😀", "\n", "\u0000"};

    @Test
    void brokenTemplatesFailCleanly() {
        var random = new Random(20_24);
        GoldenCases golden = GoldenCases.read("statements.json");
        List<String> seeds = Stream.of(golden, GoldenCases.read("expressions.json"))
                .flatMap(cases -> cases.cases().stream()).map(pair -> Objects.requireNonNull(pair.get(0))).toList();
        var limits = new TemplateLimits(10_000, 100_000, 50);

        Assertions.assertTimeout(Duration.ofSeconds(120), () -> {
            for (int i = 0; i < ROUNDS; i++) {
                String template = mutated(seeds.get(random.nextInt(seeds.size())), random);
                try {
                    Rendered rendered = ChatTemplate.parse(template).render(golden.context(), limits,
                            GoldenCases.CLOCK);
                    assertThat(rendered.spans()).noneMatch(span -> span.text().isEmpty());
                } catch (TemplateException e) {
                    assertThat(e).hasMessageStartingWith("Chat template");
                } catch (RuntimeException e) {
                    throw new AssertionError("template: " + template, e);
                }
            }
        });
    }

    private static String mutated(String seed, Random random) {
        var text = new StringBuilder(seed);
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(6));
            text.replace(at, random.nextBoolean() ? at : end, PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
