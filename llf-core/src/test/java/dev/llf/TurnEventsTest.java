package dev.llf;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Priority;
import dev.llf.chat.Turn;
import dev.llf.error.CancelledException;
import dev.llf.error.EngineException;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.helpers.BasicMDCAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class TurnEventsTest {

    private final List<TurnEvent> events = new CopyOnWriteArrayList<>();

    private List<String> kinds() {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    private <E extends TurnEvent> E only(Class<E> kind) {
        List<E> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private Llf llf(ScriptedChatModel model) {
        return Llf.builder().model(model).listener(events::add).build();
    }

    @Test
    void tellOfAnAnswer() {
        ManualClock clock = new ManualClock();
        Conversation talk = Llf.builder().model(ScriptedChatModel.replying("Hello Ada")).system("Be kind.").clock(clock)
                .listener(events::add).build().conversation();

        Turn turn = talk.forTenant("acme").send("Hi").turn();

        assertThat(kinds()).containsExactly("Queued", "Routed", "PromptPlanned", "Admitted", "FirstToken", "Answered",
                "Completed");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.moment().conversation()).isEqualTo(talk.id());
            assertThat(event.moment().branch()).isEqualTo("main");
            assertThat(event.moment().turn()).isEqualTo(turn.id());
            assertThat(event.moment().tenant()).contains("acme");
            assertThat(event.moment().at()).isEqualTo(clock.instant());
        });
        assertThat(events).extracting(event -> event.moment().elapsed()).isSorted();
        assertThat(only(TurnEvent.Routed.class).model()).isEqualTo("scripted");
        TurnEvent.PromptPlanned planned = only(TurnEvent.PromptPlanned.class);
        assertThat(planned.tokens().keySet()).startsWith("system", "tools", "history");
        assertThat(planned.omittedTurns()).isZero();
        assertThat(only(TurnEvent.Admitted.class).promptTokens()).isEqualTo(turn.usage().promptTokens());
        assertThat(only(TurnEvent.Answered.class).response().text()).isEqualTo("Hello Ada");
        assertThat(only(TurnEvent.Completed.class).turn()).isEqualTo(turn);
    }

    @Test
    void tellOfTools() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of("city", "Paris")).thenReplying("Sunny.");
        Llf llf = Llf.builder().model(model).tools(FakeTools.answering(call -> "21 degrees")).listener(events::add)
                .build();

        llf.chat("How is the weather?");

        assertThat(kinds()).containsExactly("Queued", "Routed", "PromptPlanned", "Admitted", "FirstToken", "Answered",
                "ToolStarted", "ToolFinished", "PromptPlanned", "Admitted", "FirstToken", "Answered", "Completed");
        assertThat(only(TurnEvent.ToolStarted.class).call().name()).isEqualTo("weather");
        assertThat(only(TurnEvent.ToolFinished.class).result().text()).isEqualTo("21 degrees");
        assertThat(events.stream().filter(TurnEvent.PromptPlanned.class::isInstance)
                .map(event -> ((TurnEvent.PromptPlanned) event).round())).containsExactly(1, 2);
        assertThat(((TurnEvent.PromptPlanned) events.get(2)).tools()).containsExactly("weather");
    }

    @Test
    void tellOfAFailure() {
        EngineException failure = new EngineException("engine: out of order");
        Conversation talk = llf(ScriptedChatModel.failing(failure)).conversation();

        assertThatThrownBy(() -> talk.send("Hi")).isSameAs(failure);

        assertThat(kinds()).startsWith("Queued", "Routed", "PromptPlanned").endsWith("Failed");
        TurnEvent.Failed failed = only(TurnEvent.Failed.class);
        assertThat(failed.cause()).isSameAs(failure);
        assertThat(failed.model()).contains("scripted");
        assertThat(talk.turns()).isEmpty();
    }

    @Test
    void tellOfACancelWithWhatWasSaid() {
        BlockingTools tools = new BlockingTools(false);
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of()).thenReplying("never");
        Conversation talk = Llf.builder().model(model).tools(tools).listener(events::add).build().conversation();

        Turn turn;
        try (ReplyStream stream = talk.stream("Hi")) {
            awaitQuietly(tools.entered);
            stream.cancel();
            turn = stream.reply().turn();
        }

        TurnEvent.Cancelled cancelled = only(TurnEvent.Cancelled.class);
        assertThat(events.getLast()).isSameAs(cancelled);
        assertThat(cancelled.reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(cancelled.turn()).contains(turn);
    }

    @Test
    void tellOfACancelInLine() {
        BlockingTools tools = new BlockingTools(false);
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of()).thenReplying("a").repeating();
        Conversation talk = Llf.builder().model(model).tools(tools).listener(events::add).build().conversation();
        try (ReplyStream first = talk.stream("one")) {
            awaitQuietly(tools.entered);
            ReplyStream second = talk.stream("two");
            second.close();
            assertThatThrownBy(second::reply).isInstanceOf(CancelledException.class);
            TurnEvent.Cancelled cancelled = only(TurnEvent.Cancelled.class);
            assertThat(cancelled.turn()).isEmpty();
            assertThat(cancelled.model()).isEmpty();
            assertThat(cancelled.reason()).isEqualTo(FinishReason.CANCELLED);
            tools.released.countDown();
            first.reply();
        }
    }

    @Test
    void tellThatTheTimeWasUp() {
        BlockingTools tools = new BlockingTools(false);
        ScriptedChatModel model = ScriptedChatModel.calling("weather", Map.of()).thenReplying("a");
        Llf llf = Llf.builder().model(model).tools(tools).timeout(Duration.ofMillis(50)).listener(events::add).build();
        Conversation talk = llf.conversation();
        try (ReplyStream first = talk.stream("one")) {
            awaitQuietly(tools.entered);
            assertThatThrownBy(() -> talk.send("two")).isInstanceOf(CancelledException.class);
            assertThat(only(TurnEvent.Cancelled.class).reason()).isEqualTo(FinishReason.DEADLINE);
            tools.released.countDown();
            assertThat(first.reply().finishReason()).isEqualTo(FinishReason.DEADLINE);
        }
        assertThat(events).last().isInstanceOf(TurnEvent.Cancelled.class);
    }

    @Test
    void oneListenerThatThrowsDisturbsNobody() {
        TurnListener broken = event -> {
            throw new IllegalStateException("a listener's own fault");
        };
        Llf llf = Llf.builder().model(ScriptedChatModel.replying("Hello")).listener(broken).listener(events::add)
                .build();

        assertThat(llf.chat("Hi").text()).isEqualTo("Hello");
        assertThat(kinds()).startsWith("Queued").endsWith("Completed");
    }

    @Test
    void anErrorOfAListenerEndsNoTurnAndBlocksNoBranch() {
        TurnListener broken = event -> {
            throw new NoClassDefFoundError("a listener's own fault");
        };
        Llf llf = Llf.builder().model(ScriptedChatModel.replying("Hello").repeating()).listener(broken)
                .listener(events::add).build();
        Conversation talk = llf.conversation();

        assertThat(talk.send("Hi").text()).isEqualTo("Hello");
        assertThat(kinds()).startsWith("Queued").endsWith("Completed");
        assertThat(talk.send("Hi").text()).isEqualTo("Hello");
        assertThat(llf.drain(Duration.ZERO)).isTrue();
    }

    @Test
    void ofOneTurnComeOneAtATimeAndInOrder() throws InterruptedException {
        Map<String, List<TurnEvent>> byTurn = new HashMap<>();
        Map<String, AtomicInteger> inside = new HashMap<>();
        AtomicInteger overlaps = new AtomicInteger();
        TurnListener listener = event -> {
            AtomicInteger here;
            synchronized (byTurn) {
                here = inside.computeIfAbsent(event.moment().turn(), id -> new AtomicInteger());
            }
            if (here.incrementAndGet() != 1) {
                overlaps.incrementAndGet();
            }
            synchronized (byTurn) {
                byTurn.computeIfAbsent(event.moment().turn(), id -> new ArrayList<>()).add(event);
            }
            here.decrementAndGet();
        };
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(256).maxTokens(8).listener(listener).build();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 200; i++) {
                int turn = i;
                threads.execute(() -> {
                    try (ReplyStream stream = llf.conversation().stream("What is LLF?")) {
                        if (turn % 3 == 0) {
                            stream.cancel();
                        }
                    }
                });
            }
        }
        assertThat(overlaps).hasValue(0);
        assertThat(byTurn).hasSize(200);
        assertThat(byTurn.values()).allSatisfy(all -> {
            assertThat(all.getFirst()).isInstanceOf(TurnEvent.Queued.class);
            assertThat(all.getLast()).isInstanceOfAny(TurnEvent.Completed.class, TurnEvent.Cancelled.class);
            assertThat(all).extracting(event -> event.moment().elapsed()).isSorted();
            assertThat(all.stream().map(event -> event.getClass().getSimpleName()).distinct()).hasSameSizeAs(all);
        });
    }

    @Test
    void theLogsContextHoldsTheIdsWhileATurnRuns() {
        BasicMDCAdapter context = new BasicMDCAdapter();
        context.put("llf.turn", "outer");
        LogContext entered = LogContext.enter(context,
                new TurnEvents.Place("talk", "main", "inner", Optional.empty()));
        assertThat(context.get("llf.conversation")).isEqualTo("talk");
        assertThat(context.get("llf.turn")).isEqualTo("inner");
        entered.leave();
        assertThat(context.get("llf.turn")).isEqualTo("outer");
        assertThat(context.get("llf.conversation")).isNull();
    }

    @Test
    void requestsSayForWhomTheyAreAndHowMuchTheyMatter() {
        ScriptedChatModel model = ScriptedChatModel.replying("a").repeating();
        Conversation talk = llf(model).conversation();

        talk.forTenant("acme").withPriority(Priority.LOW).send("one");
        talk.send("two");

        ChatRequest first = model.requests().getFirst();
        assertThat(first.tenant()).contains("acme");
        assertThat(first.priority()).isEqualTo(Priority.LOW);
        ChatRequest second = model.requests().get(1);
        assertThat(second.tenant()).isEmpty();
        assertThat(second.priority()).isEqualTo(Priority.NORMAL);
        assertThat(talk.turns()).hasSize(2);
        assertThatIllegalArgumentException().isThrownBy(() -> talk.forTenant(" "));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
