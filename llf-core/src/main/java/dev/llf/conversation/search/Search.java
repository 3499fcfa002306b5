package dev.llf.conversation.search;

import dev.llf.chat.Role;
import dev.llf.error.CancelledException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One run of a query over messages, in order. */
final class Search {

    private static final int CHECK_EVERY = 256;

    private final SearchQuery query;
    private final List<Term> terms;
    private final Set<Role> roles;
    private final boolean timed;
    private final List<SearchHit> hits = new ArrayList<>();
    private int seen;
    private int totalMessages;
    private long totalOccurrences;

    Search(SearchQuery query) {
        this.query = query;
        this.terms = Term.of(query);
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
        if (hits.size() == query.limit() && terms.size() == 1 && message.text().keepsApart()) {
            long found = terms.getFirst().count(message.text());
            totalMessages += found > 0 ? 1 : 0;
            totalOccurrences += found;
        } else if (hasAll(message.text())) {
            add(conversation, message);
        }
    }

    private boolean wants(IndexedMessage message) {
        return !terms.isEmpty() && roles.contains(message.role()) && (!timed || isInTime(message.at()));
    }

    private boolean isInTime(Optional<Instant> at) {
        return at.isPresent() && (query.from().isEmpty() || !at.get().isBefore(query.from().get()))
                && (query.to().isEmpty() || at.get().isBefore(query.to().get()));
    }

    private boolean hasAll(FoldedText text) {
        for (Term term : terms) {
            if (term.scan(text).next() < 0) {
                return false;
            }
        }
        return true;
    }

    /** A newer search makes this one useless; its thread is interrupted then. */
    private void checkInterrupt() {
        if (++seen % CHECK_EVERY == 0 && Thread.currentThread().isInterrupted()) {
            throw new CancelledException("A search was interrupted after %d messages; search again if it still matters."
                    .formatted(seen));
        }
    }

    private void add(String conversation, IndexedMessage message) {
        List<TextRange> ranges = ranges(message.text());
        totalMessages++;
        totalOccurrences += ranges.size();
        if (hits.size() < query.limit()) {
            List<TextRange> listed = ranges.subList(0, Math.min(ranges.size(), SearchHit.MAX_RANGES));
            Snippet snippet = Snippet.of(message.text().original(), listed, query.snippetChars());
            hits.add(new SearchHit(conversation, message.turnId(), message.turnNumber(), message.messageIndex(),
                    message.role(), message.at(), snippet.text(), listed, snippet.ranges()));
        }
    }

    /** All matches of all terms in the original text; those that overlap are one. */
    private List<TextRange> ranges(FoldedText text) {
        long[] found = new long[16];
        int size = 0;
        for (Term term : terms) {
            Term.Scan scan = term.scan(text);
            for (int start = scan.next(); start >= 0; start = scan.next()) {
                TextRange range = text.inOriginal(start, start + term.length());
                found = size == found.length ? Arrays.copyOf(found, 2 * size) : found;
                found[size++] = ((long) range.start() << Integer.SIZE) | range.end();
            }
        }
        Arrays.sort(found, 0, size);
        return merged(found, size);
    }

    private static List<TextRange> merged(long[] sorted, int size) {
        List<TextRange> merged = new ArrayList<>(size);
        int start = (int) (sorted[0] >>> Integer.SIZE);
        int end = (int) sorted[0];
        for (int i = 1; i < size; i++) {
            int nextStart = (int) (sorted[i] >>> Integer.SIZE);
            if (nextStart >= end) {
                merged.add(new TextRange(start, end));
                start = nextStart;
            }
            end = Math.max(end, (int) sorted[i]);
        }
        merged.add(new TextRange(start, end));
        return merged;
    }
}
