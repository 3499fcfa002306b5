package dev.llf.conversation.store;

import dev.llf.chat.WellFormed;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import java.util.List;

/** What holds for all stores here, so that one takes what the other takes. */
final class StoreRules {

    private StoreRules() {}

    static void checkId(String conversation) {
        WellFormed.id(conversation, "conversation id");
    }

    /** Returns the entries as they are to be kept. */
    static List<ConversationEntry> checked(List<ConversationEntry> entries) {
        List<ConversationEntry> copy = List.copyOf(entries);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one entry to append");
        }
        return copy;
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
