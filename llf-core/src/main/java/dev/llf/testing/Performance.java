package dev.llf.testing;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStreamBuffer;
import dev.llf.chat.FinishReason;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.error.LlfException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One step of a script being played.
 *
 * <p>It has no thread: it goes as far as it can on the thread that calls {@link #play}, and where it must wait, whoever ends
 * the wait plays on: the thread that moves the clock or that releases it.
 */
final class Performance {

    /** Longer limits are none: 146 years, so that differences of times do not overflow. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final ScriptedChatModel model;
    private final Timeline time;
    private final ChatStreamBuffer buffer;
    private final List<String> tokens;
    private final List<ToolCall> calls;
    private final @Nullable LlfException failure;
    private final FinishReason reason;
    private final long pace;
    private final int holdAfter;
    private final boolean limited;
    private final long deadline;
    private final @Nullable StopStrings stops;

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by lock: how many tokens and calls have been played. */
    private int position;
    /** Guarded by lock. */
    private int tokensLeft;
    /** Guarded by lock. */
    private boolean released;
    /** Guarded by lock: when to play on. */
    private long due;
    /** Written with the lock held; takes the alarm back. */
    private volatile Runnable alarm = Performance::noAlarm;

    /**
     * Sets the stage; the response's time starts.
     *
     * @param calls the step's calls, numbered
     */
    Performance(ScriptedChatModel model, Timeline time, Step step, List<ToolCall> calls, ChatRequest request,
            int promptTokens) {
        this.model = model;
        this.time = time;
        long start = time.getAsLong();
        buffer = new ChatStreamBuffer(time, this::over);
        buffer.started(promptTokens, 0);
        boolean mayCall = request.toolChoice() != ToolChoice.NONE;
        tokens = tokens(step, request, mayCall);
        this.calls = mayCall ? calls : List.of();
        failure = step.failure();
        reason = step.reason() != null
                ? step.reason()
                : this.calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
        pace = step.pace().toNanos();
        holdAfter = step.holdAfter() < 0 ? -1 : Math.min(step.holdAfter(), tokens.size() + this.calls.size());
        int room = model.info().contextTokens() - promptTokens;
        tokensLeft = Math.min(room, request.maxTokens().orElse(room));
        stops = request.stop().isEmpty() ? null : new StopStrings(request.stop());
        Duration timeout = request.timeout().orElse(LONGEST);
        limited = timeout.compareTo(LONGEST) < 0;
        deadline = limited ? start + timeout.toNanos() : 0;
        long ready = step.answer() == null ? start : time.getAsLong();
        due = ready + step.delay().toNanos() + (tokens.isEmpty() ? 0 : pace);
    }

    private static List<String> tokens(Step step, ChatRequest request, boolean mayCall) {
        List<String> tokens = new ArrayList<>();
        if (step.answer() != null) {
            tokens.addAll(Words.split(step.answer().apply(request)));
        }
        for (ChatEvent.TextDelta token : step.tokens()) {
            tokens.add(token.text());
        }
        if (!mayCall) {
            for (ToolCall call : step.calls()) {
                tokens.addAll(Words.split(tokens.isEmpty() ? Step.text(call) : "\n" + Step.text(call)));
            }
        }
        return tokens;
    }

    ChatStreamBuffer stream() {
        return buffer;
    }

    /** Goes on up to the next wait or the end. */
    void play() {
        lock.lock();
        try {
            while (!buffer.ended() && ready()) {
                playNext();
            }
        } finally {
            lock.unlock();
        }
        if (buffer.ended()) {
            over();
        }
    }

    /** Lets a held performance go on; one that is not held is left alone. */
    void release() {
        lock.lock();
        try {
            if (!held()) {
                return;
            }
            released = true;
            model.unheld(this);
            due = Math.max(due, time.getAsLong());
        } finally {
            lock.unlock();
        }
        play();
    }

    private static void noAlarm() {}

    private boolean held() {
        return position == holdAfter && !released;
    }

    /** Whether the next thing can be played now; if not, the time is up or an alarm is set. */
    private boolean ready() {
        long now = time.getAsLong();
        boolean held = held();
        boolean late = limited && (held || deadline - due <= 0);
        if (late && deadline - now <= 0) {
            end(FinishReason.DEADLINE);
            return false;
        }
        if (!held && due - now <= 0) {
            return true;
        }
        alarm.run();
        if (late || !held) {
            alarm = time.at(late ? deadline : due, this::play);
        }
        if (held) {
            model.held(this);
        }
        if (buffer.ended()) { // cancelled meanwhile, perhaps before the alarm was set
            over();
        }
        return false;
    }

    private void playNext() {
        if (position < tokens.size()) {
            playToken(tokens.get(position++));
        } else if (position < tokens.size() + calls.size()) {
            playCall(calls.get(position++ - tokens.size()));
        } else if (failure != null) {
            flush();
            buffer.fail(failure);
        } else {
            end(reason);
        }
    }

    private void playToken(String token) {
        if (--tokensLeft < 0) {
            end(FinishReason.LENGTH);
            return;
        }
        buffer.text(stops == null ? token : stops.accept(token), 1);
        if (stops != null && stops.found()) {
            buffer.finish(FinishReason.STOP);
        } else if (position < tokens.size()) {
            due += pace;
        }
    }

    private void playCall(ToolCall call) {
        flush();
        int size = Words.count(call);
        tokensLeft -= size;
        if (tokensLeft < 0) {
            end(FinishReason.LENGTH);
        } else {
            buffer.text("", size);
            buffer.toolCall(call);
        }
    }

    private void end(FinishReason why) {
        flush();
        buffer.finish(why);
    }

    private void flush() {
        if (stops != null) {
            buffer.text(stops.rest(), 0);
        }
    }

    /** Tidies up; takes no lock of this object, since whoever cancels may hold any. */
    private void over() {
        alarm.run();
        model.over(this);
    }
}
