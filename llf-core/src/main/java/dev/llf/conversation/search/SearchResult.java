package dev.llf.conversation.search;

import java.util.List;

/**
 * What a search found.
 *
 * @param totalMessages    how many messages match, listed or not
 * @param totalOccurrences how many matches these messages have together; matches that overlap count as one
 * @param hits             the first matching messages in the order of the conversation, as many as the query's limit allows
 */
public record SearchResult(int totalMessages, long totalOccurrences, List<SearchHit> hits) {

    /** Nothing was found. */
    public static final SearchResult EMPTY = new SearchResult(0, 0, List.of());

    /** Copies the list. */
    public SearchResult {
        hits = List.copyOf(hits);
    }

    /**
     * Tells whether there are more matching messages than listed.
     *
     * @return true if the limit of the query cut the list
     */
    public boolean truncated() {
        return hits.size() < totalMessages;
    }
}
