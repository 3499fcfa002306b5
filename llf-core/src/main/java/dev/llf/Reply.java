package dev.llf;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.conversation.ContextPlan;
import dev.llf.models.RoutingDecision;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of one turn.
 *
 * @param turn    the turn as it stands in the conversation's log
 * @param plan    what the last prompt of the turn consisted of and what it left out
 * @param timings time taken, waiting for earlier turns and running tools included
 * @param routing how the model was chosen; empty if the {@link Llf} was given a single model and no pool. The turn's own
 *                {@linkplain Turn#model() model} is another than the decision's if the question did not fit the context of
 *                the model that was preferred
 */
public record Reply(Turn turn, ContextPlan plan, Timings timings, Optional<RoutingDecision> routing) {

    /**
     * Returns the model's answer.
     *
     * @return the text; possibly empty, and only the beginning if the turn was cancelled
     */
    public String text() {
        return turn.answer();
    }

    /**
     * Returns why the answer ended.
     *
     * @return the reason
     */
    public FinishReason finishReason() {
        return turn.finishReason();
    }

    /**
     * Returns the tokens of the turn, all rounds together.
     *
     * @return the usage
     */
    public Usage usage() {
        return turn.usage();
    }

    /**
     * Returns the tools that the model called.
     *
     * @return the calls of all rounds in order; unmodifiable, possibly empty
     */
    public List<ToolCall> toolCalls() {
        return turn.messages().stream().filter(AssistantMessage.class::isInstance).map(AssistantMessage.class::cast)
                .flatMap(message -> message.toolCalls().stream()).toList();
    }

    /**
     * Returns what the tools returned.
     *
     * @return one result for each of {@link #toolCalls()}, in the same order; unmodifiable
     */
    public List<ToolMessage> toolResults() {
        return turn.messages().stream().filter(ToolMessage.class::isInstance).map(ToolMessage.class::cast).toList();
    }
}
