package dev.llf.template;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Templates of our own with the texts that Jinja2 3.1.6 renders for them, set up as chat templates need it.
 *
 * @param cases a template and its text, or null where Jinja2 refuses it
 */
record GoldenCases(String origin, Map<String, Object> context, List<List<@Nullable String>> cases) {

    static final Clock CLOCK = Clock.fixed(Instant.parse("2024-07-26T09:05:03Z"), ZoneOffset.UTC);

    static GoldenCases read(String name) {
        try (InputStream in = Objects.requireNonNull(GoldenCases.class.getResourceAsStream(name), name)) {
            return new ObjectMapper().readValue(in, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What differs, one line each. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (List<@Nullable String> pair : cases) {
            String template = Objects.requireNonNull(pair.get(0));
            String found = rendered(template);
            if (!Objects.equals(found, pair.get(1))) {
                failures.add("%s\n  expected %s\n  found    %s".formatted(template, pair.get(1), found));
            }
        }
        return failures;
    }

    @Nullable
    String rendered(String template) {
        try {
            return ChatTemplate.parse(template).render(context, TemplateLimits.defaults(), CLOCK).text();
        } catch (TemplateException e) {
            return null;
        }
    }
}
