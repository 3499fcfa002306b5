package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Usage;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.History;
import dev.llf.conversation.Omission;
import dev.llf.spi.ToolBox;
import dev.llf.spi.TurnEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one model and the tools say to each other in one turn: the model is asked, tools run, and it is asked again with
 * their results, at most {@link #MAX_TOOL_ROUNDS} times. Every tool call has its result, also after a cancel.
 *
 * <p>Runs on one thread.
 */
final class Rounds {

    /** Rounds of tools; after the last one, or when the model repeats itself, it may only answer in text. */
    static final int MAX_TOOL_ROUNDS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final TurnSettings settings;
    private final TurnOptions options;
    private final TurnControl control;
    private final TurnEvents events;
    private final TurnRun.Observer observer;
    private final Past past;
    private final List<Message> said = new ArrayList<>();
    private final Set<ToolOutcome> outcomes = new HashSet<>();
    private @Nullable ContextPlan plan;
    private Duration queued = Duration.ZERO;
    private Duration firstToken = Duration.ZERO;
    private double tokensPerSecond;
    private Usage usage = Usage.NONE;
    private int round;
    private long preparing; // when it was begun to prepare the next prompt, in nanoseconds

    /** What stands before this turn, and how the model finds what it still holds of it. */
    record Past(Supplier<PromptComposer> composer, History history, String session) {}

    /** A tool that gives the same result for the same arguments twice has nothing more to tell. */
    private record ToolOutcome(String name, String arguments, String result) {}

    Rounds(TurnSettings settings, TurnOptions options, TurnControl control, TurnEvents events,
            TurnRun.Observer observer, Past past) {
        this.settings = settings;
        this.options = options;
        this.control = control;
        this.events = events;
        this.observer = observer;
        this.past = past;
    }

    /** Returns what was said, the question first. */
    List<Message> said() {
        return said;
    }

    ContextPlan plan() {
        return Objects.requireNonNull(plan);
    }

    Usage usage() {
        return usage;
    }

    /** How long the first request waited for a place among the model's slots. */
    Duration queued() {
        return queued;
    }

    /** How long it took from the turn's beginning to the first token. */
    Duration firstToken() {
        return firstToken;
    }

    /** How fast the last answer was written. */
    double tokensPerSecond() {
        return tokensPerSecond;
    }

    /** Whether the model has answered at all. */
    boolean begun() {
        return said.size() > 1;
    }

    /** Runs all rounds. */
    FinishReason converse(Message question) {
        said.add(question);
        preparing = System.nanoTime();
        control.interruptibly(() -> settings.model().awaitReady(control.timeLeft()));
        FinishReason reason = rounds(control.interruptibly(past.composer));
        if (said.getLast() instanceof ToolMessage) {
            said.add(Message.assistant("")); // chat templates expect user and model to take turns
        }
        return reason;
    }

    private FinishReason rounds(PromptComposer composer) {
        List<ToolSpec> tools = settings.tools().map(ToolBox::specs).orElse(List.of());
        ToolChoice choice = ToolChoice.AUTO;
        Optional<FinishReason> stop = Optional.empty();
        while (stop.isEmpty()) {
            round++;
            ChatResponse answer = ask(composer, tools, choice);
            List<ToolCall> calls = answer.toolCalls();
            boolean mayCall = choice == ToolChoice.AUTO && answer.finishReason() == FinishReason.TOOL_CALLS;
            if (calls.isEmpty() || !mayCall) {
                take(calls, errors(calls, "the turn ended before the call could run"), Duration.ZERO);
                return answer.finishReason();
            }
            boolean repeats = run(calls);
            preparing = System.nanoTime();
            choice = repeats || round == MAX_TOOL_ROUNDS ? ToolChoice.NONE : ToolChoice.AUTO;
            stop = control.stopped();
        }
        return stop.get();
    }

    private ChatResponse ask(PromptComposer composer, List<ToolSpec> tools, ToolChoice choice) {
        PromptComposer.Composed prompt = compose(composer, tools, choice);
        ChatRequest.Builder request = ChatRequest.builder().messages(prompt.messages()).tools(tools).toolChoice(choice)
                .session(past.session);
        settings.maxTokens().ifPresent(request::maxTokens);
        Duration asked = control.elapsed();
        ChatResponse response = await(request, stream -> {
            events.watch(stream, round);
            observer.asked(stream);
        });
        int evaluated = response.usage().promptTokens();
        plan = evaluated > 0 ? prompt.planOf(evaluated) : prompt.plan(); // cancelled in line: not counted there
        said.add(response.message());
        tokensPerSecond = response.timings().tokensPerSecond();
        if (round == 1) {
            queued = response.timings().queued();
            firstToken = asked.plus(response.timings().firstToken());
        }
        events.tell(moment -> new TurnEvent.Answered(moment, round, response));
        return response;
    }

    private PromptComposer.Composed compose(PromptComposer composer, List<ToolSpec> tools, ToolChoice choice) {
        PromptComposer.Composed prompt = control.interruptibly(() -> composer.compose(past.history, said, tools,
                past.session, request -> await(request, stream -> {})));
        List<ToolSpec> offered = choice == ToolChoice.AUTO ? tools : List.of();
        Duration took = Duration.ofNanos(System.nanoTime() - preparing);
        events.tell(moment -> planned(moment, prompt.plan(), offered, took));
        return prompt;
    }

    private TurnEvent planned(TurnEvent.Moment moment, ContextPlan made, List<ToolSpec> offered, Duration took) {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        made.tokens().forEach((part, count) -> tokens.put(part.name().toLowerCase(Locale.ROOT), count));
        return new TurnEvent.PromptPlanned(moment, round, made.contextTokens(), tokens,
                made.omission().map(Omission::turns).orElse(0),
                offered.stream().map(ToolSpec::name).toList(), took);
    }

    private ChatResponse await(ChatRequest.Builder request, Consumer<ChatStream> watcher) {
        settings.sampling().ifPresent(request::sampling);
        control.timeLeft().ifPresent(request::timeout);
        request.priority(options.priority());
        options.tenant().ifPresent(request::tenant);
        try (ChatStream stream = control.interruptibly(() -> settings.model().stream(request.build()))) {
            watcher.accept(stream);
            ChatResponse response = control.await(stream);
            usage = usage.plus(response.usage());
            return response;
        }
    }

    private boolean run(List<ToolCall> calls) {
        calls.forEach(call -> events.tell(moment -> new TurnEvent.ToolStarted(moment, call)));
        long start = System.nanoTime();
        List<ToolMessage> results = results(calls);
        return take(calls, results, Duration.ofNanos(System.nanoTime() - start));
    }

    /** Takes a round of results. Returns whether one of them told nothing new. */
    private boolean take(List<ToolCall> calls, List<ToolMessage> results, Duration took) {
        boolean repeats = false;
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            ToolMessage result = results.get(i);
            said.add(result);
            observer.happened(new ChatEvent.ToolCallFinished(result));
            events.tell(moment -> new TurnEvent.ToolFinished(moment, call, result, took));
            repeats |= !outcomes.add(new ToolOutcome(result.name(), call.arguments(), result.text()));
        }
        return repeats;
    }

    private List<ToolMessage> results(List<ToolCall> calls) {
        if (settings.tools().isEmpty()) {
            return errors(calls, "there is no such tool");
        }
        if (control.stopped().isPresent()) {
            return errors(calls, "the turn ended before the call could run");
        }
        ToolBox tools = settings.tools().get();
        try {
            List<ToolMessage> results = control.interruptibly(() -> tools.execute(calls));
            return answers(results, calls) ? results : errors(calls, "the tools gave no valid results");
        } catch (RuntimeException e) {
            LOG.warn("A ToolBox threw instead of returning error results", e);
            return errors(calls, "the tool failed");
        }
    }

    private static boolean answers(List<ToolMessage> results, List<ToolCall> calls) {
        return results.stream().map(ToolMessage::callId).toList().equals(calls.stream().map(ToolCall::id).toList());
    }

    private static List<ToolMessage> errors(List<ToolCall> calls, String why) {
        return calls.stream().map(call -> new ToolMessage(call.id(), call.name(), "Error: " + why, true)).toList();
    }
}
