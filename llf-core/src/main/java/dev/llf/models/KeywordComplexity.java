package dev.llf.models;

import dev.llf.chat.WellFormed;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Estimates by length and by words; see {@link QueryComplexity#keywords(Collection, Collection)}. */
final class KeywordComplexity implements QueryComplexity {

    private static final int BASE = 5;
    private static final int LONG = 500;
    private static final int SHORT = 50;
    private static final String WORD = "[\\p{L}\\p{M}\\p{N}_]";

    private final List<Pattern> harder;
    private final List<Pattern> easier;

    KeywordComplexity(Collection<String> harder, Collection<String> easier) {
        this.harder = patterns(harder);
        this.easier = patterns(easier);
    }

    private static List<Pattern> patterns(Collection<String> phrases) {
        return phrases.stream().map(KeywordComplexity::pattern).toList();
    }

    private static Pattern pattern(String phrase) {
        String words = Arrays.stream(WellFormed.name(phrase, "phrase").strip().split("\\s+"))
                .map(Pattern::quote).collect(Collectors.joining("\\s+"));
        return Pattern.compile("(?<!%1$s)%2$s(?!%1$s)".formatted(WORD, words),
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    @Override
    public int estimate(String query) {
        return Math.clamp(BASE + forLength(query) + found(harder, query) - found(easier, query), 1, 10);
    }

    private static int forLength(String query) {
        int length = query.codePointCount(0, query.length());
        return length > LONG ? 2 : length < SHORT ? -1 : 0;
    }

    private static int found(List<Pattern> phrases, String query) {
        return (int) phrases.stream().filter(phrase -> phrase.matcher(query).find()).count();
    }
}
