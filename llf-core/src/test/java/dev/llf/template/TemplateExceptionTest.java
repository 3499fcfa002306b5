package dev.llf.template;

import dev.llf.error.LlfException;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class TemplateExceptionTest {

    private static TemplateException failure(String template, Map<String, ?> context) {
        return catchThrowableOfType(TemplateException.class, () -> Render.text(template, context));
    }

    private static TemplateException failure(String template) {
        return failure(template, Map.of());
    }

    @Test
    void namesThePlaceOfAnUnknownTag() {
        TemplateException e = failure("first\n  {% frobnicate %}");

        assertThat(e).isInstanceOf(LlfException.class)
                .hasMessage("Chat template, line 2, column 6: the tag 'frobnicate' is unknown");
        assertThat(e.line()).isEqualTo(2);
        assertThat(e.column()).isEqualTo(6);
        assertThat(e.raised()).isFalse();
    }

    @Test
    void countsColumnsInCharactersAndLinesAcrossLineEndsOfAnyKind() {
        TemplateException e = failure("😀\r\n\r😀😀{{ 1 + }}");

        assertThat(e.line()).isEqualTo(3);
        assertThat(e.column()).isEqualTo(10);
        assertThat(e).hasMessageContaining("found '}}', expected an expression");
    }

    @Test
    void namesThePlaceOfAFaultWhileRendering() {
        TemplateException e = failure("{% set x = 1 %}\n{{ x.upper() }}");

        assertThat(e).hasMessage("Chat template, line 2, column 11: an integer has no attribute 'upper'");
    }

    @Test
    void carriesTheTemplatesOwnComplaint() {
        TemplateException e = failure("\n{{ raise_exception('Roles must alternate') }}");

        assertThat(e.raised()).isTrue();
        assertThat(e.line()).isEqualTo(2);
        assertThat(e).hasMessageContaining("Roles must alternate");
    }

    @Test
    void neverShowsForeignTextInAMessage() {
        Map<String, Object> context = Map.of("secret", "hunter2", "dict", Map.of("a", 1));

        assertThat(failure("{{ raise_exception('Unknown role: ' + secret + '!') }}", context))
                .hasMessageEndingWith("Unknown role: …!");
        assertThat(failure("{{ dict[secret].x }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ 'a'|map(secret)|list }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ dict|attr(secret) + 1 }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ '{a}'.format(**{secret: 1}) }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ dict(**{secret: 1}).x.y }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ range(**{secret: 1}) }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ 'x'|trim(**{secret: 1}) }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{% macro m() %}{% endmacro %}{{ m(**{secret: 1}) }}", context))
                .hasMessageNotContaining("hunter2");
        assertThat(failure("{{ secret.format() + (secret ~ '%q') % 1 }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ ('{' + secret + '}').format() }}", context)).hasMessageNotContaining("hunter2");
        assertThat(failure("{{ ('%(' + secret + ')s') % {} }}", context)).hasMessageNotContaining("hunter2");
    }

    @Test
    void refusesChangesOfValues() {
        assertThat(failure("{{ [].append(1) }}")).hasMessageContaining("refuses to change a list by 'append'");
        assertThat(failure("{{ {}.update({}) }}")).hasMessageContaining("refuses to change a dict by 'update'");
    }

    @Test
    void refusesOtherTemplates() {
        for (String tag : new String[] {"include 'x'", "extends 'x'", "import 'x' as y", "from 'x' import y",
            "block b"}) {
            assertThat(failure("{% " + tag + " %}")).hasMessageContaining("not supported in chat templates");
        }
    }

    @Test
    void refusesAnUnknownFilterBeforeRenderingButUnderAnIfOnlyWhenReached() {
        assertThat(catchThrowableOfType(TemplateException.class, () -> ChatTemplate.parse("{{ 1|nope }}")))
                .hasMessageContaining("the filter 'nope' is unknown");
        assertThat(Render.text("{% if false %}{{ 1|nope }}{% endif %}ok")).isEqualTo("ok");
        assertThat(failure("{% if true %}{{ 1|nope }}{% endif %}")).hasMessageContaining("'nope' is unknown");
    }
}
