package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What was said on one branch, as it was when it was asked for. Never changes; costs nothing to make, whatever its length.
 */
public final class History {

    private final Node head;

    History(Node head) {
        this.head = head;
    }

    /**
     * Returns how many turns there are.
     *
     * @return 0 or more
     */
    public int size() {
        return head.depth();
    }

    /**
     * Returns the newest turn.
     *
     * @return the turn; empty if nothing was said yet
     */
    public Optional<Turn> last() {
        return head.optionalTurn();
    }

    /**
     * Returns the newest turns; takes time for these only.
     *
     * @param count how many, 0 to {@link #size()}
     * @return oldest first; unmodifiable
     * @throws IllegalArgumentException if there are not that many
     */
    public List<Turn> last(int count) {
        if (count < 0 || count > size()) {
            throw new IllegalArgumentException("count must be 0 to %d, was %d".formatted(size(), count));
        }
        Turn[] turns = new Turn[count];
        Iterator<Turn> upwards = head.upwards();
        for (int i = count - 1; i >= 0; i--) {
            turns[i] = upwards.next();
        }
        return List.of(turns);
    }

    /**
     * Returns all turns.
     *
     * @return oldest first; unmodifiable
     */
    public List<Turn> turns() {
        return last(size());
    }

    /**
     * Returns the turns from the newest to the oldest, one after the other.
     *
     * @return the turns
     */
    public Iterable<Turn> newestFirst() {
        return head::upwards;
    }

    /**
     * Returns this history as it was some turns ago.
     *
     * @param size how many turns it had then, 0 to {@link #size()}
     * @return the earlier history
     * @throws IllegalArgumentException if there are not that many
     */
    public History first(int size) {
        if (size < 0 || size > size()) {
            throw new IllegalArgumentException("size must be 0 to %d, was %d".formatted(size(), size));
        }
        return new History(head.ancestor(size));
    }

    /**
     * Tells which turns the history has.
     *
     * @return their ids, oldest first, in brackets
     */
    @Override
    public String toString() {
        return Arrays.toString(turns().stream().map(Turn::id).toArray());
    }
}
