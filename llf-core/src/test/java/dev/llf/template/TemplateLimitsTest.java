package dev.llf.template;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TemplateLimitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {
        "{% set ns = namespace(s='ab') %}{% for i in range(1000) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(1000) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 10 ** 12 }}", "{{ 10 ** 12 * 'x' }}", "{{ [0] * 10 ** 12 }}", "{{ 2 ** (10 ** 9) }}",
        "{{ 9 ** (9 ** 9) }}", "{{ range(10 ** 12)|list }}", "{{ range(0 - 2 ** 62, 2 ** 62)|list }}",
        "{{ 'x'.center(10 ** 9) }}", "{{ 'x'.ljust(10 ** 18) }}", "{{ 'x'.zfill(10 ** 9) }}",
        "{{ 'x'|center(10 ** 9) }}",
        "{{ 'a\nb'|indent(10 ** 9) }}", "{{ '%999999999d' % 1 }}", "{{ '%.9999f' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ [1]|tojson(indent=10 ** 9) }}", "{{ [1]|batch(10 ** 9, 'x')|list }}", "{{ [1]|slice(10 ** 9)|list }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l == [ns.l] }}",
        "{% set ns = namespace(a=1) %}{% for i in range(9999) %}{% set ns.a = ns.a * 9 ** 999 %}{% endfor %}",
        "{% set a = 'x' * 3000000 %}{% set b = 'x' * 1500000 ~ 'y' %}{{ b in a }}",
        "{% set a = 'x' * 3000000 %}{% for i in range(99999) %}{{ a == a ~ '' }}{% endfor %}",
        "{% set a = 'x' * 3000000 %}{% for i in range(99999) %}{{ a.lower() is string }}{% endfor %}",
        "{% set a = 'x' * 3000000 %}{% for i in range(99999) %}{{ a[1:] is string }}{% endfor %}",
        "{% set a = 'x' * 3000000 %}{{ a.split('x')|map('replace', '', a)|list }}",
        "{% set a = ('x ' * 1500000).split() %}{% for i in range(99999) %}{% set b = a|sort %}{% endfor %}",
        "{{ ('{:{}}' * 9).format(9) }}", "{{ 9 ** 9 ** 9 ** 9 ** 9 }}"})
    void aHostileTemplateFailsInTime(String template) {
        Assertions.assertTimeout(PATIENCE, () -> assertThatThrownBy(() -> Render.text(template))
                .isInstanceOf(TemplateException.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{1:", "not ", "-", "x[", "f(", "a if ", "x|f(", "a ** -"})
    void deepNestingIsRefusedWhenParsing(String open) {
        assertThatThrownBy(() -> ChatTemplate.parse("{{ " + open.repeat(100_000)))
                .isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{% if x %}", "{% for x in y %}", "{% macro m() %}", "{% filter upper %}"})
    void deepBlocksAreRefusedWhenParsing(String open) {
        assertThatThrownBy(() -> ChatTemplate.parse(open.repeat(50_000))).isInstanceOf(TemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {" + 1", " ~ 1", ".x", "|string", " if 1", " and 1", " == 1", " is defined", "[0]", "()"})
    void longChainsNeverOverflowTheStack(String link) {
        Assertions.assertTimeout(PATIENCE, () -> {
            try {
                Render.text("{{ 1" + link.repeat(20_000) + " }}");
            } catch (TemplateException e) {
                assertThat(e).hasMessageStartingWith("Chat template");
            }
        });
    }

    @Test
    void aDeepContextIsRefused() {
        List<Object> deep = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            deep = new ArrayList<>(List.of(deep));
        }
        Map<String, Object> context = Map.of("deep", deep);

        assertThatThrownBy(() -> Render.text("{{ deep }}", context)).isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void anOutputBeyondTheLimitIsRefused() {
        var limits = new TemplateLimits(10, 1000, 10);
        ChatTemplate template = ChatTemplate.parse("{{ 'a' * n }}");

        assertThat(template.render(Map.of("n", 10), limits, GoldenCases.CLOCK).text()).hasSize(10);
        assertThatThrownBy(() -> template.render(Map.of("n", 11), limits, GoldenCases.CLOCK))
                .isInstanceOf(TemplateException.class).hasMessageContaining("longer than the allowed 10 chars");
    }

    @Test
    void refusesLimitsBelowOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TemplateLimits(0, 1, 1))
                .withMessage("maxChars must be >= 1, was 0");
    }

    @Test
    void aLongConversationStaysFarFromTheLimits() {
        List<Map<String, String>> messages = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "Some words. ".repeat(40)));
        }
        String template = """
                {%- set ns = namespace(all='') -%}
                {%- for m in messages -%}
                    {{- '<|' + m.role + '|>' + m.content | trim + '<|end|>' -}}
                {%- endfor -%}
                """;

        Assertions.assertTimeout(PATIENCE, () -> assertThat(Render.text(template, Map.of("messages", messages)))
                .hasSizeGreaterThan(900_000));
    }
}
