package dev.llf.template;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ChatTemplateTest {

    private static final String CHAT = """
            {%- if tools %}{{ '[' + tools | map(attribute='name') | join(', ') + ']' }}{% endif -%}
            {% for message in messages %}
            {{ message.role }}: {{ message['content'] | trim }}{{ eos_token }}
            {% endfor %}
            {% if add_generation_prompt %}
            assistant:{% endif %}
            """;

    @Test
    void rendersAConversation() {
        Map<String, Object> context = Map.of("messages",
                List.of(Map.of("role", "user", "content", " Hi "), Map.of("role", "assistant", "content", "Yes?")),
                "tools", List.of(Map.of("name", "a"), Map.of("name", "b")), "eos_token", new TrustedText("</s>"),
                "add_generation_prompt", true);

        assertThat(Render.text(CHAT, context)).isEqualTo("[a, b]user: Hi</s>\nassistant: Yes?</s>\nassistant:");
    }

    @Test
    void tellsWhichVariablesOfTheContextItMentions() {
        ChatTemplate template = ChatTemplate.parse("{% macro m(tools) %}{{ tools }}{{ deep }}{% endmacro %}"
                + "{% for x in messages if filtered %}{{ x }}{% else %}{{ other }}{% endfor %}{% set own = 1 %}{{ own }}"
                + "{% if c %}{% set branch = 1 %}{% endif %}{{ branch }}{% with w = source %}{{ w }}{% endwith %}");

        assertThat(List.of("messages", "filtered", "deep", "other", "c", "branch", "source"))
                .allMatch(template::mentions);
        assertThat(List.of("tools", "x", "own", "w", "loop", "absent")).noneMatch(template::mentions);
    }

    @Test
    void takesNullsNumbersAndNestedValuesFromTheContext() {
        Map<String, Object> context = new HashMap<>();
        context.put("nothing", null);
        context.put("i", 1);
        context.put("l", 1L << 62);
        context.put("b", new java.math.BigInteger("123456789012345678901234567890"));
        context.put("f", 0.1f);
        context.put("d", 1e16);
        context.put("m", Map.of("k", List.of(1, 2.5, "x", false)));

        assertThat(Render.text("{{ nothing }} {{ i }} {{ l * 4 }} {{ b }} {{ f }} {{ d }} {{ m }}", context)).isEqualTo(
                "None 1 18446744073709551616 123456789012345678901234567890 0.1 1e+16 {'k': [1, 2.5, 'x', False]}");
    }

    @Test
    void refusesContextValuesOfOtherTypes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Render.text("x", Map.of("o", Locale.ROOT)))
                .withMessageContaining("java.util.Locale");
    }

    @Test
    void showsTheTimeOfTheClocksZoneInEnglish() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            Clock clock = Clock.fixed(Instant.parse("2024-07-26T23:30:00Z"), ZoneId.of("Asia/Tokyo"));
            assertThat(ChatTemplate.parse("{{ strftime_now('%A %d %B %Y %H:%M') }} {{ '%d' % 5 }} {{ 1.5 }}")
                    .render(Map.of(), TemplateLimits.defaults(), clock).text())
                    .isEqualTo("Saturday 27 July 2024 08:30 5 1.5");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void rendersFromManyThreadsAtOnce() {
        ChatTemplate template = ChatTemplate.parse("{% set ns = namespace(n=0) %}{% for i in range(n) %}"
                + "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}");

        assertThat(IntStream.range(0, 500).parallel()
                .allMatch(n -> template.render(Map.of("n", n)).text().equals(Integer.toString(n)))).isTrue();
    }
}
