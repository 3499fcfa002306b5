package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link Window} may fill, and what it may ask. Used while the window is asked, by its thread.
 */
public interface Room {

    /**
     * Returns how many tokens past turns may have.
     *
     * @return at least 0; the same for every turn of a conversation unless a question does not fit
     */
    int tokens();

    /**
     * Counts the tokens of a turn in the prompt, with what the chat template puts around its messages.
     *
     * @param turn a turn
     * @return tokens; counted once per conversation
     */
    int tokens(Turn turn);

    /**
     * Counts the tokens of all turns of a history together.
     *
     * @param history the history
     * @return the sum; takes time for turns that were not counted before only
     */
    int tokens(History history);

    /**
     * Returns the turns that should stay in view.
     *
     * @return their ids
     */
    Set<String> pinned();

    /**
     * Returns the summary that the conversation has for the most of a history.
     *
     * @param history the history
     * @return the summary; empty if there is none
     */
    Optional<Summary> summary(History history);

    /**
     * Has the model summarise turns and keeps the summary in the conversation.
     *
     * @param history   all turns that the summary is to cover
     * @param earlier   what the conversation has for the first of them; only the turns after these are read
     * @param maxTokens the most tokens that the summary may have
     * @return the summary of the whole history
     * @throws dev.llf.error.LlfException if the model could not make one
     */
    Summary summarize(History history, Optional<Summary> earlier, int maxTokens);
}
