package dev.llf.llamacpp;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StopMatcherTest {

    @Test
    void passesTextOnWhereNothingStops() {
        StopMatcher matcher = new StopMatcher(List.of());

        assertThat(matcher.add("abc")).isEqualTo("abc");
        assertThat(matcher.rest()).isEmpty();
        assertThat(matcher.found()).isFalse();
    }

    @Test
    void holdsBackOnlyWhatCouldBecomeAStop() {
        StopMatcher matcher = new StopMatcher(List.of("END"));

        assertThat(matcher.add("the E")).isEqualTo("the ");
        assertThat(matcher.add("N")).isEmpty();
        assertThat(matcher.add("T")).isEqualTo("ENT");
        assertThat(matcher.found()).isFalse();
    }

    @Test
    void keepsAPartialStopAtTheEnd() {
        StopMatcher matcher = new StopMatcher(List.of("END"));

        assertThat(matcher.add("the EN")).isEqualTo("the ");
        assertThat(matcher.rest()).isEqualTo("EN");
        assertThat(matcher.rest()).isEmpty();
    }

    @Test
    void dropsTheStopAndWhatFollows() {
        StopMatcher matcher = new StopMatcher(List.of("END"));

        assertThat(matcher.add("the END of it")).isEqualTo("the ");
        assertThat(matcher.found()).isTrue();
        assertThat(matcher.rest()).isEmpty();
    }

    @Test
    void findsAStopWhereverItIsCut() {
        String text = "one aab two";
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second++) {
                List<String> pieces = List.of(text.substring(0, first), text.substring(first, second),
                        text.substring(second));

                assertThat(before(List.of("aab"), pieces)).as("%s", pieces).isEqualTo("one ");
            }
        }
    }

    @Test
    void takesTheMatchThatComesFirst() {
        assertThat(before(List.of("two", "one"), List.of("zero one two"))).isEqualTo("zero ");
        assertThat(before(List.of("one two", "one"), List.of("zero one two"))).isEqualTo("zero ");
        assertThat(before(List.of("\n\n", "\n"), List.of("zero\n", "\none"))).isEqualTo("zero");
    }

    @Test
    void takesTheMatchThatIsCompleteFirstWhateverThePieces() {
        List<String> overlapping = List.of("abcd", "bc");

        assertThat(before(overlapping, List.of("xabcd"))).isEqualTo("xa");
        assertThat(before(overlapping, List.of("xabc", "d"))).isEqualTo("xa");
        assertThat(before(overlapping, List.of("x", "a", "b", "c", "d"))).isEqualTo("xa");
    }

    @Test
    void neverCutsACharacterInHalf() {
        StopMatcher matcher = new StopMatcher(List.of("\uD83D\uDE00\uD83D\uDE00"));

        assertThat(matcher.add("a\uD83D\uDE00")).isEqualTo("a");
        assertThat(matcher.add("\uD83D\uDE01")).isEqualTo("\uD83D\uDE00\uD83D\uDE01");
    }

    @Test
    void agreesWithASearchCharacterByCharacter() {
        Random random = new Random(20_240);
        for (int round = 0; round < 20_000; round++) {
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                stops.add(text(random, 1 + random.nextInt(4)));
            }
            String text = text(random, random.nextInt(20));

            assertThat(before(stops, pieces(random, text))).as("%s in %s", stops, text)
                    .isEqualTo(naive(stops, text));
        }
    }

    private static String before(List<String> stops, List<String> pieces) {
        StopMatcher matcher = new StopMatcher(stops);
        StringBuilder shown = new StringBuilder();
        for (String piece : pieces) {
            if (!matcher.found()) {
                shown.append(matcher.add(piece));
            }
        }
        return shown.append(matcher.rest()).toString();
    }

    /** Looks for a stop after each character. */
    private static String naive(List<String> stops, String text) {
        for (int end = 0; end <= text.length(); end++) {
            String seen = text.substring(0, end);
            int length = stops.stream().filter(seen::endsWith).mapToInt(String::length).max().orElse(0);
            if (length > 0) {
                return seen.substring(0, end - length);
            }
        }
        return text;
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(3)));
        }
        return text.toString();
    }

    private static List<String> pieces(Random random, String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = Math.min(text.length(), start + 1 + random.nextInt(5));
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces;
    }
}
