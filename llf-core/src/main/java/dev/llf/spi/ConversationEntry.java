package dev.llf.spi;

import dev.llf.chat.Turn;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened to a conversation. A conversation is the list of all that happened to it: entries are added at
 * the end and never changed, and whatever a conversation looks like follows from them.
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
    record TurnAdded(Instant at, String branch, Turn turn) implements ConversationEntry {}

    /**
     * A branch was begun, or ends with another turn now.
     *
     * @param at     when it was moved
     * @param branch the branch
     * @param turn   the turn with which it ends; empty for none
     */
    record BranchMoved(Instant at, String branch, Optional<String> turn) implements ConversationEntry {}

    /**
     * A branch was deleted; its turns remain.
     *
     * @param at     when it was deleted
     * @param branch the branch
     */
    record BranchDeleted(Instant at, String branch) implements ConversationEntry {}

    /**
     * A deleted branch was brought back as it was.
     *
     * @param at     when it was restored
     * @param branch the branch
     */
    record BranchRestored(Instant at, String branch) implements ConversationEntry {}

    /**
     * A turn was marked to stay in the model's view, or no more.
     *
     * @param at     when it was marked
     * @param turn   the turn
     * @param pinned whether it stays
     */
    record TurnPinned(Instant at, String turn, boolean pinned) implements ConversationEntry {}

    /**
     * The turns up to one were summarised; they remain.
     *
     * @param at   when it was summarised
     * @param upTo the last turn that the summary covers
     * @param text the summary
     */
    record SummaryAdded(Instant at, String upTo, String text) implements ConversationEntry {}

    /**
     * The host noted something about the conversation.
     *
     * @param at    when it was noted
     * @param key   what about
     * @param value the note; empty to take it back
     */
    record MetadataSet(Instant at, String key, Optional<String> value) implements ConversationEntry {}
}
