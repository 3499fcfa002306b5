package dev.llf.conversation;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Turns and trees for tests. */
final class Turns {

    private Turns() {}

    static Turn turn(String id, Optional<String> parent) {
        return new Turn(id, parent, Instant.EPOCH,
                List.of(Message.user("question " + id), Message.assistant("answer " + id)),
                FinishReason.STOP, new Usage(10, 4, 3), "model");
    }

    /** Adds a turn at the end of a branch. */
    static Turn add(ConversationTree tree, String branch, String id) {
        Optional<String> head = tree.history(branch).last().map(Turn::id);
        Turn turn = turn(id, head);
        tree.add(branch, head, turn);
        return turn;
    }

    static void addAll(ConversationTree tree, String branch, String... ids) {
        for (String id : ids) {
            add(tree, branch, id);
        }
    }

    static List<String> ids(History history) {
        return ids(history.turns());
    }

    static List<String> ids(List<Turn> turns) {
        return turns.stream().map(Turn::id).toList();
    }
}
