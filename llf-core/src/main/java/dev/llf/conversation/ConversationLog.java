package dev.llf.conversation;

import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a conversation, in memory.
 *
 * <p>Turns are linked to the one before, so that a fork shares all that was said so far and costs nothing. Readers see the
 * log as it was when they asked.
 */
public final class ConversationLog {

    private final AtomicReference<@Nullable Node> head;

    /** A turn and what came before it. */
    private record Node(Turn turn, @Nullable Node previous) {}

    /** Creates an empty log. */
    public ConversationLog() {
        this(null);
    }

    private ConversationLog(@Nullable Node head) {
        this.head = new AtomicReference<>(head);
    }

    /**
     * Adds a turn at the end.
     *
     * @param turn the turn; its parent is the last turn of the log
     * @throws IllegalStateException if the log has gone on since the turn began
     */
    public void append(Turn turn) {
        Node last = head.get();
        Optional<String> lastId = Optional.ofNullable(last).map(node -> node.turn.id());
        if (!turn.parent().equals(lastId) || !head.compareAndSet(last, new Node(turn, last))) {
            throw new IllegalStateException("turn %s %s, but the log %s".formatted(turn.id(),
                    turn.parent().map(id -> "follows turn " + id).orElse("begins a log"),
                    lastId.map(id -> "ends with turn " + id).orElse("is empty")));
        }
    }

    /**
     * Returns the last turn.
     *
     * @return the turn; empty if nothing was said yet
     */
    public Optional<Turn> last() {
        return Optional.ofNullable(head.get()).map(Node::turn);
    }

    /**
     * Returns all turns.
     *
     * @return oldest first; unmodifiable, a snapshot
     */
    public List<Turn> turns() {
        Deque<Turn> turns = new ArrayDeque<>();
        for (Node node = head.get(); node != null; node = node.previous) {
            turns.addFirst(node.turn);
        }
        return List.copyOf(turns);
    }

    /**
     * Returns all messages of all turns.
     *
     * @return oldest first; a new list
     */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        turns().forEach(turn -> messages.addAll(turn.messages()));
        return messages;
    }

    /**
     * Begins a branch: a log that holds the same turns and goes on independently.
     *
     * @return the new log
     */
    public ConversationLog fork() {
        return new ConversationLog(head.get());
    }
}
