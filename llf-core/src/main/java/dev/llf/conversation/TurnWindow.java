package dev.llf.conversation;

import java.util.Optional;

/** At most so many turns; see {@link Window#turns}. */
record TurnWindow(int max) implements Window {

    TurnWindow {
        if (max < 0) {
            throw new IllegalArgumentException("max must be >= 0, was " + max);
        }
    }

    @Override
    public View view(History history, Room room) {
        Steps steps = Steps.of(history.size(), max);
        int shown = history.size() - steps.cut();
        Pins pins = Pins.of(history, room, room.tokens());
        int fitting = TokenWindow.newest(history, room, room.tokens() - pins.tokens());
        if (fitting < shown) {
            return new View(pins.before(history.last(fitting)), Optional.empty(), Omission.Reason.TOKENS);
        }
        return new View(pins.before(history.last(shown)), Optional.empty(), Omission.Reason.TURNS);
    }
}
