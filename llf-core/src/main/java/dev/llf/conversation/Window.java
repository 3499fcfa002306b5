package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.List;
import java.util.Optional;

/**
 * Chooses what of a conversation's past the model sees. The conversation keeps all of it.
 *
 * <p>A good window changes rarely: as long as the prompt begins as the one before, the engine evaluates only what is new.
 * The windows made here therefore let go of turns in large steps. They keep {@linkplain ConversationTree#pin pinned} turns.
 *
 * <p>Implementations are safe for use by many threads. They must give the same view for the same history and room, and a
 * smaller one for a smaller room, down to none.
 */
@FunctionalInterface
public interface Window {

    /**
     * Chooses what the model sees of a history.
     *
     * @param history what was said
     * @param room    how much may be shown
     * @return the turns to show; if they do not fit together with the rest of the prompt, the window is asked again with
     *         half the room
     */
    View view(History history, Room room);

    /**
     * What the model sees.
     *
     * @param turns   turns of the history, oldest first
     * @param summary what stands for turns before them; empty for none
     * @param reason  why other turns are left out
     */
    record View(List<Turn> turns, Optional<String> summary, Omission.Reason reason) {
        /** Copies the list. */
        public View {
            turns = List.copyOf(turns);
        }
    }

    /**
     * Shows as much as there is room for: once it is full, the oldest turns are left out until half is free. The default.
     *
     * @return the window
     */
    static Window tokens() {
        return new TokenWindow(Integer.MAX_VALUE);
    }

    /**
     * Shows turns of a limited number of tokens: once they are more, the oldest are left out until at most half remain.
     *
     * @param max the most tokens of past turns, at least 1; less if there is less room
     * @return the window
     * @throws IllegalArgumentException if it is less than 1
     */
    static Window tokens(int max) {
        return new TokenWindow(max);
    }

    /**
     * Shows a limited number of turns: once they are more, the oldest are left out until at most half remain.
     *
     * @param max the most turns, at least 0; fewer if there is less room
     * @return the window
     * @throws IllegalArgumentException if it is negative
     */
    static Window turns(int max) {
        return new TurnWindow(max);
    }

    /**
     * Shows as much as {@link #tokens()} and a summary of what that leaves out. The model makes the summary when turns are
     * left out; it is kept in the conversation and used until turns are left out again.
     *
     * @return the window
     */
    static Window summarizing() {
        return new SummaryWindow(Integer.MAX_VALUE);
    }

    /**
     * Shows as much as {@link #tokens(int)} and a summary of what that leaves out; see {@link #summarizing()}.
     *
     * @param max the most tokens of past turns, at least 1; less if there is less room
     * @return the window
     * @throws IllegalArgumentException if it is less than 1
     */
    static Window summarizing(int max) {
        return new SummaryWindow(max);
    }
}
