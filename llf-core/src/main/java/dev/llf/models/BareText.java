package dev.llf.models;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text without what two people who mean the same write differently: forms of characters, capitals, white space, and the
 * punctuation around words. What is inside a word or number stays, as in 3.5, can't, -2 and .5.
 */
final class BareText {

    private static final String MARKS = ";:!?\u00bf\u00a1\"'`*_~\u3001\u3002";
    private static final String SIGNS = ".,";
    private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}]+");

    private BareText() {}

    static String of(String text) {
        return Arrays.stream(SPACE.split(folded(text))).map(BareText::bare).filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    private static String bare(String word) {
        int start = 0;
        int end = word.length();
        while (end > start && isPunctuation(word.charAt(end - 1))) {
            end--;
        }
        while (start < end && isPunctuation(word.charAt(start)) && !isSignOfNumber(word, start)) {
            start++;
        }
        return word.substring(start, end);
    }

    private static boolean isPunctuation(char c) {
        return switch (Character.getType(c)) {
            case Character.START_PUNCTUATION, Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION ->
                true;
            default -> MARKS.indexOf(c) >= 0 || isSign(c);
        };
    }

    private static boolean isSign(char c) {
        return SIGNS.indexOf(c) >= 0 || Character.getType(c) == Character.DASH_PUNCTUATION;
    }

    private static boolean isSignOfNumber(String word, int i) {
        int next = word.startsWith(".", i + 1) ? i + 2 : i + 1; // as in -.5
        return isSign(word.charAt(i)) && next < word.length() && (Character.isDigit(word.charAt(next))
                || Character.getType(word.charAt(next)) == Character.CURRENCY_SYMBOL);
    }
}
