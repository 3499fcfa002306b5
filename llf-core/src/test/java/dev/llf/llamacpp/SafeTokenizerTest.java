package dev.llf.llamacpp;

import dev.llf.error.EngineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafeTokenizerTest {

    private static final int CONTROL = -1;

    private final List<String> pieces = new ArrayList<>();

    /** A tokenizer that knows two control texts and takes everything else by the character. */
    private int[] engine(String text) {
        pieces.add(text);
        return Arrays.stream(text.split("(?=<s>)|(?<=<s>)|(?=<end>)|(?<=<end>)", -1))
                .flatMapToInt(part -> part.equals("<s>") || part.equals("<end>") ? Arrays.stream(new int[] {CONTROL})
                        : part.codePoints())
                .toArray();
    }

    private SafeTokenizer tokenizer(String... controlTexts) {
        return new SafeTokenizer(this::engine, List.of(controlTexts), List.of(controlTexts), false);
    }

    private static SafeTokenizer.Foreign between(int start, int end) {
        return (from, to) -> Math.max(from, start) < Math.min(to, end) ? Math.max(from, start) : -1;
    }

    private static final SafeTokenizer.Foreign ALL = (from, to) -> from;
    private static final SafeTokenizer.Foreign NONE = (from, to) -> -1;

    @Test
    void givesTextWithoutControlTextsInOnePiece() {
        assertThat(tokenizer("<s>").tokenize("a < s > b", ALL)).isEqualTo("a < s > b".codePoints().toArray());
        assertThat(pieces).containsExactly("a < s > b");
    }

    @Test
    void givesNothingForNothing() {
        assertThat(tokenizer("<s>").tokenize("", ALL)).isEmpty();
    }

    @Test
    void leavesControlTextsOfTheTemplate() {
        assertThat(tokenizer("<s>", "<end>").tokenize("<s>a<end>", NONE)).containsExactly(CONTROL, 'a', CONTROL);
    }

    @Test
    void tokenizesWhatComesAgainOnce() {
        SafeTokenizer tokenizer = tokenizer("<s>", "<end>");
        tokenizer.tokenize("<s>a<end>b<s>c", NONE);
        pieces.clear();

        assertThat(tokenizer.tokenize("<s>a<end>b<s>d<end>e", NONE))
                .isEqualTo(new int[] {CONTROL, 'a', CONTROL, 'b', CONTROL, 'd', CONTROL, 'e'});
        assertThat(pieces).containsExactly("<s>d", "<end>e");
    }

    @Test
    void doesNotPartWhereAnotherTokenCouldClaimSomeOfTheText() {
        SafeTokenizer tokenizer = new SafeTokenizer(this::engine, List.of("<s>"), List.of("<s>", ">>", "x<s>"), false);
        assertThat(tokenizer.tokenize("a<s>b", NONE)).containsExactly('a', CONTROL, 'b');
        assertThat(pieces).containsExactly("a<s>b");
    }

    @Test
    void doesNotPartWhereATokenTakesTheSpaceBeforeItAway() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(text.replaceAll("\\s+<s>", "<s>")), List.of("<s>"),
                List.of("<s>"), false);

        assertThat(tokenizer.tokenize("a <s>b", NONE)).containsExactly('a', CONTROL, 'b');
    }

    @Test
    void partsWhereATokenTakesTheSpaceBehindItAway() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(text.replaceAll("<s>\\s+", "<s>")), List.of("<s>"),
                List.of("<s>"), false);

        assertThat(tokenizer.tokenize("a <s> b", NONE)).containsExactly('a', ' ', CONTROL, 'b');
        assertThat(pieces).endsWith("a ", "<s>b");
    }

    @Test
    void goesOnBehindACut() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(" " + text), List.of("<s>"), List.of("<s>"), true);

        assertThat(tokenizer.tokenizeBehindCut("<s>abc", 4, NONE)).containsExactly('b', 'c');
        assertThat(tokenizer.tokenizeBehindCut("ab<s>c", 2, NONE)).containsExactly(CONTROL, 'c');
        assertThat(tokenizer.tokenizeBehindCut("ab<s>c", 2, ALL)).isEqualTo("<s>c".codePoints().toArray());
    }

    @Test
    void keepsApartWhatStandsFirstAndWhatFollowsACut() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(" " + text), List.of("<s>"), List.of("<s>"), true);

        for (int i = 0; i < 2; i++) {
            assertThat(tokenizer.tokenize("abc", NONE)).isEqualTo(" abc".codePoints().toArray());
            assertThat(tokenizer.tokenizeBehindCut("abc", 0, NONE)).isEqualTo("abc".codePoints().toArray());
        }
    }

    @Test
    void goesOnWithALineBreakWhereLineBreaksJoin() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(" " + text.replace("\n\n", "=")), List.of("<s>"),
                List.of("<s>"), true);

        assertThat(tokenizer.tokenizeBehindCut("\nab", 0, NONE)).isEqualTo("\nab".codePoints().toArray());
    }

    @Test
    void cannotGoOnWhereEverythingJoinsWithTheTextBefore() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> new int[] {text.hashCode()}, List.of("<s>"), List.of("<s>"),
                true);

        assertThat(tokenizer.tokenizeBehindCut("abc", 1, NONE)).isNull();
    }

    @Test
    void cutsInsideForeignControlTexts() {
        assertThat(tokenizer("<s>", "<end>").tokenize("<s>a<end>", ALL)).isEqualTo("<s>a<end>".codePoints().toArray());
        assertThat(pieces).containsExactly("<", "s>a<", "end>");
    }

    @Test
    void cutsWhereTemplateAndForeignTextWouldFormAControlText() {
        tokenizer("<s>").tokenize("<s>", between(1, 2));
        assertThat(pieces).containsExactly("<", "s>");

        pieces.clear();
        tokenizer("<s>").tokenize("<s>", between(0, 1));
        assertThat(pieces).containsExactly("<", "s>");

        pieces.clear();
        tokenizer("<s>").tokenize("<s>", between(2, 3));
        assertThat(pieces).containsExactly("<s", ">");
    }

    @Test
    void keepsTheTemplatesTokenNextToForeignText() {
        assertThat(tokenizer("<s>", "<end>").tokenize("<s>hi<end>", between(3, 5)))
                .containsExactly(CONTROL, 'h', 'i', CONTROL);
        assertThat(tokenizer("<s>", "<end>").tokenize("<s><s><end>", between(3, 6)))
                .containsExactly(CONTROL, '<', 's', '>', CONTROL);
    }

    @Test
    void cutsNestedAndOverlappingTexts() {
        assertThat(tokenizer("<s>", "<end>").tokenize("<e<end>nd>", ALL))
                .isEqualTo("<e<end>nd>".codePoints().toArray());
        assertThat(tokenizer("aba").tokenize("ababa", ALL)).isEqualTo("ababa".codePoints().toArray());
        assertThat(pieces).endsWith("a", "ba");
    }

    @Test
    void cutsBetweenCharactersNotInsideThem() {
        tokenizer("\uD83D\uDE00!").tokenize("\uD83D\uDE00!", ALL);

        assertThat(pieces).containsExactly("\uD83D\uDE00", "!");
    }

    @Test
    void refusesAForeignControlTextOfOneCharacter() {
        assertThatThrownBy(() -> tokenizer("\u241e").tokenize("a\u241eb", ALL)).isInstanceOf(EngineException.class)
                .hasMessageContaining("U+241E");
        assertThat(tokenizer("\u241e").tokenize("a\u241eb", NONE)).hasSize(3);
    }

    @Test
    void tokenizesTheRestBehindALineBreakWhereTheVocabularyAddsSpaces() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> engine(" " + text), List.of("<s>"), List.of("<s>"), true);

        assertThat(tokenizer.tokenize("<s>a", ALL)).isEqualTo(" <s>a".codePoints().toArray());
        assertThat(pieces).endsWith(" <", " \ns>a");
    }

    @Test
    void refusesAVocabularyThatJoinsTheLineBreakWithWhatFollows() {
        SafeTokenizer tokenizer = new SafeTokenizer(text -> new int[] {text.hashCode()}, List.of("<s>"), List.of("<s>"),
                true);

        assertThatThrownBy(() -> tokenizer.tokenize("<s>", ALL)).isInstanceOf(EngineException.class)
                .hasMessageContaining("line break");
    }

    @Test
    void takesManyCutsInLinearTime() {
        String text = "<s>".repeat(20_000);

        assertThat(tokenizer("<s>", "<end>").tokenize(text, ALL)).isEqualTo(text.codePoints().toArray());
    }
}
