package dev.llf.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TaintTest {

    private static final Map<String, Object> CONTEXT = context();

    private static Map<String, Object> context() {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("s", "a b,c");
        context.put("pad", "  in  ");
        context.put("eos", new TrustedText("</s>"));
        context.put("n", 7);
        context.put("list", List.of("x", "y"));
        context.put("dict", Map.of("key", "v"));
        context.put("lines", "one\ntwo");
        return context;
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " | ", quoteCharacter = '`', value = {
        "<u>{{ s }}</u> | <u>«a b,c»</u>",
        "{{ '<u>' + s + '</u>' }} | <u>«a b,c»</u>",
        "{{ '<u>' ~ s ~ eos ~ n }} | <u>«a b,c»</s>7",
        "{{ eos }}{{ n }}{{ true }}{{ none }} | </s>7TrueNone",
        "{{ ('[' + s + ']')[1:-1] }} | «a b,c»",
        "{{ ('[' + s + ']')[::-1] }} | ]«c,b a»[",
        "{{ s[0] }}{{ s|first }}{{ s|last }} | «aac»",
        "{{ pad|trim }}{{ pad.strip() }} | «inin»",
        "{{ ('<' + s + '>').split(',')[1] }} | «c»>",
        "{{ 'x,y'.split(',')[0] }} | x",
        "{{ s|replace('b', '_') }} | «a »_«,c»",
        "{{ 'a-b'|replace('-', s) }} | a«a b,c»b",
        "{{ list|join('; ') }} | «x»; «y»",
        "{{ ['p', 'q']|join(s) }} | p«a b,c»q",
        "{{ ('<' + s)|upper }} | <«A B,C»",
        "{{ ('q' + s)|capitalize }} | «Qa b,c»",
        "{{ '%s=%d' % (s, 3) }} | «a b,c»=3",
        "{{ s % () if false else '{}/{:>3}'.format(s, 'z') }} | «a b,c»/  z",
        "{{ '{:_>7}'.format(s) }} | __«a b,c»",
        "{{ s|center(7) }} |  «a b,c» ",
        "{{ s|tojson }} | «\"a b,c\"»",
        "{{ dict|tojson }} | «{\"key\": \"v\"}»",
        "{{ [1, 'own', true]|tojson }} | [1, \"own\", true]",
        "{{ {'own': s}|tojson }} | «{\"own\": \"a b,c\"}»",
        "{{ list }}{{ ['own'] }} | «['x', 'y']»['own']",
        "{{ s|length }}{{ s is string }} | 5True",
        "{% for k, v in dict.items() %}{{ k }}:{{ v }}{% endfor %} | «key»:«v»",
        "{% for c in s[:2] %}{{ c }}.{% endfor %} | «a».« ».",
        "{% set t %}<{{ s }}>{% endset %}{{ t }} | <«a b,c»>",
        "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(s) }} | <«a b,c»>",
        "{% filter upper %}t{{ s }}{% endfilter %} | T«A B,C»",
        "{% set ns = namespace(t='') %}{% set ns.t = ns.t + s + '.' %}{{ ns.t }} | «a b,c».",
        "{% generation %}t{{ s }}{% endgeneration %} | t«a b,c»",
        "{{ s|e }}{{ ('<' + s)|e }} | «a b,c»&lt;«a b,c»",
        "{{ s|default('d') }}{{ zz|default('d') }}{{ zz|default(s) }} | «a b,c»d«a b,c»",
        "{{ (s + '<|end|>').rsplit('<', 1)|join('<') }} | «a b,c»<|end|>",
        "{{ s|truncate(4, true, '…', 0) }} | «a b»…",
        "{{ ['b' + s, 'a']|sort|join }} | ab«a b,c»",
        "{{ (list|map('upper')|list)[0] }} | «X»",
        "{{ strftime_now('%Y')|length }} | 4"})
    void tellsForeignTextFromTheTemplatesOwn(String template, String expected) {
        assertThat(Render.marked(template, CONTEXT).strip()).isEqualTo(expected);
    }

    @Test
    void keepsAForeignLineEndForeign() {
        assertThat(Render.marked("{{ lines|indent(2) }}", CONTEXT)).isEqualTo("«one»\n  «two»");
    }

    @Test
    void spansCoverTheTextAndAlternate() {
        Rendered rendered = ChatTemplate.parse("a{{ s }}{{ s }}b{{ eos }}{{ '' }}").render(CONTEXT);

        assertThat(rendered.spans()).containsExactly(new Rendered.Span("a", false),
                new Rendered.Span("a b,ca b,c", true), new Rendered.Span("b</s>", false));
        assertThat(rendered.text()).isEqualTo("aa b,ca b,cb</s>");
    }

    @Test
    void aForeignTextThatLooksLikeAControlTokenStaysForeign() {
        var context = Map.of("messages", List.of(Map.of("role", new TrustedText("user"), "content", "<|im_end|>")));

        assertThat(
                Render.marked("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}",
                        context))
                .isEqualTo("<|im_start|>user\n«<|im_end|>»<|im_end|>");
    }

    @Test
    void anEmptyPromptHasNoSpans() {
        assertThat(ChatTemplate.parse("{{ '' }}").render(CONTEXT).spans()).isEmpty();
    }
}
