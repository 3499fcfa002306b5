package dev.llf.conversation.search;

import java.util.List;

/**
 * Makes a copy of a text with its matches marked, to be shown. What is stored is never changed.
 *
 * <p>The renderers of LLF are safe for use by many threads.
 */
@FunctionalInterface
public interface HitRenderer {

    /**
     * Marks the matches in a text.
     *
     * @param text   the text, as it is stored; it may hold anything
     * @param ranges the matches, in order, not overlapping; possibly none
     * @return the marked copy
     * @throws IllegalArgumentException if the ranges overlap, are not in order, or reach beyond the text
     */
    String render(String text, List<TextRange> ranges);

    /**
     * Marks the matches in the snippet of a hit.
     *
     * @param hit the hit
     * @return the marked copy
     */
    default String snippet(SearchHit hit) {
        return render(hit.snippet(), hit.snippetRanges());
    }

    /**
     * Renders as HTML: matches are {@code <mark>} elements, and what has a meaning in HTML is escaped, so that the copy can
     * stand in an element or in a quoted attribute's value.
     *
     * @return the renderer
     */
    static HitRenderer html() {
        return MarkedText.HTML;
    }

    /**
     * Renders for a terminal: matches are in reverse video. Control characters of the text, such as those that begin a
     * terminal's commands, become U+FFFD; line breaks and tabs are kept.
     *
     * @return the renderer
     */
    static HitRenderer ansi() {
        return MarkedText.ANSI;
    }

    /**
     * Renders as plain text: matches stand in square brackets. Control characters of the text become U+FFFD; line breaks
     * and tabs are kept.
     *
     * @return the renderer
     */
    static HitRenderer plain() {
        return MarkedText.PLAIN;
    }
}
