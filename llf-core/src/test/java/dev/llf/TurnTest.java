package dev.llf;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ChatStreamBuffer;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ModelInfo;
import dev.llf.chat.Role;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineException;
import dev.llf.spi.ToolBox;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class TurnTest {

    private static final EngineException FAILURE = new EngineException("engine: out of order");

    private static Llf llf(ChatModel model) {
        return Llf.builder().model(model).build();
    }

    private static Llf llf(ChatModel model, ToolBox tools) {
        return Llf.builder().model(model).tools(tools).build();
    }

    private static List<Role> roles(Turn turn) {
        return turn.messages().stream().map(Message::role).toList();
    }

    /** A turn stopped before its end: whole, and nothing else in the log. */
    private static void assertStopped(Conversation talk, Reply reply, FinishReason reason, String text) {
        assertThat(reply.finishReason()).isEqualTo(reason);
        assertThat(reply.text()).isEqualTo(text);
        assertThat(talk.turns()).containsExactly(reply.turn());
        Logs.assertWhole(talk);
    }

    @Test
    void isTheQuestionAndTheAnswer() {
        ManualClock clock = new ManualClock();
        clock.advance(Duration.ofSeconds(5));
        Llf llf = Llf.builder().model(ScriptedChatModel.replying("Hello Ada")).clock(clock).build();
        Conversation talk = llf.conversation();

        Reply reply = talk.send("Hi");

        Turn turn = reply.turn();
        assertThat(talk.turns()).containsExactly(turn);
        assertThat(turn.messages()).containsExactly(Message.user("Hi"), Message.assistant("Hello Ada"));
        assertThat(turn.parent()).isEmpty();
        assertThat(turn.startedAt()).isEqualTo(Instant.parse("2000-01-01T00:00:05Z"));
        assertThat(turn.model()).isEqualTo("scripted");
        assertThat(turn.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(turn.usage()).isEqualTo(new Usage(5, 0, 2));
        assertThat(reply.text()).isEqualTo("Hello Ada");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.usage()).isEqualTo(turn.usage());
        assertThat(reply.toolCalls()).isEmpty();
        assertThat(reply.toolResults()).isEmpty();
        assertThat(reply.timings().total()).isPositive().isGreaterThanOrEqualTo(reply.timings().firstToken());
    }

    @Test
    void hasTheSystemTextInFront() {
        ScriptedChatModel model = ScriptedChatModel.replying("a").repeating();
        Conversation talk = Llf.builder().model(model).system("Be kind.").build().conversation();

        talk.send("one");
        talk.send("two");

        assertThat(model.requests()).allSatisfy(
                request -> assertThat(request.messages().getFirst()).isEqualTo(Message.system("Be kind.")));
        assertThat(talk.messages()).noneMatch(message -> message.role() == Role.SYSTEM);
    }

    @Test
    void followsWhatWasSaidBefore() {
        ScriptedChatModel model = ScriptedChatModel.replying("a").thenReplying("b").thenReplying("c");
        Conversation talk = llf(model).conversation();

        Turn first = talk.send("one").turn();
        Turn second = talk.send("two").turn();
        Turn third = talk.send("three").turn();

        assertThat(model.requests().get(1).messages()).containsExactly(Message.user("one"), Message.assistant("a"),
                Message.user("two"));
        assertThat(model.requests().get(2).messages()).containsExactly(Message.user("one"), Message.assistant("a"),
                Message.user("two"), Message.assistant("b"), Message.user("three"));
        assertThat(second.parent()).contains(first.id());
        assertThat(third.parent()).contains(second.id());
    }

    @Test
    void handsItsSettingsToTheModel() {
        ScriptedChatModel model = ScriptedChatModel.replying("a");
        FakeTools tools = FakeTools.answering(call -> "");
        Conversation talk = Llf.builder().model(model).sampling(Sampling.greedy()).maxTokens(7)
                .timeout(Duration.ofHours(1)).tools(tools).build().conversation();

        talk.send("Hi");

        ChatRequest request = model.requests().getFirst();
        assertThat(request.sampling()).contains(Sampling.greedy());
        assertThat(request.maxTokens()).hasValue(7);
        assertThat(request.timeout().orElseThrow()).isPositive().isLessThanOrEqualTo(Duration.ofHours(1));
        assertThat(request.session().orElseThrow()).startsWith(talk.id()).endsWith("/main");
        assertThat(request.tools()).containsExactly(FakeTools.WEATHER);
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.AUTO);
    }

    @Test
    void leavesToTheModelWhatIsNotSet() {
        ScriptedChatModel model = ScriptedChatModel.replying("a");

        llf(model).chat("Hi");

        ChatRequest request = model.requests().getFirst();
        assertThat(request.sampling()).isEmpty();
        assertThat(request.maxTokens()).isEmpty();
        assertThat(request.timeout()).isEmpty();
        assertThat(request.tools()).isEmpty();
        assertThat(request.messages()).containsExactly(Message.user("Hi"));
    }

    @Test
    void keepsTheSessionOfItsConversation() {
        ScriptedChatModel model = ScriptedChatModel.replying("a").repeating();
        Llf llf = llf(model);
        Conversation talk = llf.conversation();

        talk.send("one");
        talk.send("two");
        talk.fork().send("three");
        llf.chat("four");

        List<String> sessions = model.requests().stream().map(request -> request.session().orElseThrow()).toList();
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(sessions).doesNotContainNull();
        assertThat(sessions.subList(1, 4)).doesNotHaveDuplicates();
    }

    @Test
    void runsToolsAndAsksAgain() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.")
                .andCalling("weather", Map.of("city", "Paris"))
                .thenReplying("It is sunny.");
        FakeTools tools = FakeTools.answering(call -> "sunny");
        Conversation talk = llf(model, tools).conversation();

        Reply reply = talk.send("Weather?");

        ToolCall call = new ToolCall("call_1", "weather", "{\"city\":\"Paris\"}");
        ToolMessage result = new ToolMessage("call_1", "weather", "sunny", false);
        assertThat(tools.rounds).containsExactly(List.of(call));
        assertThat(reply.turn().messages()).containsExactly(Message.user("Weather?"),
                new AssistantMessage("Let me look.", List.of(call)), result, Message.assistant("It is sunny."));
        assertThat(model.requests().get(1).messages()).isEqualTo(reply.turn().messages().subList(0, 3));
        assertThat(model.requests().get(1).tools()).isEqualTo(model.requests().get(0).tools());
        assertThat(reply.text()).isEqualTo("It is sunny.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.toolCalls()).containsExactly(call);
        assertThat(reply.toolResults()).containsExactly(result);
    }

    @Test
    void addsTheTokensOfAllRoundsUp() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("weather", Map.of())
                .thenReplying("It is sunny.");

        Reply reply = llf(model, FakeTools.answering(call -> "sunny")).chat("Weather?");

        int prompts = model.requests().stream().mapToInt(model::countTokens).sum();
        assertThat(reply.usage()).isEqualTo(new Usage(prompts, 0, 3 + 2 + 3));
    }

    @Test
    void keepsTheResultsInTheOrderOfTheCalls() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "a").andCalling("time", "b")
                .andCalling("weather", "c").thenReplying("Done.");

        Reply reply = llf(model, FakeTools.answering(call -> "of " + call.arguments())).chat("?");

        assertThat(reply.toolCalls()).extracting(ToolCall::arguments).containsExactly("a", "b", "c");
        assertThat(reply.toolResults()).extracting(ToolMessage::text).containsExactly("of a", "of b", "of c");
        assertThat(reply.toolResults()).extracting(ToolMessage::callId).containsExactly("call_1", "call_2", "call_3");
    }

    @Test
    void goesOnWithErrorsIfThereAreNoTools() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of()).thenReplying("I cannot.");

        Reply reply = llf(model).chat("Weather?");

        assertThat(reply.text()).isEqualTo("I cannot.");
        assertThat(reply.toolResults())
                .containsExactly(new ToolMessage("call_1", "weather", "Error: there is no such tool", true));
    }

    @Test
    void goesOnWithErrorsIfTheToolsMisbehave() {
        List<Function<List<ToolCall>, List<ToolMessage>>> rules = List.of(
                calls -> {
                    throw new IllegalArgumentException("secret");
                },
                calls -> List.of(),
                calls -> List.of(FakeTools.ok(calls.getFirst(), "")),
                calls -> List.of(FakeTools.ok(calls.getLast(), ""), FakeTools.ok(calls.getFirst(), "")),
                calls -> List.of(FakeTools.ok(calls.getFirst(), ""), FakeTools.ok(calls.getFirst(), "")),
                calls -> {
                    List<ToolMessage> results = new ArrayList<>(FakeTools.stopped(calls));
                    results.set(1, null);
                    return results;
                },
                calls -> null);
        for (Function<List<ToolCall>, List<ToolMessage>> rule : rules) {
            ScriptedChatModel model = ScriptedChatModel.calling("a", "").andCalling("b", "").thenReplying("Sorry.");
            Conversation talk = llf(model, FakeTools.running(rule)).conversation();

            Reply reply = talk.send("?");

            assertThat(reply.text()).isEqualTo("Sorry.");
            assertThat(reply.toolResults()).hasSize(2)
                    .allMatch(result -> result.error() && result.text().startsWith("Error: the tool")
                            && !result.text().contains("secret"));
            Logs.assertWhole(talk);
        }
    }

    @Test
    void mayOnlyAnswerOnceACallToldNothingNew() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "Paris").thenCalling("weather", "Paris")
                .thenCalling("weather", "Paris");
        FakeTools tools = FakeTools.answering(call -> "sunny");

        Reply reply = llf(model, tools).chat("?");

        assertThat(tools.rounds).hasSize(2);
        assertThat(model.requests()).extracting(ChatRequest::toolChoice)
                .containsExactly(ToolChoice.AUTO, ToolChoice.AUTO, ToolChoice.NONE);
        assertThat(model.requests().getLast().tools()).containsExactly(FakeTools.WEATHER);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void mayCallAgainAsLongAsSomethingIsNew() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "Paris").thenCalling("weather", "Rome")
                .thenCalling("time", "Rome").thenCalling("weather", "Paris").thenReplying("Done.");
        List<String> results = new ArrayList<>(List.of("sunny", "sunny", "sunny", "rain"));

        Reply reply = llf(model, FakeTools.answering(call -> results.removeFirst())).chat("?");

        assertThat(model.requests()).extracting(ChatRequest::toolChoice).containsOnly(ToolChoice.AUTO).hasSize(5);
        assertThat(reply.text()).isEqualTo("Done.");
    }

    @Test
    void hasAtMostEightRoundsOfTools() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "0");
        for (int i = 1; i < 20; i++) {
            model.thenCalling("weather", "" + i);
        }
        FakeTools tools = FakeTools.answering(call -> "sunny");
        Conversation talk = llf(model, tools).conversation();

        Reply reply = talk.send("?");

        assertThat(tools.rounds).hasSize(8);
        assertThat(model.requests()).hasSize(9);
        assertThat(model.requests().subList(0, 8)).extracting(ChatRequest::toolChoice).containsOnly(ToolChoice.AUTO);
        assertThat(model.requests().getLast().toolChoice()).isEqualTo(ToolChoice.NONE);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        Logs.assertWhole(talk);
    }

    @Test
    void runsNoCallThatWasNotAllowed() {
        FakeTools tools = FakeTools.answering(call -> "sunny");
        Conversation talk = llf(new StubbornModel(), tools).conversation();

        Reply reply = talk.send("?");

        assertThat(tools.rounds).hasSize(2);
        assertThat(reply.toolCalls()).hasSize(3);
        assertThat(reply.toolResults().getLast().error()).isTrue();
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.text()).isEqualTo("Again!");
        Logs.assertWhole(talk);
    }

    /** A model that calls, whatever it is told. */
    private static final class StubbornModel implements ChatModel {

        private int calls;

        @Override
        public ChatStream stream(ChatRequest request) {
            ChatStreamBuffer buffer = new ChatStreamBuffer(System::nanoTime, () -> {});
            buffer.text("Again!", 1);
            buffer.toolCall(new ToolCall("id" + calls++, "weather", "Paris"));
            buffer.finish(FinishReason.TOOL_CALLS);
            return buffer;
        }

        @Override
        public int countTokens(ChatRequest request) {
            return 1;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("stubborn", 10);
        }

        @Override
        public void close() {}
    }

    @Test
    void endsIfTheModelWantsToolsButNamesNone() {
        ScriptedChatModel model = ScriptedChatModel.replying("Hm.").endingWith(FinishReason.TOOL_CALLS);
        FakeTools tools = FakeTools.answering(call -> "");

        Reply reply = llf(model, tools).chat("?");

        assertThat(reply.text()).isEqualTo("Hm.");
        assertThat(tools.rounds).isEmpty();
    }

    @Test
    void tellsWhyTheAnswerEnded() {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").repeating();

        assertThat(Llf.builder().model(model).maxTokens(2).build().chat("?"))
                .returns(FinishReason.LENGTH, Reply::finishReason).returns("one two", Reply::text);
        assertThat(llf(model).chat("?").finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void runsNoCallOfAnAnswerThatWasCutOff() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me").andCalling("weather", "")
                .endingWith(FinishReason.LENGTH).thenReplying("Yes.");
        FakeTools tools = FakeTools.answering(call -> "");
        Conversation talk = llf(model, tools).conversation();

        Reply reply = talk.send("?");

        assertThat(tools.rounds).isEmpty();
        assertThat(reply.toolResults()).hasSize(1).allMatch(ToolMessage::error);
        assertStopped(talk, reply, FinishReason.LENGTH, "Let me");
        assertThat(talk.send("Are you there?").text()).isEqualTo("Yes.");
    }

    @Test
    void leavesNothingInTheLogIfTheModelFails() {
        ScriptedChatModel model = ScriptedChatModel.replying("one").thenReplying("Half an").andFailing(FAILURE)
                .thenFailing(new ContextOverflowException(9, 1, 8)).thenReplying("two");
        Conversation talk = llf(model).conversation();
        talk.send("1");
        List<Turn> before = talk.turns();

        assertThatThrownBy(() -> talk.send("2")).isSameAs(FAILURE);
        assertThatThrownBy(() -> talk.send("2")).isInstanceOf(ContextOverflowException.class);

        assertThat(talk.turns()).isEqualTo(before);
        assertThat(talk.send("3").text()).isEqualTo("two");
        assertThat(model.requests().getLast().messages()).containsExactly(Message.user("1"), Message.assistant("one"),
                Message.user("3"));
    }

    @Test
    void leavesNothingInTheLogIfALaterRoundFails() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenFailing(FAILURE).thenReplying("two");
        Conversation talk = llf(model, FakeTools.answering(call -> "sunny")).conversation();

        assertThatThrownBy(() -> talk.send("1")).isSameAs(FAILURE);

        assertThat(talk.turns()).isEmpty();
        assertThat(talk.send("2").turn().messages()).containsExactly(Message.user("2"), Message.assistant("two"));
    }

    @Test
    void leavesNothingInTheLogAfterAnError() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenReplying("two");
        FakeTools tools = FakeTools.running(calls -> {
            throw new NoClassDefFoundError("gone");
        });
        Conversation talk = llf(model, tools).conversation();

        assertThatThrownBy(() -> talk.send("1")).isInstanceOf(NoClassDefFoundError.class);

        assertThat(talk.turns()).isEmpty();
        assertThat(talk.send("2").text()).isEqualTo("two");
    }

    @Test
    void refusesTextThatIsNotWellFormed() {
        Conversation talk = llf(ScriptedChatModel.replying("a")).conversation();

        assertThatThrownBy(() -> talk.send("cut \uD83D")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> talk.stream("cut \uD83D")).isInstanceOf(IllegalArgumentException.class);

        assertThat(talk.send("Hi").text()).isEqualTo("a");
    }

    @Test
    void saysNothingIfCancelledBeforeItsStart() {
        TurnControl control = new TurnControl(Optional.empty());
        TurnQueue queue = new TurnQueue();
        TurnQueue.Place place = control::cancel;
        queue.join(place);

        control.cancel();

        assertThatThrownBy(() -> control.awaitFirst(queue, place)).isInstanceOf(CancelledException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void saysNothingIfCancelledWhileEarlierTurnsRun() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).thenReplying("three");
        Conversation talk = llf(model).conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();
        ReplyStream waiting = talk.stream("2");

        waiting.cancel();

        assertThatThrownBy(waiting::reply).isInstanceOf(CancelledException.class)
                .hasMessageContaining("nothing was said");
        model.release();
        assertThat(running.reply().text()).isEqualTo("one two");
        assertThat(talk.send("3").text()).isEqualTo("three");
        assertThat(talk.turns()).hasSize(2);
    }

    @Test
    void saysNothingIfItsTimeIsUpWhileEarlierTurnsRun() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).withClock(new ManualClock());
        Conversation talk = Llf.builder().model(model).timeout(Duration.ofMillis(1)).build().conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();

        assertThatThrownBy(() -> talk.send("2")).isInstanceOf(CancelledException.class)
                .hasMessageContaining("time was up");

        assertThat(talk.turns()).isEmpty();
        model.release();
        assertThat(running.reply().turn()).isEqualTo(talk.turns().getFirst());
        assertThat(talk.turns()).hasSize(1);
    }

    /** A model that is not there yet: who asks waits for it until interrupted. */
    private record LoadingModel(ChatModel model, CountDownLatch asked, boolean counts) implements ChatModel {

        private static void load() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while the model loads", e);
            }
        }

        @Override
        public ChatStream stream(ChatRequest request) {
            asked.countDown();
            load();
            return model.stream(request);
        }

        @Override
        public int countTokens(ChatRequest request) {
            if (!counts) {
                asked.countDown();
                load();
            }
            return model.countTokens(request);
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a close that hangs heeds no interrupt
    void saysNothingIfCancelledWhileTheModelLoads(boolean counts) throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Conversation talk = Llf.builder().model(new LoadingModel(ScriptedChatModel.replying("a"), asked, counts))
                .build().conversation();
        ReplyStream stream = talk.stream("Hi");
        asked.await();

        stream.close();

        assertThatThrownBy(stream::reply).isInstanceOf(CancelledException.class);
        assertThat(talk.turns()).isEmpty();
    }

    @Test
    void keepsTheTextSoFarIfCancelledWhileTheModelAnswers() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2).thenReplying("four");
        Conversation talk = llf(model).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        talk.cancel();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "one two");
        assertThat(sender.interrupted()).isFalse();
        assertThat(talk.send("2").text()).isEqualTo("four");
        assertThat(model.requests().getLast().messages()).containsExactly(Message.user("1"),
                Message.assistant("one two"), Message.user("2"));
    }

    @Test
    void answersOpenCallsIfCancelledWhileTheModelCalls() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("weather", "a")
                .andCalling("weather", "b").holdingAfter(4);
        FakeTools tools = FakeTools.answering(call -> "");
        Conversation talk = llf(model, tools).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        talk.cancel();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "Let me look.");
        assertThat(sender.reply().toolCalls()).extracting(ToolCall::arguments).containsExactly("a");
        assertThat(sender.reply().toolResults()).hasSize(1).allMatch(ToolMessage::error);
        assertThat(tools.rounds).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptsItsToolsIfCancelled(boolean keepsInterrupt) throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("weather", "")
                .andCalling("time", "").thenReplying("not asked for");
        BlockingTools tools = new BlockingTools(keepsInterrupt);
        Conversation talk = llf(model, tools).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        tools.entered.await();

        talk.cancel();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "Let me look.");
        assertThat(sender.interrupted()).isFalse();
        assertThat(sender.reply().toolResults()).hasSize(2).allMatch(ToolMessage::error);
        assertThat(model.requestCount()).isOne();
        assertThat(talk.send("2").text()).isEqualTo("not asked for");
    }

    @Test
    void keepsTheResultsOfToolsThatIgnoreACancel() {
        AtomicReference<Conversation> talk = new AtomicReference<>();
        FakeTools tools = FakeTools.answering(call -> {
            talk.get().cancel();
            return "sunny";
        });
        talk.set(llf(ScriptedChatModel.calling("weather", ""), tools).conversation());

        Reply reply = talk.get().send("1");

        assertStopped(talk.get(), reply, FinishReason.CANCELLED, "");
        assertThat(reply.toolResults()).containsExactly(new ToolMessage("call_1", "weather", "sunny", false));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void keepsTheTextSoFarIfCancelledInALaterRound() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenReplying("It is sunny.").holdingAfter(2);
        Conversation talk = llf(model, FakeTools.answering(call -> "sunny")).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        talk.cancel();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "It is");
        assertThat(sender.reply().toolResults()).extracting(ToolMessage::text).containsExactly("sunny");
    }

    @Test
    void endsWhenItsTimeIsUp() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2).withClock(clock);
        Conversation talk = Llf.builder().model(model).timeout(Duration.ofHours(1)).build().conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        clock.advance(Duration.ofHours(1));

        assertStopped(talk, sender.reply(), FinishReason.DEADLINE, "one two");
    }

    @Test
    void asksNoMoreWhenItsTimeIsUpAfterTheTools() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me look.").andCalling("weather", "");
        FakeTools tools = FakeTools.answering(call -> {
            long start = System.nanoTime();
            while (System.nanoTime() - start < 2_000_000) {
                Thread.onSpinWait();
            }
            return "sunny";
        });
        Conversation talk = Llf.builder().model(model).tools(tools).timeout(Duration.ofMillis(2)).build()
                .conversation();

        Reply reply = talk.send("1");

        assertStopped(talk, reply, FinishReason.DEADLINE, "Let me look.");
        assertThat(model.requestCount()).isOne();
    }

    @Test
    void takesATimeoutOfAnyLength() {
        ScriptedChatModel model = ScriptedChatModel.replying("a");
        Llf llf = Llf.builder().model(model).timeout(Duration.ofSeconds(Long.MAX_VALUE)).build();

        assertThat(llf.chat("Hi").finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void saysNothingIfItsThreadWasInterruptedBefore() {
        ScriptedChatModel model = ScriptedChatModel.replying("a");
        Conversation talk = llf(model).conversation();
        Sender sender = Sender.start(() -> {
            Thread.currentThread().interrupt();
            return talk.send("1");
        });

        assertThat(sender.failure()).isInstanceOf(CancelledException.class);
        assertThat(sender.interrupted()).isTrue();
        assertThat(talk.turns()).isEmpty();
        assertThat(talk.send("2").text()).isEqualTo("a");
    }

    @Test
    void saysNothingIfItsThreadIsInterruptedWhileEarlierTurnsRun() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        Conversation talk = llf(model).conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();
        Sender sender = Sender.start(() -> talk.send("2")).awaitInLine();

        sender.interrupt();

        assertThat(sender.failure()).isInstanceOf(CancelledException.class);
        assertThat(sender.interrupted()).isTrue();
        model.release();
        assertThat(running.reply().text()).isEqualTo("one two");
        assertThat(talk.turns()).hasSize(1);
    }

    @Test
    void keepsTheTextSoFarIfItsThreadIsInterrupted() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2);
        Conversation talk = llf(model).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        sender.interrupt();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "one two");
        assertThat(sender.interrupted()).isTrue();
    }

    @Test
    void runsNoToolsIfItsThreadIsInterruptedBefore() {
        AtomicReference<Conversation> talk = new AtomicReference<>();
        ScriptedChatModel model = ScriptedChatModel.answering(request -> {
            Thread.currentThread().interrupt();
            return "Let me look.";
        }).andCalling("weather", "");
        FakeTools tools = FakeTools.answering(call -> "sunny");
        talk.set(llf(model, tools).conversation());
        Sender sender = Sender.start(() -> talk.get().send("1"));

        assertStopped(talk.get(), sender.reply(), FinishReason.CANCELLED, "Let me look.");
        assertThat(sender.interrupted()).isTrue();
        assertThat(tools.rounds).isEmpty();
    }

    @Test
    void keepsTheInterruptThatItsToolsKeep() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenReplying("not asked for");
        BlockingTools tools = new BlockingTools(true);
        Conversation talk = llf(model, tools).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        tools.entered.await();

        sender.interrupt();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "");
        assertThat(sender.interrupted()).isTrue();
        assertThat(model.requestCount()).isOne();
    }

    @Test
    void keepsTheTextSoFarIfItsThreadIsInterruptedInALaterRound() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenReplying("It is sunny.").holdingAfter(2);
        Conversation talk = llf(model, FakeTools.answering(call -> "sunny")).conversation();
        Sender sender = Sender.start(() -> talk.send("1"));
        model.awaitHeld();

        sender.interrupt();

        assertStopped(talk, sender.reply(), FinishReason.CANCELLED, "It is");
        assertThat(sender.interrupted()).isTrue();
    }

    @Test
    void isWholeWhateverHappens() {
        int turns = 0;
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            AtomicReference<Conversation> talk = new AtomicReference<>();
            Runnable cancel = () -> Optional.ofNullable(talk.get()).ifPresent(Conversation::cancel);
            talk.set(llf(randomScript(random, cancel), randomTools(random, cancel)).conversation());
            for (int i = 0; i < 6; i++) {
                List<Turn> before = talk.get().turns();
                try {
                    Reply reply = talk.get().send("Hi " + i);
                    assertThat(talk.get().turns().getLast()).isSameAs(reply.turn());
                    assertThat(talk.get().turns()).hasSize(before.size() + 1);
                    turns++;
                } catch (EngineException e) {
                    assertThat(talk.get().turns()).as("seed %d", seed).isEqualTo(before);
                }
                Logs.assertWhole(talk.get());
                assertThat(Thread.currentThread().isInterrupted()).as("seed %d", seed).isFalse();
            }
        }
        assertThat(turns).isBetween(1500, 2900);
    }

    private static ScriptedChatModel randomScript(Random random, Runnable cancel) {
        ScriptedChatModel model = ScriptedChatModel.replying("Hello").repeating().withContextTokens(1_000_000);
        for (int step = random.nextInt(12); step >= 0; step--) {
            model.thenAnswering(request -> {
                if (random.nextInt(20) == 0) {
                    cancel.run();
                }
                return random.nextBoolean() ? "" : "word";
            });
            for (int call = random.nextInt(4); call > 0; call--) {
                model.andCalling(random.nextBoolean() ? "weather" : "time", "" + random.nextInt(3));
            }
            if (random.nextInt(12) == 0) {
                model.andFailing(FAILURE);
            } else if (random.nextInt(6) == 0) {
                model.endingWith(FinishReason.values()[random.nextInt(FinishReason.values().length)]);
            }
        }
        return model;
    }

    private static FakeTools randomTools(Random random, Runnable cancel) {
        return FakeTools.running(calls -> switch (random.nextInt(9)) {
            case 0 -> throw new IllegalStateException("broken");
            case 1 -> List.of();
            case 2 -> {
                cancel.run();
                yield FakeTools.stopped(calls);
            }
            case 3 -> FakeTools.stopped(calls);
            default -> calls.stream().map(call -> FakeTools.ok(call, "" + random.nextInt(3))).toList();
        });
    }
}
