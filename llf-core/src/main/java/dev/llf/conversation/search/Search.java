package dev.llf.conversation.search;

import dev.llf.chat.Role;
import dev.llf.error.CancelledException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One run of a query over messages, in order. */
final class Search {

    private static final int CHECK_EVERY = 256;

    private final SearchQuery query;
    private final List<Term> terms;
    private final Optional<Letters> letters;
    private final Set<Role> roles;
    private final boolean timed;
    private final List<SearchHit> hits = new ArrayList<>();
    private int seen;
    private int totalMessages;
    private long totalOccurrences;

    Search(SearchQuery query) {
        this.query = query;
        this.terms = Term.of(query);
        this.letters = Letters.of(terms, query);
        this.roles = EnumSet.copyOf(query.roles());
        this.timed = query.from().isPresent() || query.to().isPresent();
    }

    /** Whether nothing can be found. */
    boolean isIdle() {
        return terms.isEmpty();
    }

    SearchResult result() {
        return new SearchResult(totalMessages, totalOccurrences, hits);
    }

    void visit(String conversation, IndexedMessage message) {
        checkInterrupt();
        if (!wants(message)) {
            return;
        }
        boolean listed = hits.size() < query.limit();
        if (!listed && letters.isPresent() && letters.get().fit(message.text())) {
            add(letters.get().count(message.text()));
            return;
        }
        Matches matches = Matches.of(terms, message.text());
        List<TextRange> ranges = new ArrayList<>();
        long found = 0;
        for (; matches.hasNext(); found++) {
            TextRange range = matches.next();
            if (listed && found < SearchHit.MAX_RANGES) {
                ranges.add(range);
            }
        }
        add(found);
        if (!ranges.isEmpty()) {
            hits.add(hit(conversation, message, ranges));
        }
    }

    private void add(long found) {
        totalMessages += found > 0 ? 1 : 0;
        totalOccurrences += found;
    }

    private SearchHit hit(String conversation, IndexedMessage message, List<TextRange> ranges) {
        Snippet snippet = Snippet.of(message.text().original(), ranges, query.snippetChars());
        return new SearchHit(conversation, message.turnId(), message.turnNumber(), message.messageIndex(),
                message.role(), message.at(), snippet.text(), ranges, snippet.ranges());
    }

    private boolean wants(IndexedMessage message) {
        return !terms.isEmpty() && roles.contains(message.role()) && (!timed || isInTime(message.at()));
    }

    private boolean isInTime(Optional<Instant> at) {
        return at.isPresent() && (query.from().isEmpty() || !at.get().isBefore(query.from().get()))
                && (query.to().isEmpty() || at.get().isBefore(query.to().get()));
    }

    /** A newer search makes this one useless; its thread is interrupted then. */
    private void checkInterrupt() {
        if (++seen % CHECK_EVERY == 0 && Thread.currentThread().isInterrupted()) {
            throw new CancelledException("A search was interrupted after %d messages; search again if it still matters."
                    .formatted(seen));
        }
    }
}
