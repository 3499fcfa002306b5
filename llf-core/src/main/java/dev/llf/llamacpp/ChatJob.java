package dev.llf.llamacpp;

import dev.llf.admission.Claim;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ChatStreamBuffer;
import dev.llf.chat.FinishReason;
import dev.llf.chat.ToolCall;
import dev.llf.error.EngineException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through a slot.
 *
 * <p>Whoever waits for the response is released at once by a cancel or a deadline; this job's thread notices before or
 * after the next piece, cancels in the engine, which only the reading thread may do, and frees the slot.
 */
final class ChatJob implements SlotScheduler.Job {

    private static final Logger LOG = LoggerFactory.getLogger(ChatJob.class);

    private final Engine engine;
    private final SlotScheduler scheduler;
    private final Function<Slot, EngineRequest> requestForSlot;
    private final int[] prompt;
    private final Function<String, int[]> answerIds;
    private final Optional<String> session;
    private final Claim claim;
    private final Endings endings;
    private final StopMatcher stops;
    private final @Nullable ToolCallScanner toolCalls;
    private final ChatStreamBuffer out;
    private final Consumer<ChatJob> onEnd;
    private final StringBuilder generated = new StringBuilder();
    private @Nullable Future<?> deadline;
    private volatile Engine.@Nullable Generation running;
    private int tokens;
    private boolean began;
    private boolean ended;
    private boolean called;

    /**
     * Creates a job.
     *
     * @param claim          what it asks for
     * @param requestForSlot makes the engine's request once the slot is known
     * @param answerIds      turns what was generated into the ids that follow the prompt's
     * @param endings        the end-of-generation tokens
     * @param stops          finds stop strings
     * @param toolCalls      finds tool calls, or null where none may be made
     * @param onEnd          runs when the response has ended; may run more than once
     */
    ChatJob(Engine engine, SlotScheduler scheduler, int[] prompt, Optional<String> session,
            Claim claim, Function<Slot, EngineRequest> requestForSlot, Function<String, int[]> answerIds,
            Endings endings, StopMatcher stops, @Nullable ToolCallScanner toolCalls, Consumer<ChatJob> onEnd) {
        this.engine = engine;
        this.scheduler = scheduler;
        this.prompt = prompt;
        this.session = session;
        this.claim = claim;
        this.requestForSlot = requestForSlot;
        this.answerIds = answerIds;
        this.endings = endings;
        this.stops = stops;
        this.toolCalls = toolCalls;
        this.onEnd = onEnd;
        out = new ChatStreamBuffer(System::nanoTime, this::leaveLine);
    }

    /**
     * Puts the job in line; its response can be read from now on.
     *
     * @throws dev.llf.error.BusyException          if it cannot run at once and may not wait
     * @throws dev.llf.error.ConfigurationException if it asks for more than is ever let pass
     */
    ChatStream start(Optional<Duration> timeout) {
        try {
            deadline = timeout.map(time -> Deadlines.after(time, this::expire)).orElse(null);
            scheduler.submit(this);
        } catch (RuntimeException | Error e) { // without a thread for a timer it may stand in line already
            cancel();
            throw e;
        }
        if (out.ended()) {
            scheduler.forget(this); // it ended before it stood in line
        }
        return out;
    }

    private void expire() {
        scheduler.expire(this);
        if (out.finish(FinishReason.DEADLINE)) {
            left();
        }
    }

    @Override
    public void cancel() {
        out.cancel();
    }

    private void leaveLine() {
        scheduler.forget(this);
        left();
    }

    private void left() {
        Engine.Generation current = running;
        if (current != null) {
            current.abandon();
        }
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
        onEnd.accept(this);
    }

    @Override
    public Optional<String> session() {
        return session;
    }

    @Override
    public Claim claim() {
        return claim;
    }

    @Override
    public long usedTokens() {
        return began ? prompt.length + tokens : 0;
    }

    @Override
    public Runnable run(Slot slot) {
        if (out.ended()) {
            return () -> {};
        }
        began = true;
        try {
            out.started(prompt.length, slot.cached(prompt));
            FinishReason reason = generate(requestForSlot.apply(slot));
            deliverRest();
            String answer = generated.toString();
            slot.remember(prompt, () -> evaluated(answer));
            return () -> finish(reason);
        } catch (RuntimeException | Error e) { // whatever it is, the slot goes on and the caller is told
            slot.failed();
            LOG.debug("A generation failed", e);
            return () -> fail(
                    e instanceof RuntimeException failure ? failure
                            : new EngineException("The engine failed: " + e, e));
        }
    }

    /** The token that was chosen last was not evaluated any more. */
    private int[] evaluated(String answer) {
        int[] ids = answerIds.apply(answer);
        return Arrays.copyOf(ids, Math.max(0, ids.length - 1));
    }

    private FinishReason generate(EngineRequest request) {
        try (Engine.Generation generation = engine.generate(request)) {
            running = generation;
            while (!out.ended() && !stops.found()) {
                Engine.Piece piece = generation.next();
                take(piece);
                if (piece.last()) {
                    boolean byItself = ended || stops.found() || (!endings.visible() && tokens < request.maxTokens());
                    return byItself ? FinishReason.STOP : FinishReason.LENGTH;
                }
            }
            generation.cancel();
            return FinishReason.STOP;
        }
    }

    private void take(Engine.Piece piece) {
        String text = endings.strip(piece.text());
        ended |= text.length() < piece.text().length();
        int newTokens = piece.last() ? 0 : 1;
        tokens += newTokens;
        generated.append(piece.text());
        deliver(stops.add(text), newTokens);
    }

    private void deliver(String text, int newTokens) {
        if (toolCalls == null) {
            out.text(text, newTokens);
        } else {
            deliver(toolCalls.add(text), newTokens);
        }
    }

    private void deliver(ToolCallScanner.Found found, int newTokens) {
        out.text(found.text(), newTokens);
        for (ToolCall call : found.calls()) {
            called |= out.toolCall(call);
        }
    }

    private void deliverRest() {
        deliver(stops.rest(), 0);
        if (toolCalls != null) {
            deliver(toolCalls.rest(), 0);
        }
    }

    private void finish(FinishReason reason) {
        out.finish(called ? FinishReason.TOOL_CALLS : reason);
        left();
    }

    @Override
    public void fail(RuntimeException cause) {
        out.fail(cause);
        left();
    }

    /**
     * The texts of the tokens that end a generation. The engine shows them because the request asks for it; that is how
     * the end of an answer is told from the end of its token budget.
     *
     * @param texts   the texts that the engine can show
     * @param visible whether these are all
     */
    record Endings(List<String> texts, boolean visible) {

        /** Returns the piece without the ending that it is or ends with. */
        String strip(String piece) {
            for (String text : texts) {
                if (piece.endsWith(text)) {
                    return piece.substring(0, piece.length() - text.length());
                }
            }
            return piece;
        }
    }
}
