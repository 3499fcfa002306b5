package dev.llf.testing;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ModelInfo;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Usage;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ScriptedChatModelTest {

    private static final ChatRequest ASK = ask("What is the weather?");

    private static ChatRequest ask(String text) {
        return ChatRequest.of(Message.user(text));
    }

    private static List<String> pieces(ChatStream stream) {
        List<String> pieces = new ArrayList<>();
        for (ChatEvent event : stream) {
            if (event instanceof ChatEvent.TextDelta delta) {
                pieces.add(delta.text());
            }
        }
        return pieces;
    }

    /** Reads this many events without waiting for more. */
    private static List<ChatEvent> read(ChatStream stream, int count) {
        List<ChatEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(stream.iterator().next());
        }
        return events;
    }

    @Test
    void playsOneStepARequest() {
        ChatModel model = ScriptedChatModel.replying("Hello").thenCalling("getWeather", Map.of("city", "Paris"))
                .thenReplying("Sunny.");

        ChatResponse first = model.chat(ASK);
        ChatResponse second = model.chat(ASK);
        ChatResponse third = model.chat(ASK);

        assertThat(first.text()).isEqualTo("Hello");
        assertThat(first.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(second.text()).isEmpty();
        assertThat(second.toolCalls()).containsExactly(new ToolCall("call_1", "getWeather", "{\"city\":\"Paris\"}"));
        assertThat(second.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(third.text()).isEqualTo("Sunny.");
    }

    @Test
    void streamsWordByWordWithTheWhiteSpaceKept() {
        String text = "  Hello big\n\nworld \uD83D\uDE00! ";
        ChatStream stream = ScriptedChatModel.replying(text).stream(ASK);

        assertThat(pieces(stream)).containsExactly("  Hello", " big", "\n\nworld", " \uD83D\uDE00!", " ");
        assertThat(stream.response().text()).isEqualTo(text);
        assertThat(stream.response().usage()).isEqualTo(new Usage(8, 0, 5));
    }

    @Test
    void streamsGivenTokens() {
        ScriptedChatModel model = ScriptedChatModel.replyingTokens("Hel", "lo").thenReplyingTokens("a", "b");

        assertThat(pieces(model.stream(ASK))).containsExactly("Hel", "lo");
        assertThat(pieces(model.stream(ASK))).containsExactly("a", "b");
    }

    @Test
    void saysNothingIfTheScriptSaysNothing() {
        ChatResponse response = ScriptedChatModel.replying("").chat(ASK);

        assertThat(response.text()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.usage().completionTokens()).isZero();
    }

    @Test
    void hasCompletedWhenStreamReturnsIfNothingWaits() {
        ChatStream stream = ScriptedChatModel.replying("Hi").andCalling("a", "{}").stream(ASK);
        stream.cancel();

        assertThat(read(stream, 3)).containsExactly(new ChatEvent.TextDelta("Hi"),
                new ChatEvent.ToolCallRequested(new ToolCall("call_1", "a", "{}")),
                new ChatEvent.Completed(stream.response()));
        assertThat(stream.iterator().hasNext()).isFalse();
        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void callsSeveralToolsInOneStep() {
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("z", 1);
        ordered.put("a", List.of(true, 2.5));
        ordered.put("none", null);
        ScriptedChatModel model = ScriptedChatModel.calling("first", ordered).andCalling("second", "{broken")
                .thenCalling("third", "").thenReplying("text").andCalling("fourth", Map.of());

        assertThat(model.chat(ASK).toolCalls()).containsExactly(
                new ToolCall("call_1", "first", "{\"z\":1,\"a\":[true,2.5],\"none\":null}"),
                new ToolCall("call_2", "second", "{broken"));
        assertThat(model.chat(ASK).toolCalls()).containsExactly(new ToolCall("call_3", "third", ""));
        assertThat(model.chat(ASK).message())
                .isEqualTo(new AssistantMessage("text", List.of(new ToolCall("call_4", "fourth", "{}"))));
    }

    @Test
    void writesACallIntoTheTextIfCallingIsNotAllowed() {
        ChatRequest request = ASK.toBuilder().toolChoice(ToolChoice.NONE).build();
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("a\"b", Map.of("city", "Paris"))
                .thenCalling("x", Map.of());

        ChatResponse response = model.chat(request);

        assertThat(response.text())
                .isEqualTo("Let me look.\n{\"name\":\"a\\\"b\",\"arguments\":{\"city\":\"Paris\"}}");
        assertThat(response.toolCalls()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(model.chat(ASK).toolCalls()).extracting(ToolCall::id).containsExactly("call_1");
    }

    @Test
    void failsThroughTheResponse() {
        EngineException failure = new EngineException("engine: out of order");
        ScriptedChatModel model = ScriptedChatModel.failing(failure).thenReplying("Half an").andFailing(failure);

        ChatStream first = model.stream(ASK);
        assertThatThrownBy(first::response).isSameAs(failure);
        ChatStream second = model.stream(ASK);
        assertThat(read(second, 2)).extracting(event -> ((ChatEvent.TextDelta) event).text())
                .containsExactly("Half", " an");
        assertThatThrownBy(second.iterator()::next).isSameAs(failure);
        assertThatThrownBy(second::response).isSameAs(failure);
    }

    @Test
    void refusesAtOnceWithWhatModelsRefuseWith() {
        ScriptedChatModel model = ScriptedChatModel.failing(new ContextOverflowException(9, 1, 8))
                .thenFailing(new ConfigurationException("no grammar"));

        assertThatThrownBy(() -> model.stream(ASK)).isInstanceOf(ContextOverflowException.class);
        assertThatThrownBy(() -> model.stream(ASK)).isInstanceOf(ConfigurationException.class);
        assertThat(model.requests()).containsExactly(ASK, ASK);
    }

    @Test
    void answersFromTheRequest() {
        ScriptedChatModel model = ScriptedChatModel
                .answering(request -> "You said " + request.messages().getLast().text())
                .thenAnswering(request -> {
                    throw new IllegalArgumentException("unexpected question");
                });

        assertThat(model.chat(ask("hello")).text()).isEqualTo("You said hello");
        assertThatIllegalArgumentException().isThrownBy(() -> model.stream(ASK)).withMessage("unexpected question");
    }

    @Test
    void remembersTheLatestRequests() {
        ScriptedChatModel model = ScriptedChatModel.replying("ok").repeating();
        for (int i = 0; i <= ScriptedChatModel.MAX_REQUESTS; i++) {
            model.chat(ask("number " + i));
        }

        assertThat(model.requestCount()).isEqualTo(1001);
        assertThat(model.requests()).hasSize(1000);
        assertThat(model.requests().getFirst().messages().getFirst().text()).isEqualTo("number 1");
        assertThat(model.requests().getLast().messages().getFirst().text()).isEqualTo("number 1000");
        assertThatThrownBy(() -> model.requests().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void refusesAtTheEndOfTheScriptAndGoesOnWhenItGrows() {
        ScriptedChatModel model = ScriptedChatModel.replying("one");
        model.chat(ASK);

        assertThatIllegalStateException().isThrownBy(() -> model.stream(ASK))
                .withMessageContaining("1 steps").withMessageContaining("request 2");
        assertThat(model.thenReplying("two").chat(ASK).text()).isEqualTo("two");
    }

    @Test
    void repeatsTheScriptOrItsLastStep() {
        ScriptedChatModel all = ScriptedChatModel.replying("a").thenReplying("b").repeating();
        ScriptedChatModel last = ScriptedChatModel.replying("a").thenReplying("b").repeatingLast();

        assertThat(texts(all, 5)).containsExactly("a", "b", "a", "b", "a");
        assertThat(texts(last, 4)).containsExactly("a", "b", "b", "b");
    }

    private static List<String> texts(ChatModel model, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(model.chat(ASK).text());
        }
        return texts;
    }

    @Test
    void endsWithAnotherReasonIfTold() {
        ScriptedChatModel model = ScriptedChatModel.replying("cut off in the").endingWith(FinishReason.LENGTH);

        assertThat(model.chat(ASK).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void honoursTheTokenLimit() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").andCalling("tool", "{}").repeating();

        ChatResponse two = model.chat(ASK.toBuilder().maxTokens(2).build());
        assertThat(two.text()).isEqualTo("one two");
        assertThat(two.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(two.usage().completionTokens()).isEqualTo(2);
        ChatResponse four = model.chat(ASK.toBuilder().maxTokens(4).build());
        assertThat(four.text()).isEqualTo("one two three");
        assertThat(four.toolCalls()).isEmpty();
        assertThat(four.finishReason()).isEqualTo(FinishReason.LENGTH);
        ChatResponse five = model.chat(ASK.toBuilder().maxTokens(5).build());
        assertThat(five.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(five.usage().completionTokens()).isEqualTo(5);
    }

    @Test
    void endsAtAStopStringAlsoAcrossTokens() {
        ScriptedChatModel model = ScriptedChatModel.replyingTokens("one #", "#", "STOP", " two").repeating();

        ChatStream across = model.stream(ASK.toBuilder().stop(List.of("##ST", "never")).build());
        assertThat(pieces(across)).containsExactly("one ");
        assertThat(across.response().text()).isEqualTo("one ");
        assertThat(across.response().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(across.response().usage().completionTokens()).isEqualTo(3);
        assertThat(model.chat(ASK.toBuilder().stop(List.of("##X")).build()).text()).isEqualTo("one ##STOP two");
        assertThat(model.chat(ASK.toBuilder().stop(List.of("two!")).build()).text()).isEqualTo("one ##STOP two");
        assertThat(model.chat(ASK.toBuilder().stop(List.of("STOP", "ne")).build()).text()).isEqualTo("o");
        assertThat(model.chat(ASK.toBuilder().stop(List.of("##X")).maxTokens(2).build()).text()).isEqualTo("one ##");
    }

    @Test
    void countsWordsAndFourForEachMessageAndTool() {
        ToolSpec tool = new ToolSpec("weather", "tells the weather", Map.of("type", "object"));
        ChatRequest request = ChatRequest.builder().tools(List.of(tool)).messages(List.of(Message.system("Be brief."),
                Message.user(" one two "),
                new AssistantMessage("", List.of(new ToolCall("1", "weather", "{\"city\": \"Paris\"}"))),
                new ToolMessage("1", "weather", "sunny", false))).build();

        assertThat(ScriptedChatModel.replying("").countTokens(request)).isEqualTo(6 + 7 + 7 + 5 + 4 + 1 + 3 + 1);
    }

    @Test
    void refusesWhatDoesNotFitItsContext() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").withContextTokens(9);

        assertThatThrownBy(() -> model.stream(ask("1 2 3 4 5"))).isInstanceOfSatisfying(ContextOverflowException.class,
                e -> {
                    assertThat(e.promptTokens()).isEqualTo(9);
                    assertThat(e.contextTokens()).isEqualTo(9);
                });
        assertThat(model.requests()).isEmpty();
        ChatResponse response = model.chat(ask("1 2 3"));
        assertThat(response.text()).isEqualTo("one two");
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(model.info()).isEqualTo(new ModelInfo("scripted", 9));
    }

    @Test
    void waitsForItsClockBeforeAndBetweenTokens() {
        ManualClock clock = new ManualClock();
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").after(Duration.ofSeconds(3))
                .pacedBy(Duration.ofSeconds(1)).withClock(clock);

        ChatStream stream = model.stream(ASK);
        clock.advance(Duration.ofSeconds(4));
        assertThat(read(stream, 1)).containsExactly(new ChatEvent.TextDelta("one"));
        clock.advance(Duration.ofMillis(999));
        clock.advance(Duration.ofMillis(1));
        assertThat(read(stream, 1)).containsExactly(new ChatEvent.TextDelta(" two"));
        clock.advance(Duration.ofHours(1));

        assertThat(stream.response().text()).isEqualTo("one two three");
        assertThat(stream.response().timings().firstToken()).isEqualTo(Duration.ofSeconds(4));
        assertThat(stream.response().timings().total()).isEqualTo(Duration.ofSeconds(6));
        assertThat(stream.response().timings().tokensPerSecond()).isEqualTo(1.0);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void endsWithTheTextSoFarWhenTheTimeIsUp() {
        ManualClock clock = new ManualClock();
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").pacedBy(Duration.ofSeconds(2))
                .withClock(clock).thenReplying("held").holdingAfter(0).repeating();
        ChatRequest request = ASK.toBuilder().timeout(Duration.ofSeconds(5)).build();

        ChatStream paced = model.stream(request);
        ChatStream held = model.stream(request);
        clock.advance(Duration.ofMinutes(1));

        assertThat(paced.response().text()).isEqualTo("one two");
        assertThat(paced.response().finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(paced.response().timings().total()).isEqualTo(Duration.ofSeconds(5));
        assertThat(held.response().finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void endsAlsoAHeldResponseWhenTheTimeOfTheSystemIsUp() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);

        ChatResponse response = model.chat(ASK.toBuilder().timeout(Duration.ofMillis(20)).build());

        assertThat(response.text()).isEqualTo("one");
        assertThat(response.finishReason()).isEqualTo(FinishReason.DEADLINE);
    }

    @Test
    void countsTheTimeThatAnAnswerTakesToMake() {
        ManualClock clock = new ManualClock();
        ScriptedChatModel model = ScriptedChatModel.answering(request -> {
            clock.advance(Duration.ofSeconds(6));
            return "late";
        }).withClock(clock).repeating();

        ChatResponse late = model.chat(ASK.toBuilder().timeout(Duration.ofSeconds(5)).build());
        ChatResponse unlimited = model.chat(ASK.toBuilder().timeout(Duration.ofSeconds(Long.MAX_VALUE)).build());

        assertThat(late.text()).isEmpty();
        assertThat(late.finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(unlimited.text()).isEqualTo("late");
        assertThat(unlimited.timings().firstToken()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void holdsInTheMiddleUntilReleased() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2);

        ChatStream stream = model.stream(ASK);
        assertThat(read(stream, 2)).hasSize(2);
        model.release();

        assertThat(pieces(stream)).containsExactly(" three");
        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void holdsBeforeItsEndIfTheHoldIsPastIt() {
        ScriptedChatModel model = ScriptedChatModel.replying("one").andCalling("a", "{}").holdingAfter(9);

        ChatStream stream = model.stream(ASK);
        assertThat(read(stream, 2)).hasSize(2);
        stream.cancel();

        assertThat(stream.response().toolCalls()).hasSize(1);
        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void keepsTheTextSoFarWhenCancelledInTheMiddle() {
        ManualClock clock = new ManualClock();
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(1).withClock(clock)
                .thenReplying("four five").pacedBy(Duration.ofSeconds(1));

        ChatStream held = model.stream(ASK.toBuilder().timeout(Duration.ofSeconds(9)).build());
        ChatStream paced = model.stream(ASK);
        clock.advance(Duration.ofSeconds(1));
        held.close();
        paced.close();
        model.release();
        clock.advance(Duration.ofSeconds(10));

        assertThat(held.response().text()).isEqualTo("one");
        assertThat(held.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(paced.response().text()).isEqualTo("four");
        assertThat(paced.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(clock.alarms()).isZero();
    }

    @Test
    void isCancelledByAnInterruptOfItsReader() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        AtomicReference<ChatResponse> response = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            response.set(model.chat(ASK));
            flag.set(Thread.currentThread().isInterrupted());
        });

        model.awaitHeld();
        reader.interrupt();
        reader.join();

        assertThat(response.get().text()).isEqualTo("one");
        assertThat(response.get().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(flag.get()).isTrue();
    }

    @Test
    void canBeReleasedAsSoonAsTheTokenBeforeTheHoldIsRead() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).repeating();
        for (int i = 0; i < 200; i++) {
            ConcurrentLinkedQueue<ChatStream> streams = new ConcurrentLinkedQueue<>();
            Thread asker = Thread.ofVirtual().start(() -> streams.add(model.stream(ASK)));
            model.awaitHeld();
            model.release();
            asker.join();
            assertThat(streams.remove().response().text()).isEqualTo("one two");
        }
    }

    @Test
    void cancelsWhatRunsWhenItCloses() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).repeating();
        ChatStream stream = model.stream(ASK);

        model.close();
        model.close();

        assertThat(model.closed()).isTrue();
        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThatIllegalStateException().isThrownBy(() -> model.stream(ASK)).withMessageEndingWith("is closed");
        assertThatIllegalStateException().isThrownBy(() -> model.countTokens(ASK)).withMessageEndingWith("is closed");
    }

    @Test
    void givesEachOfManyThreadsItsOwnStep() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("reply 0");
        for (int i = 1; i < 400; i++) {
            model.thenReplying("reply " + i).andCalling("tool", "{}");
        }
        ConcurrentLinkedQueue<ChatResponse> responses = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int k = 0; k < 50; k++) {
                    responses.add(model.chat(ASK));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(responses).extracting(ChatResponse::text).doesNotHaveDuplicates().hasSize(400);
        assertThat(responses).flatExtracting(ChatResponse::toolCalls).extracting(ToolCall::id)
                .doesNotHaveDuplicates().hasSize(399);
    }

    @Test
    void refusesAScriptThatCannotBePlayed() {
        ScriptedChatModel model = ScriptedChatModel.replying("ok");

        assertThatIllegalArgumentException().isThrownBy(() -> ScriptedChatModel.replying("half \uD83D"));
        assertThatIllegalArgumentException().isThrownBy(() -> model.thenReplyingTokens("a", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> model.thenReplyingTokens("\uD83D", "\uDE00"));
        assertThatIllegalArgumentException().isThrownBy(() -> model.thenCalling(" ", Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> model.andCalling("a", "\uDE00"));
        assertThatIllegalArgumentException().isThrownBy(() -> model.andCalling("a", Map.of("x", new Object())));
        assertThatIllegalArgumentException().isThrownBy(() -> model.after(Duration.ofNanos(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> model.pacedBy(Duration.ofDays(400)));
        assertThatIllegalArgumentException().isThrownBy(() -> model.holdingAfter(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> model.withContextTokens(0));
        assertThat(model.chat(ASK).message()).isEqualTo(Message.assistant("ok"));
    }
}
