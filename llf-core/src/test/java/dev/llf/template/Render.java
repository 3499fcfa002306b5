package dev.llf.template;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Short ways to render in tests. */
final class Render {

    private Render() {}

    static String text(String template, Map<String, ?> context) {
        return ChatTemplate.parse(template).render(context, TemplateLimits.defaults(), GoldenCases.CLOCK).text();
    }

    static String text(String template) {
        return text(template, Map.of());
    }

    /** The rendered text with foreign parts in angle quotes. */
    static String marked(String template, Map<String, ?> context) {
        List<Rendered.Span> spans = ChatTemplate.parse(template).render(context).spans();
        return spans.stream().map(span -> span.foreign() ? "«" + span.text() + "»" : span.text())
                .collect(Collectors.joining());
    }
}
