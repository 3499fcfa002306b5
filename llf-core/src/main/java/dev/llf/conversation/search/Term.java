package dev.llf.conversation.search;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A word or phrase to look for. */
final class Term {

    /** Longer terms are searched in time that does not depend on their length, whatever the text is. */
    private static final int SHORT = 32;
    private static final String QUOTES = "\"\u201C\u201D\u201E";

    private final String folded;
    /** As it was typed, composed and with single spaces; empty if case does not matter. */
    private final String exact;
    /** How a long term begins. */
    private final String head;
    private final boolean wordStart;
    private final boolean wordEnd;
    /** For each prefix, how much of it can be kept when the next character differs; empty for short terms. */
    private final int[] borders;

    private Term(String typed, SearchQuery query) {
        this.folded = FoldedText.of(typed).text();
        this.head = folded.substring(0, Math.min(SHORT, folded.length()));
        this.exact = query.caseSensitive() ? composed(typed) : "";
        this.wordStart = query.wholeWord() && isWord(folded.codePointAt(0));
        this.wordEnd = query.wholeWord() && isWord(folded.codePointBefore(folded.length()));
        this.borders = borders(folded);
    }

    /** The terms of a query, each once, those that are probably rarest first; possibly empty. */
    static List<Term> of(SearchQuery query) {
        List<String> typed = new ArrayList<>();
        if (query.phrase()) {
            addPhrase(query.text(), typed);
        } else {
            parse(query.text(), typed);
        }
        Map<String, Term> terms = new LinkedHashMap<>();
        for (String text : typed) {
            Term term = new Term(text, query);
            terms.putIfAbsent(term.text(), term);
        }
        return terms.values().stream().sorted(Comparator.comparingInt((Term term) -> -term.folded.length())).toList();
    }

    private static void parse(String text, List<String> typed) {
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || QUOTES.indexOf(text.charAt(i)) >= 0) {
                if (quoted) {
                    addPhrase(text.substring(start, i), typed);
                } else {
                    addWords(text.substring(start, i), typed);
                }
                quoted = !quoted;
                start = i + 1;
            }
        }
    }

    private static void addPhrase(String text, List<String> typed) {
        String phrase = spaced(text).strip();
        if (!phrase.isEmpty()) {
            typed.add(phrase);
        }
    }

    private static void addWords(String text, List<String> typed) {
        for (String word : spaced(text).split(" ", -1)) {
            if (!word.isEmpty()) {
                typed.add(word);
            }
        }
    }

    /** Makes each run of white space one space. */
    private static String spaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!FoldedText.isSpace(c)) {
                out.append(c);
            } else if (out.isEmpty() || out.charAt(out.length() - 1) != ' ') {
                out.append(' ');
            }
        }
        return out.toString();
    }

    private static String composed(String text) {
        return Normalizer.normalize(spaced(text), Normalizer.Form.NFC);
    }

    private static int[] borders(String text) {
        if (text.length() <= SHORT) {
            return new int[0];
        }
        int[] borders = new int[text.length()];
        for (int i = 1; i < text.length(); i++) {
            int border = borders[i - 1];
            while (border > 0 && text.charAt(border) != text.charAt(i)) {
                border = borders[border - 1];
            }
            borders[i] = text.charAt(border) == text.charAt(i) ? border + 1 : 0;
        }
        return borders;
    }

    /** The characters that count: as they were typed if case matters, else folded. */
    String text() {
        return exact.isEmpty() ? folded : exact;
    }

    Scan scan(FoldedText text) {
        return new Scan(text);
    }

    private boolean accepts(FoldedText text, int start) {
        int end = start + folded.length();
        return (!wordStart || start == 0 || !isWord(text.text().codePointBefore(start)))
                && (!wordEnd || end == text.text().length() || !isWord(text.text().codePointAt(end)))
                && (exact.isEmpty() || isExact(text, start, end));
    }

    private boolean isExact(FoldedText text, int start, int end) {
        if (!text.isDirect()) {
            TextRange range = text.inOriginal(start, end);
            return composed(text.original().substring(range.start(), range.end())).equals(exact);
        }
        if (exact.length() != end - start) {
            return false;
        }
        for (int i = 0; i < exact.length(); i++) {
            char c = text.original().charAt(start + i);
            if (c != exact.charAt(i) && !(exact.charAt(i) == ' ' && FoldedText.isSpace(c))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWord(int codePoint) {
        return Character.isLetterOrDigit(codePoint) || codePoint == '_' || Clusters.isMark(codePoint);
    }

    /** The places where the term stands in a text, from left to right, never overlapping. */
    final class Scan {

        private final FoldedText text;
        private int start;
        /** Where to read on. */
        private int position;
        /** How many characters of the term stand before that; only for long terms. */
        private int matched;

        private Scan(FoldedText text) {
            this.text = text;
        }

        /** Where the term stands in the folded text, if {@link #next} found it. */
        int start() {
            return start;
        }

        int end() {
            return start + folded.length();
        }

        /** Moves on to the next place; false if there is none. */
        boolean next() {
            for (start = candidate(); start >= 0; start = candidate()) {
                if (accepts(text, start)) {
                    position = end();
                    matched = 0;
                    return true;
                }
            }
            return false;
        }

        private int candidate() {
            if (borders.length > 0) {
                return longCandidate();
            }
            int found = text.text().indexOf(folded, position);
            position = found + 1;
            return found;
        }

        private int longCandidate() {
            String in = text.text();
            while (position < in.length()) {
                if (matched == 0) {
                    position = in.indexOf(head, position);
                    if (position < 0) {
                        position = in.length();
                        return -1;
                    }
                }
                char c = in.charAt(position++);
                while (matched > 0 && folded.charAt(matched) != c) {
                    matched = borders[matched - 1];
                }
                matched += folded.charAt(matched) == c ? 1 : 0;
                if (matched == folded.length()) {
                    matched = borders[matched - 1];
                    return position - folded.length();
                }
            }
            return -1;
        }
    }
}
