package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The pinned turns of a history for which there is room, the newest first to be kept.
 *
 * @param turns  oldest first
 * @param tokens their tokens
 */
record Pins(List<Turn> turns, int tokens) {

    static Pins of(History history, Room room, int most) {
        Set<String> wanted = new HashSet<>(room.pinned());
        List<Turn> found = new ArrayList<>();
        int tokens = 0;
        if (!wanted.isEmpty()) {
            for (Turn turn : history.newestFirst()) {
                if (wanted.remove(turn.id()) && tokens + room.tokens(turn) <= most) {
                    tokens += room.tokens(turn);
                    found.add(turn);
                }
                if (wanted.isEmpty()) {
                    break;
                }
            }
        }
        return new Pins(found.reversed(), tokens);
    }

    /** Returns those that are not among the newest turns, and these. */
    List<Turn> before(List<Turn> newest) {
        List<Turn> all = new ArrayList<>(turns);
        all.removeAll(newest);
        all.addAll(newest);
        return all;
    }
}
