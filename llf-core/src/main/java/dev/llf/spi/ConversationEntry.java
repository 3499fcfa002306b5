package dev.llf.spi;

import dev.llf.chat.Turn;
import dev.llf.chat.WellFormed;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened to a conversation. A conversation is the list of all that happened to it: entries are added at
 * the end and never changed, and whatever a conversation looks like follows from them.
 *
 * <p>Ids of turns and names of branches are 1 to 64 letters, digits, {@code _} or {@code -}; all texts are well-formed
 * Unicode. An entry of another form cannot be made, so stores need not look for one.
 */
public sealed interface ConversationEntry {

    /**
     * Returns when it happened.
     *
     * @return the time
     */
    Instant at();

    /**
     * A turn was added, and a branch ends with it now.
     *
     * @param at     when it was added
     * @param branch the branch
     * @param turn   the turn; its parent was added before
     */
    record TurnAdded(Instant at, String branch, Turn turn) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the branch's name has another form
         */
        public TurnAdded {
            Objects.requireNonNull(at, "at");
            WellFormed.id(branch, "branch name");
            Objects.requireNonNull(turn, "turn");
        }
    }

    /**
     * A branch was begun, or ends with another turn now.
     *
     * @param at     when it was moved
     * @param branch the branch
     * @param turn   the id of the turn with which it ends; empty for none
     */
    record BranchMoved(Instant at, String branch, Optional<String> turn) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the branch's name or the turn's id has another form
         */
        public BranchMoved {
            Objects.requireNonNull(at, "at");
            WellFormed.id(branch, "branch name");
            turn.ifPresent(id -> WellFormed.id(id, "turn id"));
        }
    }

    /**
     * A branch was deleted; its turns remain.
     *
     * @param at     when it was deleted
     * @param branch the branch
     */
    record BranchDeleted(Instant at, String branch) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the branch's name has another form
         */
        public BranchDeleted {
            Objects.requireNonNull(at, "at");
            WellFormed.id(branch, "branch name");
        }
    }

    /**
     * A deleted branch was brought back as it was.
     *
     * @param at     when it was restored
     * @param branch the branch
     */
    record BranchRestored(Instant at, String branch) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the branch's name has another form
         */
        public BranchRestored {
            Objects.requireNonNull(at, "at");
            WellFormed.id(branch, "branch name");
        }
    }

    /**
     * A turn was marked to stay in the model's view, or no more.
     *
     * @param at     when it was marked
     * @param turn   the turn's id
     * @param pinned whether it stays
     */
    record TurnPinned(Instant at, String turn, boolean pinned) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the turn's id has another form
         */
        public TurnPinned {
            Objects.requireNonNull(at, "at");
            WellFormed.id(turn, "turn id");
        }
    }

    /**
     * The turns up to one were summarised; they remain.
     *
     * @param at   when it was summarised
     * @param upTo the id of the last turn that the summary covers
     * @param text the summary
     */
    record SummaryAdded(Instant at, String upTo, String text) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the turn's id has another form or the text has an unpaired surrogate
         */
        public SummaryAdded {
            Objects.requireNonNull(at, "at");
            WellFormed.id(upTo, "turn id");
            WellFormed.text(text, "summary");
        }
    }

    /**
     * The host noted something about the conversation.
     *
     * @param at    when it was noted
     * @param key   what about, not blank
     * @param value the note; empty to take it back
     */
    record MetadataSet(Instant at, String key, Optional<String> value) implements ConversationEntry {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the key is blank or a text has an unpaired surrogate
         */
        public MetadataSet {
            Objects.requireNonNull(at, "at");
            WellFormed.name(key, "metadata key");
            value.ifPresent(text -> WellFormed.text(text, "metadata value"));
        }
    }
}
