package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.Optional;

/** Turns of at most so many tokens; see {@link Window#tokens(int)}. */
record TokenWindow(int max) implements Window {

    TokenWindow {
        if (max < 1) {
            throw new IllegalArgumentException("max must be >= 1, was " + max);
        }
    }

    @Override
    public View view(History history, Room room) {
        int most = Math.min(max, room.tokens());
        Pins pins = Pins.of(history, room, most);
        int shown = newest(history, room, most - pins.tokens());
        return new View(pins.before(history.last(shown)), Optional.empty(), Omission.Reason.TOKENS);
    }

    /** Returns how many of the newest turns are shown where they may have so many tokens. */
    static int newest(History history, Room room, int most) {
        int all = room.tokens(history);
        return fitting(history, room, all - Steps.of(all, most).cut());
    }

    /** Returns how many of the newest turns have no more than so many tokens. */
    static int fitting(History history, Room room, int most) {
        int left = most;
        int count = 0;
        for (Turn turn : history.newestFirst()) {
            left -= room.tokens(turn);
            if (left < 0) {
                break;
            }
            count++;
        }
        return count;
    }
}
