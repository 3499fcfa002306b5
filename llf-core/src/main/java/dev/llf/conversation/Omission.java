package dev.llf.conversation;

/**
 * Turns that the model does not see.
 *
 * @param turns  how many, at least 1
 * @param last   the id of the newest of them
 * @param reason why they are left out
 */
public record Omission(int turns, String last, Reason reason) {

    /** Why turns are left out. */
    public enum Reason {
        /** They would need more tokens than there are for the past. */
        TOKENS,
        /** They are more than the window shows. */
        TURNS,
        /** A summary stands for them. */
        SUMMARIZED,
        /** A window of the host's own leaves them out. */
        CHOSEN
    }
}
