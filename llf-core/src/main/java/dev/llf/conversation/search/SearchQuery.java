package dev.llf.conversation.search;

import dev.llf.chat.Role;
import dev.llf.chat.WellFormed;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What to look for, and where.
 *
 * <p>The text is made of words and phrases. White space separates words; what stands in double quotes ({@code "} or the
 * typographic ones) is a phrase, and a quote that is still open reaches to the end. A message matches if every word and
 * every phrase occurs in it, in any order, also within longer words. A phrase is found literally, except that any run of
 * white space equals any other. There are no operators, wildcards or regular expressions. A text without any word, such
 * as a blank one, finds nothing.
 *
 * <p>Upper and lower case are the same in all scripts and in every locale: {@code straße} is {@code STRASSE}, the final
 * sigma is a sigma, and the four letters {@code i} of Turkish are one. Canonically equivalent texts are the same, however
 * their accents are encoded; accents themselves count.
 *
 * @param text          the words and phrases, well-formed Unicode, at most {@value #MAX_CHARS} UTF-16 code units
 * @param phrase        whether the whole text is one phrase, quotation marks included
 * @param roles         whose messages are searched; not empty
 * @param from          the earliest start of a turn, inclusive; empty for no limit
 * @param to            the latest start of a turn, exclusive; empty for no limit. The system text has no time, so it is not
 *                      found where a time is asked for
 * @param caseSensitive whether upper and lower case differ; canonical equivalence still holds
 * @param wholeWord     whether a match must not touch a letter, digit or underscore outside of it; of no use in scripts
 *                      that write words without spaces
 * @param limit         how many messages are listed, 1 to {@value #MAX_LIMIT}; all are counted
 * @param snippetChars  the greatest length of a snippet in UTF-16 code units, ellipses included,
 *                      {@value #MIN_SNIPPET_CHARS} to {@value #MAX_SNIPPET_CHARS}
 */
public record SearchQuery(String text, boolean phrase, Set<Role> roles, Optional<Instant> from, Optional<Instant> to,
        boolean caseSensitive, boolean wholeWord, int limit, int snippetChars) {

    /** The most UTF-16 code units that a query's text may have. */
    public static final int MAX_CHARS = 1_000;
    /** The most messages that a search lists. */
    public static final int MAX_LIMIT = 10_000;
    /** The shortest length that can be asked for snippets. */
    public static final int MIN_SNIPPET_CHARS = 16;
    /** The greatest length that can be asked for snippets. */
    public static final int MAX_SNIPPET_CHARS = 10_000;

    /**
     * Copies the roles and checks the parts.
     *
     * @throws IllegalArgumentException if the text is too long or has an unpaired surrogate, there is no role, the times are
     *                                  in the wrong order, or a number is out of its range
     */
    public SearchQuery {
        WellFormed.text(text, "search text");
        require(text.length() <= MAX_CHARS, "search text has %d characters, at most %d can be searched for"
                .formatted(text.length(), MAX_CHARS));
        roles = Set.copyOf(roles);
        require(!roles.isEmpty(), "a search needs at least one role");
        require(from.isEmpty() || to.isEmpty() || !from.get().isAfter(to.get()),
                "a search ends after it begins, was from %s to %s".formatted(from, to));
        require(limit >= 1 && limit <= MAX_LIMIT, "limit must be 1 to %d, was %d".formatted(MAX_LIMIT, limit));
        require(snippetChars >= MIN_SNIPPET_CHARS && snippetChars <= MAX_SNIPPET_CHARS,
                "snippetChars must be %d to %d, was %d".formatted(MIN_SNIPPET_CHARS, MAX_SNIPPET_CHARS, snippetChars));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Makes a query for words and phrases, with the defaults of {@link #builder}.
     *
     * @param text the words and phrases
     * @return the query
     * @throws IllegalArgumentException if the text is too long or has an unpaired surrogate
     */
    public static SearchQuery of(String text) {
        return builder(text).build();
    }

    /**
     * Begins a query.
     *
     * <p>Unless changed it looks in the messages of the user and the model, at all times, ignores case, finds parts of
     * words, lists 100 messages and makes snippets of at most 100 characters.
     *
     * @param text the words and phrases
     * @return a new builder
     */
    public static Builder builder(String text) {
        return new Builder(text);
    }

    /**
     * Tells whether there is nothing to look for. Hosts then show the conversation unmarked and no list of hits.
     *
     * @return true if the text holds no word and no phrase
     */
    public boolean isBlank() {
        return Term.of(this).isEmpty();
    }

    /** Puts a query together. Not safe for use by many threads. */
    public static final class Builder {

        private final String text;
        private boolean phrase;
        private Set<Role> roles = EnumSet.of(Role.USER, Role.ASSISTANT);
        private Optional<Instant> from = Optional.empty();
        private Optional<Instant> to = Optional.empty();
        private boolean caseSensitive;
        private boolean wholeWord;
        private int limit = 100;
        private int snippetChars = 100;

        private Builder(String text) {
            this.text = Objects.requireNonNull(text, "text");
        }

        /**
         * Takes the whole text as one phrase, so that quotation marks can be looked for.
         *
         * @param phrase whether to; false unless set
         * @return this builder
         */
        public Builder phrase(boolean phrase) {
            this.phrase = phrase;
            return this;
        }

        /**
         * Sets whose messages are searched.
         *
         * @param roles the roles, at least one; user and assistant unless set
         * @return this builder
         */
        public Builder roles(Role... roles) {
            this.roles = Set.of(roles);
            return this;
        }

        /**
         * Leaves out turns that started earlier.
         *
         * @param from the earliest start, inclusive
         * @return this builder
         */
        public Builder from(Instant from) {
            this.from = Optional.of(from);
            return this;
        }

        /**
         * Leaves out turns that started at this time or later.
         *
         * @param to the latest start, exclusive
         * @return this builder
         */
        public Builder to(Instant to) {
            this.to = Optional.of(to);
            return this;
        }

        /**
         * Sets whether upper and lower case differ.
         *
         * @param caseSensitive whether they do; false unless set
         * @return this builder
         */
        public Builder caseSensitive(boolean caseSensitive) {
            this.caseSensitive = caseSensitive;
            return this;
        }

        /**
         * Sets whether only whole words match.
         *
         * @param wholeWord whether they do; false unless set
         * @return this builder
         */
        public Builder wholeWord(boolean wholeWord) {
            this.wholeWord = wholeWord;
            return this;
        }

        /**
         * Sets how many messages are listed.
         *
         * @param limit the number, 1 to {@value SearchQuery#MAX_LIMIT}; 100 unless set
         * @return this builder
         */
        public Builder limit(int limit) {
            this.limit = limit;
            return this;
        }

        /**
         * Sets how long snippets may be.
         *
         * @param snippetChars the length in UTF-16 code units, {@value SearchQuery#MIN_SNIPPET_CHARS} to
         *                     {@value SearchQuery#MAX_SNIPPET_CHARS}; 100 unless set
         * @return this builder
         */
        public Builder snippetChars(int snippetChars) {
            this.snippetChars = snippetChars;
            return this;
        }

        /**
         * Makes the query.
         *
         * @return the query
         * @throws IllegalArgumentException if the text is too long or has an unpaired surrogate, there is no role, the times
         *                                  are in the wrong order, or a number is out of its range
         */
        public SearchQuery build() {
            return new SearchQuery(text, phrase, roles, from, to, caseSensitive, wholeWord, limit, snippetChars);
        }
    }
}
