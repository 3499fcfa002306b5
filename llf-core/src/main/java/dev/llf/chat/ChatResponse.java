package dev.llf.chat;

import java.util.List;

/**
 * What a model answered to one request.
 *
 * @param message      the answer; its text is what the model wrote, without tool calls and control tokens
 * @param finishReason why it stopped
 * @param usage        tokens taken
 * @param timings      time taken
 */
public record ChatResponse(AssistantMessage message, FinishReason finishReason, Usage usage, Timings timings) {

    /**
     * Returns the text of the answer.
     *
     * @return the text, possibly empty
     */
    public String text() {
        return message.text();
    }

    /**
     * Returns the tools that the model wants to be called.
     *
     * @return the calls in order; unmodifiable, possibly empty
     */
    public List<ToolCall> toolCalls() {
        return message.toolCalls();
    }
}
