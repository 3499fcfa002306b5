package dev.llf;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.chat.ChatEvent;
import dev.llf.conversation.ConversationTree;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** The form of OpenAI's API: {@code chat.completion.chunk} objects, the text only. */
final class CompletionChunks implements SseEncoder {

    private static final String DONE = "data: [DONE]\n\n";

    private final String model;
    private final String completion = "chatcmpl-" + ConversationTree.randomId();
    private final long created;

    CompletionChunks(String model, Clock clock) {
        this.model = model;
        created = clock.instant().getEpochSecond();
    }

    @Override
    public byte[] begin() {
        return SseEncoder.bytes(SseEncoder.data(chunk(object().put("role", "assistant").put("content", ""), null)));
    }

    @Override
    public byte[] event(ChatEvent event) {
        return event instanceof ChatEvent.TextDelta delta
                ? SseEncoder.bytes(SseEncoder.data(chunk(object().put("content", delta.text()), null)))
                : new byte[0];
    }

    @Override
    public byte[] done(Reply reply) {
        ObjectNode last = chunk(object(), switch (reply.finishReason()) {
            case STOP, TOOL_CALLS -> "stop";
            case LENGTH, CANCELLED, DEADLINE -> "length";
        });
        last.putObject("usage").put("prompt_tokens", reply.usage().promptTokens())
                .put("completion_tokens", reply.usage().completionTokens())
                .put("total_tokens", reply.usage().totalTokens());
        return SseEncoder.bytes(SseEncoder.data(last) + DONE);
    }

    @Override
    public byte[] failed(Throwable failure) {
        SafeFailure safe = SafeFailure.of(failure);
        ObjectNode data = object();
        data.putObject("error").put("message", safe.message()).put("type", "server_error").put("code", safe.code());
        return SseEncoder.bytes(SseEncoder.data(data));
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = object().put("id", completion).put("object", "chat.completion.chunk").put("created", created)
                .put("model", model);
        chunk.putArray("choices").addObject().put("index", 0).put("finish_reason", finishReason).set("delta", delta);
        return chunk;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
