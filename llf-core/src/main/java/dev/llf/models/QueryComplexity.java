package dev.llf.models;

import java.util.Collection;
import java.util.List;

/** Tells how hard a query is. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface QueryComplexity {

    /** What makes a query harder for {@link #keywords()}. */
    List<String> HARDER = List.of("analyze", "compare", "explain in detail", "comprehensive", "research", "write",
            "code", "implement", "design");

    /** What makes a query easier for {@link #keywords()}. */
    List<String> EASIER = List.of("what is", "define", "yes or no", "quick question");

    /**
     * Estimates a query.
     *
     * @param query what the user asks, possibly empty
     * @return 1 to 10, 10 the hardest
     */
    int estimate(String query);

    /**
     * Estimates by length and by words of English: see {@link #keywords(Collection, Collection)}.
     *
     * @return the estimator with {@link #HARDER} and {@link #EASIER}
     */
    static QueryComplexity keywords() {
        return keywords(HARDER, EASIER);
    }

    /**
     * Estimates by length and by words.
     *
     * <p>It begins at 5; more than 500 characters add 2, fewer than 50 take 1 away; each phrase that makes a query harder adds
     * 1 and each that makes it easier takes 1 away, however often it is there; the result is kept within 1 and 10. A phrase
     * counts where it stands as whole words, in small or capital letters, with any white space between them. Languages
     * that put no space between words need an estimator of their own.
     *
     * @param harder phrases that make a query harder
     * @param easier phrases that make a query easier
     * @return the estimator
     * @throws IllegalArgumentException if a phrase is blank or has an unpaired surrogate
     */
    static QueryComplexity keywords(Collection<String> harder, Collection<String> easier) {
        return new KeywordComplexity(harder, easier);
    }
}
