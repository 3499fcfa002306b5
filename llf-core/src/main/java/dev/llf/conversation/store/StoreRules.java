package dev.llf.conversation.store;

import dev.llf.chat.WellFormed;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import java.util.List;
import java.util.regex.Pattern;

/** What holds for all stores here, so that one takes what the other takes. */
final class StoreRules {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private StoreRules() {}

    static boolean isId(String conversation) {
        return ID.matcher(conversation).matches();
    }

    static void checkId(String conversation) {
        if (!isId(conversation)) {
            throw new IllegalArgumentException(
                    "a conversation's id must be 1 to 64 of A-Z a-z 0-9 _ -, was '%s'".formatted(conversation));
        }
    }

    /** Returns the entries as they are to be kept. */
    static List<ConversationEntry> checked(List<ConversationEntry> entries) {
        List<ConversationEntry> copy = List.copyOf(entries);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one entry to append");
        }
        copy.forEach(StoreRules::checkTexts);
        return copy;
    }

    private static void checkTexts(ConversationEntry entry) {
        switch (entry) {
            case TurnAdded added -> WellFormed.text(added.branch(), "branch"); // a turn checks itself
            case BranchMoved moved -> {
                WellFormed.text(moved.branch(), "branch");
                moved.turn().ifPresent(turn -> WellFormed.text(turn, "turn"));
            }
            case BranchDeleted deleted -> WellFormed.text(deleted.branch(), "branch");
            case BranchRestored restored -> WellFormed.text(restored.branch(), "branch");
            case TurnPinned pinned -> WellFormed.text(pinned.turn(), "turn");
            case SummaryAdded summary -> {
                WellFormed.text(summary.upTo(), "upTo");
                WellFormed.text(summary.text(), "text");
            }
            case MetadataSet set -> {
                WellFormed.text(set.key(), "key");
                set.value().ifPresent(value -> WellFormed.text(value, "value"));
            }
        }
    }

    static void checkRevision(String conversation, long known, long found) {
        if (known != found) {
            throw new StorageException(
                    ("Conversation %s has %d entries, not the %d that the caller knows: somebody else "
                            + "wrote to it. Read it again and repeat what still applies; nothing was written.")
                            .formatted(conversation, found, known));
        }
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the conversation store is closed; open it again");
    }
}
