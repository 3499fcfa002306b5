package dev.llf.conversation.search;

import java.util.List;
import java.util.Optional;

/**
 * Terms of one character each, all counted in one pass: they stand so close that looking for one after the other would take
 * longer. Not safe for use by many threads.
 */
final class Letters {

    private static final int CHUNK = 4096;

    private final String letters;
    private final boolean exact;
    /** For each character, how often it counts. */
    private final byte[] wanted = new byte[Character.MAX_VALUE + 1];
    private final char[] buffer = new char[CHUNK];

    private Letters(String letters, boolean exact) {
        this.letters = letters;
        this.exact = exact;
        for (int i = 0; i < letters.length(); i++) {
            wanted[letters.charAt(i)] = 1;
        }
    }

    /** The terms of a query; empty unless each of them is one character that may stand anywhere. */
    static Optional<Letters> of(List<Term> terms, SearchQuery query) {
        StringBuilder letters = new StringBuilder();
        for (Term term : terms) {
            if (query.wholeWord() || term.text().length() != 1) {
                return Optional.empty();
            }
            letters.append(term.text());
        }
        return Optional.of(new Letters(letters.toString(), query.caseSensitive()));
    }

    /** Whether {@link #count} is right for a text. */
    boolean fit(FoldedText text) {
        return exact ? text.isDirect() : text.keepsApart();
    }

    /** How often the terms stand in a text, all together; 0 if one of them does not. */
    long count(FoldedText text) {
        String in = exact ? text.original() : text.text();
        for (int i = 0; i < letters.length(); i++) {
            if (in.indexOf(letters.charAt(i)) < 0) {
                return 0;
            }
        }
        long found = 0;
        for (int start = 0; start < in.length(); start += CHUNK) {
            int length = Math.min(CHUNK, in.length() - start);
            in.getChars(start, start + length, buffer, 0);
            int inChunk = 0;
            for (int i = 0; i < length; i++) {
                inChunk += wanted[buffer[i]];
            }
            found += inChunk;
        }
        return found;
    }
}
