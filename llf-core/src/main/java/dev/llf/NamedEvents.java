package dev.llf;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.Timings;
import dev.llf.chat.Usage;
import java.time.Duration;
import java.util.Locale;

/** Events with names and ids, as {@link ServerSentEvents} describes them. */
final class NamedEvents implements SseEncoder {

    /** Browsers wait this long before they connect again. */
    private static final byte[] RETRY = SseEncoder.bytes("retry: 3000\n\n");

    private final String conversation;
    private final boolean toolContent;
    private long id;

    NamedEvents(String conversation, boolean toolContent) {
        this.conversation = conversation;
        this.toolContent = toolContent;
    }

    @Override
    public byte[] begin() {
        return RETRY.clone();
    }

    @Override
    public byte[] event(ChatEvent event) {
        return encode(event, ++id, toolContent);
    }

    @Override
    public byte[] done(Reply reply) {
        return encode(reply, conversation, ++id);
    }

    @Override
    public byte[] failed(Throwable failure) {
        return encode(failure, conversation, ++id);
    }

    static byte[] encode(ChatEvent event, long id, boolean toolContent) {
        ObjectNode data = object();
        String name = switch (event) {
            case ChatEvent.TextDelta delta -> {
                data.put("text", delta.text());
                yield "token";
            }
            case ChatEvent.ToolCallRequested(var call) -> {
                data.put("id", call.id()).put("name", call.name());
                if (toolContent) {
                    data.put("arguments", call.arguments());
                }
                yield "tool_start";
            }
            case ChatEvent.ToolCallFinished(var result) -> {
                data.put("id", result.callId()).put("name", result.name()).put("error", result.error());
                if (toolContent) {
                    data.put("result", result.text());
                }
                yield "tool_done";
            }
            case ChatEvent.Completed(var response) -> {
                data.setAll(usage(response.usage()));
                yield "usage";
            }
        };
        return frame(name, id, data);
    }

    static byte[] encode(Reply reply, String conversation, long id) {
        ObjectNode data = object().put("finishReason", reply.finishReason().name().toLowerCase(Locale.ROOT));
        data.set("usage", usage(reply.usage()));
        data.set("timings", timings(reply.timings()));
        return frame("done", id, data.put("turn", reply.turn().id()).put("conversation", conversation));
    }

    static byte[] encode(Throwable failure, String conversation, long id) {
        SafeFailure safe = SafeFailure.of(failure);
        return frame("error", id,
                object().put("code", safe.code()).put("message", safe.message()).put("conversation", conversation));
    }

    private static ObjectNode usage(Usage usage) {
        return object().put("promptTokens", usage.promptTokens()).put("cachedTokens", usage.cachedTokens())
                .put("completionTokens", usage.completionTokens());
    }

    private static ObjectNode timings(Timings timings) {
        return object().put("queuedMillis", millis(timings.queued()))
                .put("firstTokenMillis", millis(timings.firstToken()))
                .put("totalMillis", millis(timings.total())).put("tokensPerSecond", timings.tokensPerSecond());
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static byte[] frame(String name, long id, ObjectNode data) {
        return SseEncoder.bytes("id: " + id + "\nevent: " + name + "\n" + SseEncoder.data(data));
    }
}
