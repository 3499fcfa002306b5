package dev.llf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.ServerSentEvents.Outcome;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineCrashedException;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ServerSentEventsTest {

    private static final ToolCall CALL = new ToolCall("call_1", "weather", "{\"city\":\"Paris\"}");

    private static Conversation talk(ChatModel model) {
        return Llf.builder().model(model).build().conversation();
    }

    private static byte[] written(ServerSentEvents events, ReplyStream stream) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.write(stream, out);
        return out.toByteArray();
    }

    private static SseParser.Event only(byte[] bytes) {
        List<SseParser.Event> events = SseParser.events(bytes);
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    /** Notes each flush, and fails from one of them on. */
    private static final class Client extends OutputStream {

        final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final int leavesAfter;
        private final IOException gone = new IOException("Broken pipe");
        private int flushes;

        Client(int leavesAfter) {
            this.leavesAfter = leavesAfter;
        }

        @Override
        public void write(int b) throws IOException {
            if (flushes >= leavesAfter) {
                throw gone;
            }
            got.write(b);
        }

        @Override
        public void flush() {
            flushes++;
        }
    }

    /** Nothing happens so many times before it waits as long as it takes; then something is done. */
    private static SseWriter.Patience silent(int times, Runnable then) {
        AtomicInteger left = new AtomicInteger(times);
        return (signals, nanos) -> {
            if (!signals.isEmpty()) {
                return signals.take();
            }
            int now = left.getAndDecrement();
            if (now > 0) {
                return null;
            }
            if (now == 0) {
                then.run();
            }
            return signals.take();
        };
    }

    // The form

    @Test
    void framesAToken() {
        assertThat(SseParser.strictly(ServerSentEvents.encode(new ChatEvent.TextDelta("Hi \"you\""), 7)))
                .isEqualTo("id: 7\nevent: token\ndata: {\"text\":\"Hi \\\"you\\\"\"}\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\n\n", "\ndata: x\n\nevent: done\n\n", "\u0085", "\u2028", "\u2029",
        "\u000B\u000C\u001C", "\u0000", "\uFEFF", "\uD83D\uDE00", "a\uD83D\uDC69\u200D\uD83D\uDC67b", "\u20AC",
        "\\u0085",
        "</script>"})
    void keepsAnyTextInOneLine(String text) {
        byte[] bytes = ServerSentEvents.encode(new ChatEvent.TextDelta(text), 1);

        assertThat(only(bytes).text("text")).isEqualTo(text);
        String framed = SseParser.strictly(bytes);
        assertThat(framed.split("\\R", -1)).hasSize(5);
        assertThat(framed).endsWith("}\n\n").doesNotContain("\r");
    }

    @Test
    void tellsCallsWithoutTheirContent() {
        SseParser.Event started = only(ServerSentEvents.encode(new ChatEvent.ToolCallRequested(CALL), 1));
        SseParser.Event done = only(ServerSentEvents.encode(
                new ChatEvent.ToolCallFinished(new ToolMessage("call_1", "weather", "sunny", false)), 2));

        assertThat(started).isEqualTo(
                new SseParser.Event("1", "tool_start", "{\"id\":\"call_1\",\"name\":\"weather\"}"));
        assertThat(done).isEqualTo(
                new SseParser.Event("2", "tool_done", "{\"id\":\"call_1\",\"name\":\"weather\",\"error\":false}"));
    }

    @Test
    void keepsTheFrameWhateverAToolIsCalled() {
        ToolCall hostile = new ToolCall("1\n\nevent: done\n\n", "x\r\ndata: y", "");

        SseParser.Event event = only(ServerSentEvents.encode(new ChatEvent.ToolCallRequested(hostile), 1));

        assertThat(event.text("id")).isEqualTo(hostile.id());
        assertThat(event.text("name")).isEqualTo(hostile.name());
    }

    @Test
    void tellsTheTokensOfARound() {
        ChatResponse response = new ChatResponse(new AssistantMessage("secret", List.of()), FinishReason.STOP,
                new Usage(10, 4, 3), Timings.NONE);

        assertThat(only(ServerSentEvents.encode(new ChatEvent.Completed(response), 3))).isEqualTo(new SseParser.Event(
                "3", "usage", "{\"promptTokens\":10,\"cachedTokens\":4,\"completionTokens\":3}"));
    }

    @Test
    void encodesTheEndAlone() {
        Reply reply = talk(ScriptedChatModel.replying("one two")).send("?");

        SseParser.Event done = only(ServerSentEvents.encode(reply, "ada", 9));

        assertThat(done.id()).isEqualTo("9");
        assertThat(done.name()).isEqualTo("done");
        assertThat(done.text("conversation")).isEqualTo("ada");
        assertThat(done.text("turn")).isEqualTo(reply.turn().id());
    }

    @Test
    void saysOfAFailureOnlyItsKind() {
        assertThat(error(new BusyException("secret", 3, Duration.ofSeconds(2)))).isEqualTo("busy");
        assertThat(error(new CancelledException("secret"))).isEqualTo("cancelled");
        assertThat(error(new ContextOverflowException(9, 1, 8))).isEqualTo("context_overflow");
        assertThat(error(new EngineCrashedException("secret", 6, "secret", null))).isEqualTo("engine_crashed");
        assertThat(error(new IllegalStateException("secret"))).isEqualTo("internal");
        assertThat(error(new NoClassDefFoundError("secret"))).isEqualTo("internal");
        assertThat(error(new LlfException("secret") {
            private static final long serialVersionUID = 1L;
        })).isEqualTo("internal");
    }

    private static String error(Throwable failure) {
        SseParser.Event event = only(ServerSentEvents.encode(failure, "ada", 2));
        assertThat(event.name()).isEqualTo("error");
        assertThat(event.data()).doesNotContain("secret");
        assertThat(event.text("message")).isNotBlank();
        assertThat(event.text("conversation")).isEqualTo("ada");
        return event.text("code");
    }

    @Test
    void namesTheHeadersOfTheResponse() {
        assertThat(ServerSentEvents.CONTENT_TYPE).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(ServerSentEvents.headers())
                .isEqualTo(Map.of("Cache-Control", "no-cache", "X-Accel-Buffering", "no"));
    }

    // A turn

    @Test
    void writesATurnOnceEachEventFlushed() {
        Conversation talk = talk(ScriptedChatModel.replying("one two"));
        Client client = new Client(Integer.MAX_VALUE);
        ReplyStream stream = talk.stream("?");

        Outcome outcome = ServerSentEvents.standard().write(stream, client);

        SseParser parser = new SseParser(client.got.toByteArray());
        List<SseParser.Event> events = parser.rest();
        assertThat(events).extracting(SseParser.Event::id).containsExactly("1", "2", "3", "4");
        assertThat(events).extracting(SseParser.Event::name).containsExactly("token", "token", "usage", "done");
        assertThat(parser.retries).containsExactly("3000");
        assertThat(client.flushes).isEqualTo(5);
        assertThat(outcome).isEqualTo(new Outcome.Delivered(stream.reply()));
        assertEnd(events.getLast().json(), talk, stream.reply());
    }

    private static void assertEnd(JsonNode done, Conversation talk, Reply reply) {
        assertThat(done.path("finishReason").asText()).isEqualTo("stop");
        assertThat(done.path("usage").path("promptTokens").asInt()).isEqualTo(reply.usage().promptTokens());
        assertThat(done.path("usage").path("completionTokens").asInt()).isEqualTo(2);
        assertThat(done.path("timings").path("totalMillis").asDouble())
                .isEqualTo(reply.timings().total().toNanos() / 1e6);
        assertThat(done.path("timings").has("firstTokenMillis")).isTrue();
        assertThat(done.path("turn").asText()).isEqualTo(talk.turns().getLast().id());
        assertThat(done.path("conversation").asText()).isEqualTo(talk.id());
    }

    @Test
    void startsWithTheTimeToWaitBeforeANewConnection() {
        byte[] bytes = written(ServerSentEvents.standard(), talk(ScriptedChatModel.replying("one")).stream("?"));

        assertThat(SseParser.strictly(bytes)).startsWith("retry: 3000\n\nid: 1\nevent: token\n");
    }

    @Test
    void tellsTheToolsOfATurn() {
        List<SseParser.Event> events = SseParser.events(written(ServerSentEvents.standard(), withTools()));

        assertThat(events).extracting(SseParser.Event::name).containsExactly("tool_start", "usage", "tool_done",
                "token",
                "usage", "done");
        assertThat(events).extracting(SseParser.Event::data).noneMatch(data -> data.contains("Paris"))
                .noneMatch(data -> data.contains("21 degrees"));
    }

    @Test
    void sendsWhatToolsWereToldAndSaidIfAsked() {
        List<SseParser.Event> events = SseParser
                .events(written(ServerSentEvents.standard().withToolContent(), withTools()));

        assertThat(events.getFirst().text("arguments")).isEqualTo("{\"city\":\"Paris\"}");
        assertThat(events.get(2).text("result")).isEqualTo("21 degrees");
    }

    private static ReplyStream withTools() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of("city", "Paris")).thenReplying("Sunny.");
        return Llf.builder().model(model).tools(FakeTools.answering(call -> "21 degrees")).build().conversation()
                .stream("?");
    }

    @Test
    void endsWithAnErrorIfTheTurnFails() {
        ContextOverflowException overflow = new ContextOverflowException(9, 1, 8);
        ReplyStream stream = talk(ScriptedChatModel.replying("one").andFailing(overflow)).stream("?");
        Client client = new Client(Integer.MAX_VALUE);

        assertThat(ServerSentEvents.standard().write(stream, client)).isEqualTo(new Outcome.Failed(overflow));
        assertThat(SseParser.events(client.got.toByteArray()).getLast().text("code")).isEqualTo("context_overflow");
    }

    @Test
    void sendsHeartbeatsWhileNothingHappens() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        model.awaitHeld();
        ServerSentEvents events = ServerSentEvents.standard().with(new ManualClock(), silent(3, model::release));

        byte[] bytes = written(events, stream);

        assertThat(SseParser.strictly(bytes).split(": heartbeat\n\n", -1)).hasSize(4);
        assertThat(SseParser.events(bytes)).extracting(SseParser.Event::name).containsExactly("token", "token", "usage",
                "done");
    }

    @Test
    void waitsForAHeartbeatAsLongAsItIsTold() {
        CompletableFuture<Long> waited = new CompletableFuture<>();
        SseWriter.Patience patience = (signals, nanos) -> {
            waited.complete(nanos);
            return signals.take();
        };

        written(ServerSentEvents.standard().with(new ManualClock(), patience), talk(ScriptedChatModel.replying("one"))
                .stream("?"));

        assertThat(waited).isCompletedWithValue(Duration.ofSeconds(15).toNanos());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void refusesAHeartbeatWithoutSilence(long millis) {
        ServerSentEvents events = ServerSentEvents.standard();

        assertThatThrownBy(() -> events.withHeartbeat(Duration.ofMillis(millis)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("heartbeat must be > 0");
    }

    // A client that goes

    @Test
    void cancelsTheTurnWhenAWriteFails() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2).thenReplying("four");
        Conversation talk = talk(model);
        ReplyStream stream = talk.stream("?");
        model.awaitHeld();
        Client client = new Client(2);

        Outcome outcome = ServerSentEvents.standard().write(stream, client);

        assertThat(outcome).isEqualTo(new Outcome.ClientGone(client.gone));
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(SseParser.events(client.got.toByteArray())).hasSize(1);
        assertThat(talk.send("!").text()).isEqualTo("four");
    }

    @Test
    void cancelsTheTurnWhenAHeartbeatFails() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        model.awaitHeld();
        Client client = new Client(2);
        ServerSentEvents events = ServerSentEvents.standard().with(new ManualClock(), (signals, nanos) -> {
            return client.flushes < 2 ? signals.take() : null;
        });

        assertThat(events.write(stream, client)).isEqualTo(new Outcome.ClientGone(client.gone));
        assertThat(stream.reply().text()).isEqualTo("one");
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void keepsATurnWhoseEndCouldNotBeTold() {
        Conversation talk = talk(ScriptedChatModel.replying("one"));
        ReplyStream stream = talk.stream("?");

        Outcome outcome = ServerSentEvents.standard().write(stream, new Client(3));

        assertThat(outcome).isInstanceOf(Outcome.ClientGone.class);
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(talk.turns()).hasSize(1);
    }

    @Test
    void cancelsTheTurnAndThrowsWhatElseTheStreamThrows() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        model.awaitHeld();
        OutputStream recycled = new OutputStream() {
            @Override
            public void write(int b) {
                throw new IllegalStateException("recycled");
            }
        };

        assertThatThrownBy(() -> ServerSentEvents.standard().write(stream, recycled)).hasMessage("recycled");
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void freesTheSlotOfARealModelWhenTheClientGoes() {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).slots(1).build();
                Llf llf = Llf.builder().model(model).build()) {
            ReplyStream stream = llf.conversation().stream("What is LLF?");

            Outcome outcome = ServerSentEvents.standard().write(stream, new Client(2));

            assertThat(outcome).isInstanceOf(Outcome.ClientGone.class);
            assertThat(llf.chat("What is LLF?").finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void writesWhatARealModelSays() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            ReplyStream stream = llf.conversation().stream("What is LLF?");

            List<SseParser.Event> events = SseParser.events(written(ServerSentEvents.standard(), stream));

            assertThat(SseParser.text(events)).isEqualTo(stream.reply().text()).isNotBlank();
        }
    }

    @Test
    void doesNotHoldUpTheTurnIfTheClientDoesNotRead() throws InterruptedException {
        Conversation talk = talk(ScriptedChatModel.replying("one two three").thenReplying("four"));
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch stalled = new CountDownLatch(1);
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                stalled.countDown();
                try {
                    reads.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                got.write(b);
            }
        };
        ReplyStream stream = talk.stream("?");
        Sender writer = Sender.start(() -> {
            ServerSentEvents.standard().write(stream, slow);
            return stream.reply();
        });
        stalled.await();

        assertThat(talk.send("!").text()).isEqualTo("four");
        reads.countDown();

        assertThat(writer.reply().text()).isEqualTo("one two three");
        assertThat(SseParser.text(SseParser.events(got.toByteArray()))).isEqualTo("one two three");
    }

    @Test
    void tellsTheEndOfATurnThatAnInterruptCancels() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        model.awaitHeld();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Sender writer = Sender.start(() -> {
            Thread.currentThread().interrupt();
            ServerSentEvents.standard().write(stream, out);
            return stream.reply();
        });

        assertThat(writer.interrupted()).isTrue();
        List<SseParser.Event> events = SseParser.events(out.toByteArray());
        assertThat(events).extracting(SseParser.Event::name).containsExactly("token", "usage", "done");
        assertThat(events.getLast().text("finishReason")).isEqualTo("cancelled");
    }

    @Test
    void writesATurnOnce() {
        ReplyStream stream = talk(ScriptedChatModel.replying("one")).stream("?");
        written(ServerSentEvents.standard(), stream);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThatThrownBy(() -> ServerSentEvents.standard().write(stream, out))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("write each turn once");
        assertThat(out.size()).isZero();
    }

    @Test
    void changesNothingIfThereIsNowhereToWrite() {
        ReplyStream stream = talk(ScriptedChatModel.replying("one")).stream("?");

        assertThatThrownBy(() -> ServerSentEvents.standard().write(stream, null))
                .isInstanceOf(NullPointerException.class);
        assertThat(SseParser.events(written(ServerSentEvents.standard(), stream))).hasSize(3);
    }

    // OpenAI's form

    private static ServerSentEvents chunks() {
        return ServerSentEvents.standard().withCompletionChunks("tiny").with(new ManualClock(),
                SseWriter.Patience.REAL);
    }

    @Test
    void writesCompletionChunks() {
        List<SseParser.Event> events = SseParser
                .events(written(chunks(), talk(ScriptedChatModel.replying("one \"two\"")).stream("?")));

        assertThat(events).extracting(SseParser.Event::name).containsOnly("message");
        assertThat(events).hasSize(5);
        assertThat(events.getLast().data()).isEqualTo("[DONE]");
        List<JsonNode> chunks = events.subList(0, 4).stream().map(SseParser.Event::json).toList();
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.path("id")).isEqualTo(chunks.getFirst().path("id"));
            assertThat(chunk.path("id").asText()).startsWith("chatcmpl-");
            assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("created").asLong()).isEqualTo(new ManualClock().instant().getEpochSecond());
            assertThat(chunk.path("model").asText()).isEqualTo("tiny");
            assertThat(chunk.path("choices").path(0).path("index").asInt(-1)).isZero();
        });
        assertThat(chunks).extracting(chunk -> chunk.path("choices").path(0).path("delta").toString()).containsExactly(
                "{\"role\":\"assistant\",\"content\":\"\"}", "{\"content\":\"one\"}", "{\"content\":\" \\\"two\\\"\"}",
                "{}");
        assertThat(chunks).extracting(ServerSentEventsTest::reason).containsExactly(null, null, null, "stop");
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt()).isEqualTo(2);
    }

    private static @Nullable String reason(JsonNode chunk) {
        JsonNode reason = chunk.path("choices").path(0).path("finish_reason");
        return reason.isNull() ? null : reason.asText();
    }

    @Test
    void leavesToolsOutOfCompletionChunks() {
        assertThat(SseParser.strictly(written(chunks(), withTools()))).contains("Sunny.").doesNotContain("weather",
                "call_1");
    }

    @Test
    void callsAnAnswerThatWasCutShortOneByLength() {
        ReplyStream stream = talk(ScriptedChatModel.replying("one").endingWith(FinishReason.LENGTH)).stream("?");

        List<SseParser.Event> events = SseParser.events(written(chunks(), stream));

        assertThat(reason(events.get(events.size() - 2).json())).isEqualTo("length");
    }

    @Test
    void endsCompletionChunksOfAFailedTurnWithAnErrorAlone() {
        ReplyStream stream = talk(ScriptedChatModel.failing(new ContextOverflowException(9, 1, 8))).stream("?");

        List<SseParser.Event> events = SseParser.events(written(chunks(), stream));

        assertThat(events).hasSize(2);
        assertThat(events.getLast().json().path("error").path("code").asText()).isEqualTo("context_overflow");
    }
}
