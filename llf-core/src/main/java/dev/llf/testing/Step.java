package dev.llf.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.FinishReason;
import dev.llf.chat.ToolCall;
import dev.llf.error.LlfException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a scripted model does with one request.
 *
 * @param tokens    the text, in the pieces in which it is streamed
 * @param answer    makes the text out of the request instead, if not null
 * @param calls     the tool calls after the text; they get other ids when they are played
 * @param failure   what ends the response, if not null
 * @param reason    why the response ends, or null for what follows from the rest
 * @param delay     the wait before the first token
 * @param pace      the wait before each token
 * @param holdAfter the tokens after which it waits to be released, or -1
 */
record Step(List<ChatEvent.TextDelta> tokens, @Nullable Function<ChatRequest, String> answer, List<ToolCall> calls,
        @Nullable LlfException failure, @Nullable FinishReason reason, Duration delay, Duration pace, int holdAfter) {

    private static final ObjectMapper JSON = new ObjectMapper();
    static final Step EMPTY = new Step(List.of(), null, List.of(), null, null, Duration.ZERO, Duration.ZERO, -1);

    static ToolCall call(String tool, Map<String, ? extends @Nullable Object> arguments) {
        return call(tool, json(arguments));
    }

    static ToolCall call(String tool, String arguments) {
        return new ToolCall("call_0", tool, arguments);
    }

    /** A call as a model writes it that may not call. */
    static String text(ToolCall call) {
        return "{\"name\":%s,\"arguments\":%s}".formatted(json(call.name()), call.arguments());
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("tool arguments must be values that JSON has", e);
        }
    }

    Step withTokens(List<String> texts) {
        return new Step(texts.stream().map(ChatEvent.TextDelta::new).toList(), answer, calls, failure, reason, delay,
                pace, holdAfter);
    }

    Step withAnswer(Function<ChatRequest, String> function) {
        return new Step(tokens, function, calls, failure, reason, delay, pace, holdAfter);
    }

    Step withCall(ToolCall call) {
        List<ToolCall> all = new ArrayList<>(calls);
        all.add(call);
        return new Step(tokens, answer, List.copyOf(all), failure, reason, delay, pace, holdAfter);
    }

    Step withFailure(LlfException cause) {
        return new Step(tokens, answer, calls, cause, reason, delay, pace, holdAfter);
    }

    Step withReason(FinishReason other) {
        return new Step(tokens, answer, calls, failure, other, delay, pace, holdAfter);
    }

    Step withDelay(Duration time) {
        return new Step(tokens, answer, calls, failure, reason, time, pace, holdAfter);
    }

    Step withPace(Duration time) {
        return new Step(tokens, answer, calls, failure, reason, delay, time, holdAfter);
    }

    Step withHoldAfter(int count) {
        return new Step(tokens, answer, calls, failure, reason, delay, pace, count);
    }

    /** Whether the response may still run when the call that started it returns. */
    boolean waits() {
        return holdAfter >= 0 || delay.isPositive() || pace.isPositive();
    }
}
