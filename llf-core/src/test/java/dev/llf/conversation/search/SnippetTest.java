package dev.llf.conversation.search;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.llf.conversation.search.Conversations.search;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SnippetTest {

    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67";

    private static SearchHit hit(String text, String query, int chars) {
        return search(text, SearchQuery.builder(query).snippetChars(chars)).hits().getFirst();
    }

    private static List<String> marked(SearchHit hit) {
        return hit.snippetRanges().stream().map(range -> hit.snippet().substring(range.start(), range.end())).toList();
    }

    @Test
    void isTheWholeTextIfThatFits() {
        SearchHit hit = hit("a short\n text", "short", 100);

        assertThat(hit.snippet()).isEqualTo("a short  text");
        assertThat(hit.snippetRanges()).isEqualTo(hit.ranges());
    }

    @Test
    void isCentredOnTheFirstMatch() {
        SearchHit hit = hit(".".repeat(200) + "match" + ".".repeat(200) + "match", "match", 25);

        assertThat(hit.snippet()).isEqualTo("…" + ".".repeat(9) + "match" + ".".repeat(9) + "…");
        assertThat(marked(hit)).containsExactly("match");
    }

    @Test
    void hasAnEllipsisOnlyWhereTextWasCut() {
        SearchHit start = hit("match" + ".".repeat(200), "match", 20);
        SearchHit end = hit(".".repeat(200) + "match", "match", 20);

        assertThat(start.snippet()).isEqualTo("match" + ".".repeat(14) + "…");
        assertThat(end.snippet()).isEqualTo("…" + ".".repeat(14) + "match");
        assertThat(marked(start)).containsExactly("match");
        assertThat(marked(end)).containsExactly("match");
    }

    @Test
    void showsTheBeginningOfAMatchThatIsTooLong() {
        SearchHit hit = hit("before " + "x".repeat(300) + " after", "x".repeat(300), 20);

        assertThat(hit.snippet()).isEqualTo("…" + "x".repeat(18) + "…");
        assertThat(marked(hit)).containsExactly("x".repeat(18));
    }

    @Test
    void neverSplitsACharacter() {
        for (String filler : List.of("\uD83D\uDE00", FAMILY, "e\u0301", "\uD83C\uDDE9\uD83C\uDDEA")) {
            for (int before = 0; before < 40; before++) {
                SearchHit hit = hit(".".repeat(before) + filler.repeat(40) + "match" + filler.repeat(40), "match", 60);
                String inner = hit.snippet().replace("…", "").replace(".", "").replace("match", "");

                assertThat(inner.replace(filler, "")).as("%d before %s", before, filler).isEmpty();
                assertThat(hit.snippet()).hasSizeLessThanOrEqualTo(60);
                assertThat(marked(hit)).containsExactly("match");
            }
        }
    }

    @Test
    void staysWithinItsLengthAroundCharactersLongerThanItself() {
        String tall = "q" + "\u0323".repeat(2_000);
        SearchHit hit = hit(tall + "match" + tall, "match", 40);

        assertThat(hit.snippet()).hasSizeLessThanOrEqualTo(40).contains("match");
        assertThat(hit(tall + tall, "q", 40).snippet()).hasSizeLessThanOrEqualTo(40);
    }

    @Test
    void showsTheMatchWhateverStandsAround() {
        Random random = new Random(7);
        List<String> parts = List.of("a", " ", "\n\n", "ß", FAMILY, "e\u0301", "\uD83D\uDE00", "\r\n", "한", "\u0301");
        for (int run = 0; run < 2_000; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i > 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            text.append("Match");
            for (int i = random.nextInt(80); i > 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            SearchHit hit = hit(text.toString(), "match", 16 + random.nextInt(40));
            TextRange range = hit.ranges().getFirst();

            assertThat(text.substring(range.start(), range.end())).startsWith("Match");
            assertThat(marked(hit).getFirst()).startsWith("Match");
            assertThat(hit.snippet().codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF)).isTrue();
        }
    }
}
