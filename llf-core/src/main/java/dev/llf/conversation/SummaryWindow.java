package dev.llf.conversation;

import java.util.Optional;

/** As {@link TokenWindow}, with a summary of what that leaves out; see {@link Window#summarizing(int)}. */
record SummaryWindow(int max) implements Window {

    /** Which part of the room a summary may fill. */
    private static final int SHARE = 8;
    /** Tokens below which a summary tells nothing. */
    private static final int LEAST = 16;

    SummaryWindow {
        if (max < 1) {
            throw new IllegalArgumentException("max must be >= 1, was " + max);
        }
    }

    @Override
    public View view(History history, Room room) {
        int most = Math.min(max, room.tokens());
        int summaryTokens = most / SHARE;
        if (summaryTokens < LEAST) {
            return new TokenWindow(max).view(history, room);
        }
        Pins pins = Pins.of(history, room, most - summaryTokens);
        int forTurns = most - summaryTokens - pins.tokens();
        Optional<Summary> summary = room.summary(history);
        int covered = summary.map(Summary::turns).orElse(0);
        int since = room.tokens(history) - room.tokens(history.first(covered));
        if (since > forTurns) {
            covered = history.size() - TokenWindow.fitting(history, room, forTurns / 2);
            summary = Optional.of(room.summarize(history.first(covered), summary, summaryTokens));
        }
        return new View(pins.before(history.last(history.size() - covered)), summary.map(Summary::text),
                Omission.Reason.SUMMARIZED);
    }
}
