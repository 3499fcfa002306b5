package dev.llf.conversation.search;

import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A message that can be searched, and where it stands. */
record IndexedMessage(Optional<String> turnId, int turnNumber, int messageIndex, Role role, Optional<Instant> at,
        FoldedText text) {

    static IndexedMessage system(String text) {
        return new IndexedMessage(Optional.empty(), 0, 0, Role.SYSTEM, Optional.empty(), FoldedText.of(text));
    }

    /** The messages of a turn that have text. */
    static List<IndexedMessage> of(Turn turn, int turnNumber) {
        Optional<String> id = Optional.of(turn.id());
        Optional<Instant> at = Optional.of(turn.startedAt());
        List<IndexedMessage> found = new ArrayList<>(turn.messages().size());
        for (int i = 0; i < turn.messages().size(); i++) {
            Message message = turn.messages().get(i);
            if (!message.text().isEmpty()) {
                found.add(new IndexedMessage(id, turnNumber, i, message.role(), at, FoldedText.of(message.text())));
            }
        }
        return found;
    }
}
