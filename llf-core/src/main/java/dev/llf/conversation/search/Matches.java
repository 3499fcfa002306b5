package dev.llf.conversation.search;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The matches of all terms in a text, from left to right; those that overlap in the original are one. */
final class Matches {

    private static final Comparator<Term.Scan> LEFT_TO_RIGHT = Comparator.comparingInt(Term.Scan::start);

    private final FoldedText text;
    /** Those that have a next place. */
    private final PriorityQueue<Term.Scan> scans;

    private Matches(FoldedText text, PriorityQueue<Term.Scan> scans) {
        this.text = text;
        this.scans = scans;
    }

    /** Finds the matches in a text; none unless it has all terms. */
    static Matches of(List<Term> terms, FoldedText text) {
        PriorityQueue<Term.Scan> scans = new PriorityQueue<>(LEFT_TO_RIGHT);
        for (Term term : terms) {
            Term.Scan scan = term.scan(text);
            if (!scan.next()) {
                scans.clear();
                break;
            }
            scans.add(scan);
        }
        return new Matches(text, scans);
    }

    boolean hasNext() {
        return !scans.isEmpty();
    }

    /** The next match in the original text. */
    TextRange next() {
        TextRange first = take();
        int end = first.end();
        while (hasNext()) {
            TextRange other = range(scans.element());
            if (other.start() >= end) {
                break;
            }
            end = Math.max(end, other.end());
            take();
        }
        return new TextRange(first.start(), end);
    }

    private TextRange take() {
        Term.Scan scan = scans.remove();
        TextRange range = range(scan);
        if (scan.next()) {
            scans.add(scan);
        }
        return range;
    }

    private TextRange range(Term.Scan scan) {
        return text.inOriginal(scan.start(), scan.end());
    }
}
