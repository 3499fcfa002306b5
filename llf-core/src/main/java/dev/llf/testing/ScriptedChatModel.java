package dev.llf.testing;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.ModelInfo;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.LlfException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A model that answers what a test has written down, one step of the script a request, and remembers what it was asked.
 *
 * <pre>{@code
 * ChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("getWeather", Map.of("city", "Paris"))
 *         .thenReplying("Sunny.");
 * }</pre>
 *
 * <p>Methods named {@code then...} add a step; {@code and...}, {@link #after}, {@link #pacedBy}, {@link #holdingAfter} and
 * {@link #endingWith} change the last step; all change this model and return it. A script may grow while it is played.
 *
 * <p><b>Tokens</b> are words, each with the white space in front of it: {@code "Hello big world"} has three and is streamed
 * as {@code "Hello"}, {@code " big"}, {@code " world"}. A prompt has 4 tokens for each message and each tool besides their
 * words; a tool call has the words of its name and its arguments. There is no end-of-turn token and no cache. The request's
 * token limit and stop strings and the model's context are honoured; sampling, session and response format are not.
 *
 * <p><b>Time.</b> A step that does not wait has been played when {@link #stream} returns, on the caller's thread. A step that
 * waits is played on by the thread that ends the wait: inside {@link ManualClock#advance} or {@link #release}. Meanwhile the
 * response can be cancelled, and the request's timeout ends it, both with the text so far. Without {@link #withClock} the
 * system's time passes.
 *
 * <p>A script that has come to its end refuses further requests with an {@link IllegalStateException}. Safe for use by many
 * threads; each request takes the next step.
 */
public final class ScriptedChatModel implements ChatModel {

    /** How many requests are remembered; of more, the latest. */
    public static final int MAX_REQUESTS = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition holding = lock.newCondition();
    private final Set<Performance> playing = ConcurrentHashMap.newKeySet();
    /** Gains members with the lock held. */
    private final Set<Performance> held = ConcurrentHashMap.newKeySet();

    // All below guarded by lock.
    private final List<Step> script = new ArrayList<>();
    private final Deque<ChatRequest> requests = new ArrayDeque<>();
    private long requestCount;
    private int next;
    private Ending ending = Ending.REFUSE;
    private long callCount;

    private volatile Timeline time = Timeline.SYSTEM;
    private volatile ModelInfo info = new ModelInfo("scripted", 4096);
    private volatile boolean closed;

    /** What happens at the end of the script. */
    private enum Ending {
        REFUSE, REPEAT, REPEAT_LAST
    }

    private ScriptedChatModel(Step first) {
        script.add(first);
    }

    /**
     * Starts a script with a text.
     *
     * @param text what the model says, possibly empty; streamed word by word
     * @return a new model
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public static ScriptedChatModel replying(String text) {
        return new ScriptedChatModel(reply(text));
    }

    /**
     * Starts a script with a text in given pieces.
     *
     * @param tokens what the model says, a token each; none empty
     * @return a new model
     * @throws IllegalArgumentException if a token is empty or has an unpaired surrogate
     */
    public static ScriptedChatModel replyingTokens(String... tokens) {
        return new ScriptedChatModel(Step.EMPTY.withTokens(List.of(tokens)));
    }

    /**
     * Starts a script with a tool call.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments the arguments, written as JSON in the map's order
     * @return a new model
     * @throws IllegalArgumentException if the name is blank or an argument cannot be written as JSON
     */
    public static ScriptedChatModel calling(String tool, Map<String, ? extends @Nullable Object> arguments) {
        return new ScriptedChatModel(Step.EMPTY.withCall(Step.call(tool, arguments)));
    }

    /**
     * Starts a script with a tool call whose arguments are given as the model writes them, perhaps wrongly.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments any text
     * @return a new model
     * @throws IllegalArgumentException if the name is blank or a text has an unpaired surrogate
     */
    public static ScriptedChatModel calling(String tool, String arguments) {
        return new ScriptedChatModel(Step.EMPTY.withCall(Step.call(tool, arguments)));
    }

    /**
     * Starts a script with a failure.
     *
     * @param failure what the response throws; a {@link ContextOverflowException} or {@link ConfigurationException} is
     *                thrown by {@link #stream} itself, as models do that refuse a request
     * @return a new model
     */
    public static ScriptedChatModel failing(LlfException failure) {
        return new ScriptedChatModel(Step.EMPTY.withFailure(failure));
    }

    /**
     * Starts a script with a text made from the request.
     *
     * @param answer makes the text; called by {@link #stream} on its caller's thread, which gets what it throws
     * @return a new model
     */
    public static ScriptedChatModel answering(Function<ChatRequest, String> answer) {
        return new ScriptedChatModel(Step.EMPTY.withAnswer(answer));
    }

    private static Step reply(String text) {
        return Step.EMPTY.withTokens(Words.split(text));
    }

    /**
     * Adds a step that says a text.
     *
     * @param text what the model says, possibly empty; streamed word by word
     * @return this model
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     */
    public ScriptedChatModel thenReplying(String text) {
        return add(reply(text));
    }

    /**
     * Adds a step that says a text in given pieces.
     *
     * @param tokens what the model says, a token each; none empty
     * @return this model
     * @throws IllegalArgumentException if a token is empty or has an unpaired surrogate
     */
    public ScriptedChatModel thenReplyingTokens(String... tokens) {
        return add(Step.EMPTY.withTokens(List.of(tokens)));
    }

    /**
     * Adds a step that calls a tool.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments the arguments, written as JSON in the map's order
     * @return this model
     * @throws IllegalArgumentException if the name is blank or an argument cannot be written as JSON
     */
    public ScriptedChatModel thenCalling(String tool, Map<String, ? extends @Nullable Object> arguments) {
        return add(Step.EMPTY.withCall(Step.call(tool, arguments)));
    }

    /**
     * Adds a step that calls a tool with arguments given as the model writes them, perhaps wrongly.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments any text
     * @return this model
     * @throws IllegalArgumentException if the name is blank or a text has an unpaired surrogate
     */
    public ScriptedChatModel thenCalling(String tool, String arguments) {
        return add(Step.EMPTY.withCall(Step.call(tool, arguments)));
    }

    /**
     * Adds a step that fails.
     *
     * @param failure what the response throws; a {@link ContextOverflowException} or {@link ConfigurationException} is
     *                thrown by {@link #stream} itself, as models do that refuse a request
     * @return this model
     */
    public ScriptedChatModel thenFailing(LlfException failure) {
        return add(Step.EMPTY.withFailure(failure));
    }

    /**
     * Adds a step that says a text made from the request.
     *
     * @param answer makes the text; called by {@link #stream} on its caller's thread, which gets what it throws
     * @return this model
     */
    public ScriptedChatModel thenAnswering(Function<ChatRequest, String> answer) {
        return add(Step.EMPTY.withAnswer(answer));
    }

    /**
     * Lets the last step call a tool, after its text and the calls it has already.
     *
     * <p>Calls have the ids {@code call_1}, {@code call_2} and so on, counted over the life of the model. If the request
     * says {@link ToolChoice#NONE}, the call is written into the text, as by a model that is kept from calling.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments the arguments, written as JSON in the map's order
     * @return this model
     * @throws IllegalArgumentException if the name is blank or an argument cannot be written as JSON
     */
    public ScriptedChatModel andCalling(String tool, Map<String, ? extends @Nullable Object> arguments) {
        ToolCall call = Step.call(tool, arguments);
        return changeLast(step -> step.withCall(call));
    }

    /**
     * Lets the last step call a tool with arguments given as the model writes them, perhaps wrongly.
     *
     * @param tool      the tool's name; the request need not offer it
     * @param arguments any text
     * @return this model
     * @throws IllegalArgumentException if the name is blank or a text has an unpaired surrogate
     */
    public ScriptedChatModel andCalling(String tool, String arguments) {
        ToolCall call = Step.call(tool, arguments);
        return changeLast(step -> step.withCall(call));
    }

    /**
     * Lets the last step fail after its text and calls.
     *
     * @param failure what the response throws
     * @return this model
     */
    public ScriptedChatModel andFailing(LlfException failure) {
        return changeLast(step -> step.withFailure(failure));
    }

    /**
     * Gives the last step another reason to end.
     *
     * @param reason the reason; without this it is {@link FinishReason#TOOL_CALLS} after calls, else
     *               {@link FinishReason#STOP}
     * @return this model
     */
    public ScriptedChatModel endingWith(FinishReason reason) {
        return changeLast(step -> step.withReason(Objects.requireNonNull(reason, "reason")));
    }

    /**
     * Lets the last step wait before it begins.
     *
     * @param delay how long, on the model's clock
     * @return this model
     * @throws IllegalArgumentException if it is negative or longer than a year
     */
    public ScriptedChatModel after(Duration delay) {
        Duration wait = checked(delay, "delay");
        return changeLast(step -> step.withDelay(wait));
    }

    /**
     * Lets the last step wait before each token of its text, the first included.
     *
     * @param pause how long each time, on the model's clock
     * @return this model
     * @throws IllegalArgumentException if it is negative or longer than a year
     */
    public ScriptedChatModel pacedBy(Duration pause) {
        Duration wait = checked(pause, "pause");
        return changeLast(step -> step.withPace(wait));
    }

    /**
     * Lets the last step wait for {@link #release} in the middle.
     *
     * @param count the tokens and calls to come before; if the step has fewer, it waits before it ends
     * @return this model
     * @throws IllegalArgumentException if it is negative
     */
    public ScriptedChatModel holdingAfter(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("holdingAfter must be >= 0, was %d".formatted(count));
        }
        return changeLast(step -> step.withHoldAfter(count));
    }

    /**
     * Lets the script begin again when it has come to its end.
     *
     * @return this model
     */
    public ScriptedChatModel repeating() {
        return endingAs(Ending.REPEAT);
    }

    /**
     * Lets the last step be played again and again when the script has come to its end.
     *
     * @return this model
     */
    public ScriptedChatModel repeatingLast() {
        return endingAs(Ending.REPEAT_LAST);
    }

    /**
     * Takes the time of waits, timeouts and timings from a clock that the test moves.
     *
     * @param clock the clock
     * @return this model
     */
    public ScriptedChatModel withClock(ManualClock clock) {
        time = Timeline.of(clock);
        return this;
    }

    /**
     * Sets how many tokens prompt and answer may have together; 4096 unless set.
     *
     * @param contextTokens at least 1
     * @return this model
     * @throws IllegalArgumentException if it is less than 1
     */
    public ScriptedChatModel withContextTokens(int contextTokens) {
        info = new ModelInfo(info.name(), contextTokens);
        return this;
    }

    /**
     * Lets all responses go on that are held now; those that come to their hold later are held.
     *
     * <p>A response of which the token before its hold has been read counts as held.
     */
    public void release() {
        playing.forEach(Performance::release);
    }

    /**
     * Waits until a response is held: for tests that let another thread ask.
     *
     * @throws InterruptedException if interrupted
     */
    public void awaitHeld() throws InterruptedException {
        lock.lock();
        try {
            while (held.isEmpty()) {
                holding.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns what the model was asked; requests that were refused for their size are left out.
     *
     * @return a copy, oldest first; at most the latest {@value #MAX_REQUESTS}
     */
    public List<ChatRequest> requests() {
        lock.lock();
        try {
            return List.copyOf(requests);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns how often the model was asked.
     *
     * @return the number of requests, those no longer remembered included
     */
    public long requestCount() {
        lock.lock();
        try {
            return requestCount;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells whether the model was closed.
     *
     * @return true after {@link #close}
     */
    public boolean closed() {
        return closed;
    }

    /**
     * Takes the next step of the script.
     *
     * @param request the request
     * @return the response, complete unless the step waits
     * @throws ContextOverflowException if the prompt leaves no room for a token; no step is taken then
     * @throws IllegalStateException    if the script is at its end or the model is closed
     */
    @Override
    public ChatStream stream(ChatRequest request) {
        int promptTokens = countTokens(request);
        int contextTokens = info.contextTokens();
        if (promptTokens >= contextTokens) {
            throw new ContextOverflowException(promptTokens, 1, contextTokens);
        }
        Step step = take(request);
        LlfException failure = step.failure();
        if (failure != null && refuses(step)) {
            throw failure;
        }
        Performance performance = new Performance(this, time, step, numbered(step, request), request, promptTokens);
        if (step.waits()) {
            playing.add(performance);
        }
        performance.play();
        if (closed) {
            performance.stream().close();
        }
        return performance.stream();
    }

    private static boolean refuses(Step step) {
        return (step.failure() instanceof ContextOverflowException || step.failure() instanceof ConfigurationException)
                && step.tokens().isEmpty() && step.answer() == null && step.calls().isEmpty() && !step.waits();
    }

    private List<ToolCall> numbered(Step step, ChatRequest request) {
        if (step.calls().isEmpty() || request.toolChoice() == ToolChoice.NONE) {
            return List.of();
        }
        lock.lock();
        try {
            return step.calls().stream()
                    .map(call -> new ToolCall("call_" + ++callCount, call.name(), call.arguments()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private Step take(ChatRequest request) {
        lock.lock();
        try {
            if (requests.size() == MAX_REQUESTS) {
                requests.remove();
            }
            requests.add(request);
            requestCount++;
            if (next == script.size()) {
                next = switch (ending) {
                    case REFUSE -> throw new IllegalStateException(
                            "the script has %d steps, but this is request %d; add a step, or let the script repeat"
                                    .formatted(script.size(), requestCount));
                    case REPEAT -> 0;
                    case REPEAT_LAST -> next - 1;
                };
            }
            return script.get(next++);
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @param request {@inheritDoc}
     * @return 4 for each message and tool, and their words
     */
    @Override
    public int countTokens(ChatRequest request) {
        if (closed) {
            throw new IllegalStateException("ScriptedChatModel is closed");
        }
        return Words.count(request);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public void close() {
        closed = true;
        playing.forEach(performance -> performance.stream().close());
    }

    /** A performance waits for {@link #release}. */
    void held(Performance performance) {
        lock.lock();
        try {
            held.add(performance);
            holding.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A performance waits no longer. */
    void unheld(Performance performance) {
        held.remove(performance);
    }

    /** A performance has ended. */
    void over(Performance performance) {
        playing.remove(performance);
        held.remove(performance);
    }

    private ScriptedChatModel add(Step step) {
        lock.lock();
        try {
            script.add(step);
            return this;
        } finally {
            lock.unlock();
        }
    }

    private ScriptedChatModel changeLast(UnaryOperator<Step> change) {
        lock.lock();
        try {
            script.set(script.size() - 1, change.apply(script.getLast()));
            return this;
        } finally {
            lock.unlock();
        }
    }

    private ScriptedChatModel endingAs(Ending other) {
        lock.lock();
        try {
            ending = other;
            return this;
        } finally {
            lock.unlock();
        }
    }

    private static Duration checked(Duration time, String what) {
        if (time.isNegative() || time.compareTo(Duration.ofDays(366)) > 0) {
            throw new IllegalArgumentException("%s must be 0 to 366 days, was %s".formatted(what, time));
        }
        return time;
    }
}
