package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.chat.UserMessage;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.History;
import dev.llf.error.CancelledException;
import dev.llf.error.EngineException;
import dev.llf.spi.ToolBox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One turn from the user's message to the answer: the model is asked, tools run, and it is asked again with their results,
 * at most {@link #MAX_TOOL_ROUNDS} times. What it returns is whole: every tool call has its result, also after a cancel.
 *
 * <p>Runs on one thread; {@link #cancel()} comes from any.
 */
final class TurnRun implements TurnQueue.Place {

    /** Rounds of tools; after the last one, or when the model repeats itself, it may only answer in text. */
    static final int MAX_TOOL_ROUNDS = 8;

    private static final String CANCELLED_IN_LINE = "The turn was cancelled while it waited for the conversation's "
            + "earlier turns; nothing was said.";
    private static final Logger LOG = LoggerFactory.getLogger(TurnRun.class);

    private final TurnSettings settings;
    private final Observer observer;
    private final long queuedAt;
    private final long nanosAllowed;
    private final List<Message> said = new ArrayList<>();
    private final Set<ToolOutcome> outcomes = new HashSet<>();
    private @Nullable ContextPlan plan;
    private @Nullable Timings firstTimings;
    private Timings lastTimings = Timings.NONE;
    private Usage usage = Usage.NONE;
    private volatile boolean cancelled;
    private volatile @Nullable ChatStream current;
    private final InterruptibleSection waiting = new InterruptibleSection();

    /** What happens within a turn, for whoever streams it. Called on the turn's thread; must not block. */
    interface Observer {
        /** Nobody watches. */
        Observer NONE = new Observer() {
            @Override
            public void asked(ChatStream answer) {}

            @Override
            public void happened(ChatEvent event) {}
        };

        /** The model was asked and answers. */
        void asked(ChatStream answer);

        /** Something happened besides. */
        void happened(ChatEvent event);
    }

    /** A tool that gives the same result for the same arguments twice has nothing more to tell. */
    private record ToolOutcome(String name, String arguments, String result) {}

    TurnRun(TurnSettings settings, Observer observer) {
        this.settings = settings;
        this.observer = observer;
        queuedAt = System.nanoTime();
        nanosAllowed = settings.timeout().map(TimeUnit.NANOSECONDS::convert).orElse(Long.MAX_VALUE);
    }

    /** How many nanoseconds of the time allowed are left; not positive once it is over. */
    private long nanosLeft() {
        return nanosAllowed - (System.nanoTime() - queuedAt);
    }

    @Override
    public void cancel() {
        cancelled = true;
        ChatStream stream = current;
        if (stream != null) {
            stream.cancel();
        }
        waiting.interrupt();
    }

    /**
     * Waits for this turn's place among the turns of its conversation.
     *
     * @throws CancelledException if it was cancelled, interrupted or out of time before that
     */
    void awaitTurn(TurnQueue queue) {
        waiting.enter();
        try {
            if (!queue.awaitFirst(this, nanosLeft())) {
                throw new CancelledException(
                        "The turn's time was up before the conversation's earlier turns had ended; "
                                + "nothing was said. Allow more time, or use another conversation.");
            }
            if (cancelled) {
                throw new CancelledException(CANCELLED_IN_LINE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stays if it did not come from cancel()
            throw new CancelledException(CANCELLED_IN_LINE, e);
        } finally {
            waiting.leave();
        }
    }

    /**
     * Where a turn begins.
     *
     * @param composer puts the prompts together
     * @param history  what was said before
     * @param question what the user says
     */
    record Opening(PromptComposer composer, History history, UserMessage question) {}

    /** Runs the turn. If this throws, nothing of it may be kept. */
    Reply run(Opening opening, String session) {
        long startedAt = System.nanoTime();
        Instant time = settings.clock().instant();
        said.add(opening.question);
        FinishReason reason = converse(opening, session);
        if (said.getLast() instanceof ToolMessage) {
            said.add(Message.assistant("")); // chat templates expect user and model to take turns
        }
        Turn turn = turn(opening.history.last().map(Turn::id), time, reason);
        return new Reply(turn, Objects.requireNonNull(plan), timings(startedAt));
    }

    private Turn turn(Optional<String> parent, Instant time, FinishReason reason) {
        String id = ConversationTree.randomId();
        try {
            return new Turn(id, parent, time, said, reason, usage, settings.model().info().name());
        } catch (IllegalArgumentException e) {
            throw new EngineException("The model's answer cannot stand in a conversation: %s".formatted(e.getMessage()),
                    e);
        }
    }

    private FinishReason converse(Opening opening, String session) {
        List<ToolSpec> tools = settings.tools().map(ToolBox::specs).orElse(List.of());
        ToolChoice choice = ToolChoice.AUTO;
        Optional<FinishReason> stop = Optional.empty();
        for (int round = 1; stop.isEmpty(); round++) {
            ChatResponse answer = ask(opening, tools, choice, session);
            List<ToolCall> calls = answer.toolCalls();
            boolean mayCall = choice == ToolChoice.AUTO && answer.finishReason() == FinishReason.TOOL_CALLS;
            if (calls.isEmpty() || !mayCall) {
                take(calls, errors(calls, "the turn ended before the call could run"));
                return answer.finishReason();
            }
            boolean repeats = take(calls, results(calls));
            choice = repeats || round == MAX_TOOL_ROUNDS ? ToolChoice.NONE : ToolChoice.AUTO;
            stop = stopped();
        }
        return stop.get();
    }

    /** Returns why the turn may not go on, if so. */
    private Optional<FinishReason> stopped() {
        if (cancelled || Thread.currentThread().isInterrupted()) {
            return Optional.of(FinishReason.CANCELLED);
        }
        return nanosLeft() <= 0 ? Optional.of(FinishReason.DEADLINE) : Optional.empty();
    }

    private ChatResponse ask(Opening opening, List<ToolSpec> tools, ToolChoice choice, String session) {
        PromptComposer.Composed prompt = opening.composer.compose(opening.history, said, tools, session,
                this::askAside);
        ChatRequest.Builder request = ChatRequest.builder().messages(prompt.messages()).tools(tools).toolChoice(choice)
                .session(session);
        settings.maxTokens().ifPresent(request::maxTokens);
        ChatResponse response = await(request, observer);
        int evaluated = response.usage().promptTokens();
        plan = evaluated > 0 ? prompt.planOf(evaluated) : prompt.plan(); // cancelled in line: not counted there
        said.add(response.message());
        lastTimings = response.timings();
        if (firstTimings == null) {
            firstTimings = lastTimings;
        }
        return response;
    }

    /** Asks the model for something that is no part of the answer. */
    private ChatResponse askAside(ChatRequest.Builder request) {
        return await(request, Observer.NONE);
    }

    private ChatResponse await(ChatRequest.Builder request, Observer watcher) {
        settings.sampling().ifPresent(request::sampling);
        if (settings.timeout().isPresent()) {
            request.timeout(Duration.ofNanos(Math.max(1, nanosLeft())));
        }
        ChatResponse response;
        try (ChatStream stream = settings.model().stream(request.build())) {
            current = stream;
            if (cancelled) {
                stream.cancel();
            }
            watcher.asked(stream);
            response = stream.response();
        } finally {
            current = null;
        }
        usage = usage.plus(response.usage());
        return response;
    }

    /** Takes a round of results. Returns whether one of them told nothing new. */
    private boolean take(List<ToolCall> calls, List<ToolMessage> results) {
        boolean repeats = false;
        for (int i = 0; i < calls.size(); i++) {
            ToolMessage result = results.get(i);
            said.add(result);
            observer.happened(new ChatEvent.ToolCallFinished(result));
            repeats |= !outcomes.add(new ToolOutcome(result.name(), calls.get(i).arguments(), result.text()));
        }
        return repeats;
    }

    private List<ToolMessage> results(List<ToolCall> calls) {
        if (settings.tools().isEmpty()) {
            return errors(calls, "there is no such tool");
        }
        if (stopped().isPresent()) {
            return errors(calls, "the turn ended before the call could run");
        }
        waiting.enter();
        try {
            List<ToolMessage> results = settings.tools().get().execute(calls);
            return answers(results, calls) ? results : errors(calls, "the tools gave no valid results");
        } catch (RuntimeException e) {
            LOG.warn("A ToolBox threw instead of returning error results", e);
            return errors(calls, "the tool failed");
        } finally {
            waiting.leave();
        }
    }

    private static boolean answers(List<ToolMessage> results, List<ToolCall> calls) {
        return results.stream().map(ToolMessage::callId).toList().equals(calls.stream().map(ToolCall::id).toList());
    }

    private static List<ToolMessage> errors(List<ToolCall> calls, String why) {
        return calls.stream().map(call -> new ToolMessage(call.id(), call.name(), "Error: " + why, true)).toList();
    }

    private Timings timings(long startedAt) {
        Duration waited = Duration.ofNanos(startedAt - queuedAt);
        Timings first = firstTimings == null ? lastTimings : firstTimings;
        return new Timings(first.queued().plus(waited), first.firstToken().plus(waited),
                Duration.ofNanos(System.nanoTime() - queuedAt), lastTimings.tokensPerSecond());
    }
}
