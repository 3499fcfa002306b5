package dev.llf.spi;

import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened in a turn.
 *
 * <p>Events may carry what was said ({@link Answered}, {@link ToolStarted}, {@link ToolFinished}, {@link Completed},
 * {@link Cancelled}, and the cause of {@link Failed}). Who writes them anywhere sees to it that only what may be seen gets
 * there.
 */
public sealed interface TurnEvent {

    /**
     * Returns where and when it happened.
     *
     * @return the moment
     */
    Moment moment();

    /**
     * Where and when something happened.
     *
     * @param conversation the conversation's id
     * @param branch       the branch's name
     * @param turn         the turn's id, which it has in the log if it gets there
     * @param tenant       for whom the turn is made; empty if nobody was named
     * @param at           the time
     * @param elapsed      since the turn was queued, measured apart from the clock
     */
    record Moment(String conversation, String branch, String turn, Optional<String> tenant, Instant at,
            Duration elapsed) {
        /** Checks that all is there. */
        public Moment {
            Objects.requireNonNull(conversation, "conversation");
            Objects.requireNonNull(branch, "branch");
            Objects.requireNonNull(turn, "turn");
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(at, "at");
            Objects.requireNonNull(elapsed, "elapsed");
        }
    }

    /**
     * The turn has its place behind the earlier ones of its branch; the first event of every turn.
     *
     * @param moment when
     */
    record Queued(Moment moment) implements TurnEvent {}

    /**
     * The earlier turns have ended, and a model was chosen for this one. Comes again where the question does not fit that
     * model's context, with the next one.
     *
     * @param moment   when
     * @param model    the model's name
     * @param strategy how it was chosen, in a word
     * @param reason   why this one, for people; without what was said
     */
    record Routed(Moment moment, String model, String strategy, String reason) implements TurnEvent {}

    /**
     * Long-term memory was asked.
     *
     * @param moment   when the answer was there
     * @param memories how many were recalled
     * @param took     how long it took
     */
    record Recalled(Moment moment, int memories, Duration took) implements TurnEvent {}

    /**
     * Documents were searched.
     *
     * @param moment   when the answer was there
     * @param passages how many were found
     * @param took     how long it took
     */
    record Retrieved(Moment moment, int passages, Duration took) implements TurnEvent {}

    /**
     * A prompt was put together.
     *
     * @param moment        when
     * @param round         1 for the first prompt of the turn; one more each time that tools have run
     * @param contextTokens tokens that the model's context holds
     * @param tokens        tokens of each part of the prompt, by the part's name in small letters, in prompt order, and
     *                      what is kept free for the {@code answer}
     * @param omittedTurns  earlier turns that the model does not see
     * @param tools         names of the tools that the model may call
     * @param took          how long it took; for the first prompt, waiting for the model to be loaded included
     */
    record PromptPlanned(Moment moment, int round, int contextTokens, Map<String, Integer> tokens, int omittedTurns,
            List<String> tools, Duration took) implements TurnEvent {
        /** Copies map and list. */
        public PromptPlanned {
            tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
            tools = List.copyOf(tools);
        }
    }

    /**
     * The model took the request on: it waits no longer, and its prompt is being evaluated.
     *
     * @param moment       when
     * @param round        the prompt's number
     * @param promptTokens tokens of the prompt
     * @param cachedTokens how many of them need not be evaluated
     */
    record Admitted(Moment moment, int round, int promptTokens, int cachedTokens) implements TurnEvent {}

    /**
     * The model has written the first token of its answer to a prompt.
     *
     * @param moment when
     * @param round  the prompt's number
     */
    record FirstToken(Moment moment, int round) implements TurnEvent {}

    /**
     * The model has answered one prompt.
     *
     * @param moment   when
     * @param round    the prompt's number
     * @param response what it answered
     */
    record Answered(Moment moment, int round, ChatResponse response) implements TurnEvent {}

    /**
     * A tool is about to run. Tools of one round may run side by side. A call that was not allowed to run has only its
     * {@link ToolFinished}.
     *
     * @param moment when
     * @param call   which one
     */
    record ToolStarted(Moment moment, ToolCall call) implements TurnEvent {}

    /**
     * A tool has run, or was not allowed to.
     *
     * @param moment when its result was there, which is when all tools of the round had ended
     * @param call   which one
     * @param result what it returned
     * @param took   how long all tools of the round took together
     */
    record ToolFinished(Moment moment, ToolCall call, ToolMessage result, Duration took) implements TurnEvent {}

    /**
     * The turn is in the log.
     *
     * @param moment  when
     * @param model   the model's name
     * @param turn    the turn
     * @param timings time taken, waiting for earlier turns and running tools included
     */
    record Completed(Moment moment, String model, Turn turn, Timings timings) implements TurnEvent {}

    /**
     * The turn was cancelled or its time was up.
     *
     * @param moment  when
     * @param reason  {@link FinishReason#CANCELLED} or {@link FinishReason#DEADLINE}
     * @param model   the model's name; empty if none was chosen yet
     * @param turn    what was said so far, which is in the log; empty if it was still waiting, so that nothing was said
     * @param timings time taken
     */
    record Cancelled(Moment moment, FinishReason reason, Optional<String> model, Optional<Turn> turn, Timings timings)
            implements
                TurnEvent {}

    /**
     * The turn failed; nothing of it is in the log.
     *
     * @param moment when
     * @param model  the model's name; empty if none was chosen yet
     * @param usage  tokens taken in vain
     * @param cause  what went wrong
     */
    record Failed(Moment moment, Optional<String> model, Usage usage, Throwable cause) implements TurnEvent {}
}
