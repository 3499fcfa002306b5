package dev.llf.chat;

/** Something that happened while a model answers. */
public sealed interface ChatEvent {

    /**
     * A further piece of the answer's text.
     *
     * @param text the piece, never empty, never half a character; all pieces together are the answer's text
     */
    record TextDelta(String text) implements ChatEvent {
        /**
         * Checks the text.
         *
         * @throws IllegalArgumentException if the text is empty or has an unpaired surrogate
         */
        public TextDelta {
            if (WellFormed.text(text, "text delta").isEmpty()) {
                throw new IllegalArgumentException("a text delta must not be empty");
            }
        }
    }

    /**
     * The model wants a tool to be called.
     *
     * @param call the call
     */
    record ToolCallRequested(ToolCall call) implements ChatEvent {}

    /**
     * A tool has run.
     *
     * @param result what it returned
     */
    record ToolCallFinished(ToolMessage result) implements ChatEvent {}

    /**
     * The model has answered one request; the last event of a {@link ChatStream}.
     *
     * @param response the whole response
     */
    record Completed(ChatResponse response) implements ChatEvent {}
}
