package dev.llf.conversation.search;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class HitRendererTest {

    private static final String SCRIPT = "<script>alert('a & \"b\"')</script>";

    private static String render(HitRenderer renderer, String text, String query) {
        SearchHit hit = Conversations.search(text, query).hits().getFirst();
        return renderer.render(text, hit.ranges());
    }

    @Test
    void escapesBeforeItMarksInHtml() {
        assertThat(render(HitRenderer.html(), SCRIPT, "alert")).isEqualTo(
                "&lt;script&gt;<mark>alert</mark>(&#39;a &amp; &quot;b&quot;&#39;)&lt;/script&gt;");
        assertThat(render(HitRenderer.html(), SCRIPT, "<script>")).startsWith("<mark>&lt;script&gt;</mark>alert");
        assertThat(render(HitRenderer.html(), "&lt; amp", "amp")).isEqualTo("&amp;lt; <mark>amp</mark>");
        assertThat(render(HitRenderer.html(), "<mark>x</mark>", "mark"))
                .isEqualTo("&lt;<mark>mark</mark>&gt;x&lt;/<mark>mark</mark>&gt;");
    }

    @Test
    void marksEveryMatch() {
        assertThat(render(HitRenderer.plain(), "Fuß, fuss, F", "fuss")).isEqualTo("[Fuß], [fuss], F");
        assertThat(render(HitRenderer.ansi(), "a cat", "cat")).isEqualTo("a \u001B[7mcat\u001B[27m");
    }

    @Test
    void disarmsControlCharacters() {
        assertThat(render(HitRenderer.ansi(), "\u001B]0;x\u0007 \u009B2J cat\r\n\tb\rc", "cat"))
                .isEqualTo("\uFFFD]0;x\uFFFD \uFFFD2J \u001B[7mcat\u001B[27m\n\tb\uFFFDc");
        assertThat(HitRenderer.plain().render("a\u0000b", List.of())).isEqualTo("a\uFFFDb");
    }

    @Test
    void rendersSnippets() {
        SearchHit hit = Conversations.search(".".repeat(300) + " a <b> c", SearchQuery.builder("b").snippetChars(16))
                .hits().getFirst();

        assertThat(HitRenderer.html().snippet(hit)).isEqualTo("…....... a &lt;<mark>b</mark>&gt; c");
    }

    @Test
    void refusesRangesThatDoNotFit() {
        List<TextRange> outside = List.of(new TextRange(1, 4));
        List<TextRange> overlapping = List.of(new TextRange(0, 2), new TextRange(1, 3));

        assertThatIllegalArgumentException().isThrownBy(() -> HitRenderer.html().render("abc", outside));
        assertThatIllegalArgumentException().isThrownBy(() -> HitRenderer.html().render("abc", overlapping));
    }
}
