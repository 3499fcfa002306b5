package dev.llf.llamacpp;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ChatJobTest {

    private static final ChatJob.Endings ENDINGS = new ChatJob.Endings(List.of("<end>", "<eot>"), true);
    private static final int[] PROMPT = {'h', 'i'};

    private final SlotScheduler scheduler = new SlotScheduler(1, 5);
    private final AtomicInteger ended = new AtomicInteger();
    private ChatJob.Endings endings = ENDINGS;
    private int maxTokens = 100;
    private int[] prompt = PROMPT;
    private List<String> stops = List.of();
    private Optional<Duration> timeout = Optional.empty();
    private @Nullable ToolCallScanner scanner;

    private ChatStream start(FakeEngine engine) {
        return job(engine).start(timeout);
    }

    private ChatJob job(FakeEngine engine) {
        int[] tokens = prompt;
        int most = maxTokens;
        return new ChatJob(engine, scheduler, tokens, Optional.of("session"),
                slot -> new EngineRequest(tokens, most, slot.id(), slot.reusable(), Sampling.greedy(), Optional.empty(),
                        List.of()),
                engine::tokenize, endings, new StopMatcher(stops), scanner, job -> ended.incrementAndGet());
    }

    private ChatResponse run(FakeEngine engine) {
        try (ChatStream stream = start(engine)) {
            return stream.response();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** An engine that writes for ever, from the moment that the latch opens. */
    private static FakeEngine endless(CountDownLatch running, CountDownLatch release) {
        return new FakeEngine(step -> {
            running.countDown();
            await(release);
            return new Engine.Piece("x", false);
        });
    }

    @Test
    void tellsTheEndOfTheAnswerFromTheEndOfTheBudget() {
        ChatResponse whole = run(FakeEngine.writing("Hel", "lo", "<end>"));
        ChatResponse cut = run(FakeEngine.writing("Hel", "lo"));

        assertThat(whole.text()).isEqualTo("Hello");
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(cut.text()).isEqualTo("Hello");
        assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void stripsEveryEnding() {
        assertThat(run(FakeEngine.writing("a", "<eot>")).text()).isEqualTo("a");
        assertThat(run(FakeEngine.writing("a", "b<end>")).text()).isEqualTo("ab");
        assertThat(run(FakeEngine.writing("a", "<e", "nd>")).text()).isEqualTo("a<end>");
    }

    @Test
    void countsTokensWhereEndingsCannotBeShown() {
        endings = new ChatJob.Endings(List.of(), false);
        maxTokens = 2;

        assertThat(run(FakeEngine.writing("a")).finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(run(FakeEngine.writing("a", "b")).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void countsTokensOfPromptAndAnswer() {
        assertThat(run(FakeEngine.writing("a", "", "b", "<end>")).usage()).isEqualTo(new Usage(2, 0, 4));
    }

    @Test
    void predictsWhatTheNextPromptFindsCached() {
        ChatResponse first = run(FakeEngine.writing("ab", "<end>"));
        prompt = "hiab<end>more".codePoints().toArray();
        ChatResponse second = run(FakeEngine.writing("c"));

        assertThat(first.usage().cachedTokens()).isZero();
        assertThat(second.usage().promptTokens()).isEqualTo(13);
        assertThat(second.usage().cachedTokens()).as("the last token was chosen, not evaluated").isEqualTo(8);
    }

    @Test
    void cancelsInTheEngineAtAStopString() {
        stops = List.of("stop");
        FakeEngine engine = FakeEngine.writing("One s", "top two", "never read");

        ChatResponse response = run(engine);

        assertThat(response.text()).isEqualTo("One ");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(engine.cancelled).hasValue(1);
        assertThat(engine.closed).hasValue(1);
        assertThat(response.usage().completionTokens()).isEqualTo(2);
    }

    @Test
    void reportsAStopStringInTheLastPiece() {
        stops = List.of("stop");
        FakeEngine engine = new FakeEngine(step -> new Engine.Piece("One stop", true));

        assertThat(run(engine).finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(engine.cancelled).hasValue(0);
    }

    @Test
    void keepsThePartOfAStopStringAtTheEnd() {
        stops = List.of("stop");

        assertThat(run(FakeEngine.writing("One st", "o", "<end>")).text()).isEqualTo("One sto");
    }

    @Test
    void streamsPiecesAsTheyCome() {
        List<ChatEvent> events = new ArrayList<>();
        try (ChatStream stream = start(FakeEngine.writing("Hel", "", "lo", "<end>"))) {
            stream.forEach(events::add);
        }

        assertThat(events).hasSize(3).startsWith(new ChatEvent.TextDelta("Hel"), new ChatEvent.TextDelta("lo"));
        assertThat(events.getLast()).isInstanceOf(ChatEvent.Completed.class);
    }

    @Test
    void cancelsWhileGenerating() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(0);
        FakeEngine engine = endless(new CountDownLatch(1), release);
        ChatStream stream = start(engine);
        assertThat(stream.iterator().next()).isEqualTo(new ChatEvent.TextDelta("x"));

        stream.cancel();

        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stream.response().text()).startsWith("x");
        scheduler.awaitIdle();
        assertThat(engine.cancelled).hasValue(1);
        assertThat(engine.closed).hasValue(1);
        Eventually.until(() -> ended.get() > 0);
    }

    @Test
    void releasesTheCallerWhileTheEngineIsStillBusyWithThePrompt() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        FakeEngine engine = endless(running, release);
        ChatStream stream = start(engine);
        await(running);

        stream.cancel();

        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(engine.cancelled).hasValue(0);
        release.countDown();
        scheduler.awaitIdle();
        assertThat(engine.cancelled).hasValue(1);
    }

    @Test
    void cancelsWhileWaitingInLine() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = start(endless(running, release));
        await(running);
        FakeEngine idle = FakeEngine.writing("never");
        ChatStream second = start(idle);

        assertThat(scheduler.waiting()).isEqualTo(1);
        second.close();

        assertThat(second.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(second.response().usage()).isEqualTo(Usage.NONE);
        assertThat(scheduler.waiting()).isZero();
        first.cancel();
        release.countDown();
        scheduler.awaitIdle();
        assertThat(idle.requests).isEmpty();
    }

    @Test
    void takesNoPlaceInLineWhenItHasEndedBefore() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = start(endless(running, release));
        await(running);
        ChatJob late = job(FakeEngine.writing("never"));

        late.cancel();

        assertThat(late.start(Optional.empty()).response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(scheduler.waiting()).isZero();
        first.cancel();
        release.countDown();
        scheduler.awaitIdle();
    }

    @Test
    void endsAtTheDeadlineWhileGenerating() throws InterruptedException {
        timeout = Optional.of(Duration.ofMillis(20));
        FakeEngine engine = endless(new CountDownLatch(1), new CountDownLatch(0));

        ChatResponse response = run(engine);
        scheduler.awaitIdle();

        assertThat(response.finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(response.timings().total()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        assertThat(engine.cancelled).hasValue(1);
    }

    @Test
    void endsAtTheDeadlineWhileWaitingInLine() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = start(endless(running, release));
        await(running);
        timeout = Optional.of(Duration.ofMillis(1));
        FakeEngine idle = FakeEngine.writing("never");

        assertThat(run(idle).finishReason()).isEqualTo(FinishReason.DEADLINE);
        Eventually.until(() -> scheduler.waiting() == 0);
        first.cancel();
        release.countDown();
        scheduler.awaitIdle();
        assertThat(idle.requests).isEmpty();
    }

    @Test
    void ignoresADeadlineThatComesTooLate() {
        timeout = Optional.of(Duration.ofHours(1));

        assertThat(run(FakeEngine.writing("a", "<end>")).finishReason()).isEqualTo(FinishReason.STOP);
        Eventually.until(() -> ended.get() == 1);
    }

    @Test
    void failsWithTheEnginesExceptionAndForgetsWhatTheSlotHolds() throws InterruptedException {
        EngineException failure = new EngineException("out of order");
        assertThat(run(FakeEngine.writing("a", "<end>")).text()).isEqualTo("a");
        FakeEngine broken = new FakeEngine(step -> {
            if (step == 0) {
                return new Engine.Piece("a", false);
            }
            throw failure;
        });

        assertThatThrownBy(() -> run(broken)).isSameAs(failure);
        scheduler.awaitIdle();

        assertThat(broken.closed).hasValue(1);
        assertThat(broken.cancelled).hasValue(0);
        assertThat(run(FakeEngine.writing("a", "<end>")).usage().cachedTokens()).isZero();
    }

    @Test
    void survivesErrorsOfTheJvm() throws InterruptedException {
        FakeEngine broken = new FakeEngine(step -> {
            throw new StackOverflowError("too deep");
        });

        assertThatThrownBy(() -> run(broken)).isInstanceOf(EngineException.class).hasMessageContaining("too deep");
        scheduler.awaitIdle();

        assertThat(run(FakeEngine.writing("a", "<end>")).text()).isEqualTo("a");
    }

    @Test
    void findsToolCalls() {
        scanner = new ToolCallScanner(() -> "id");

        ChatResponse response = run(
                FakeEngine.writing("Well.", "<tool_call>", "{\"name\": \"f\",", "\"arguments\": {}}",
                        "</tool_call>", "<end>"));

        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.text()).isEqualTo("Well.");
        assertThat(response.message().toolCalls()).containsExactly(new ToolCall("id", "f", "{}"));
    }

    @Test
    void findsAToolCallWithoutAClosingTag() {
        scanner = new ToolCallScanner(() -> "id");

        ChatResponse response = run(FakeEngine.writing("<tool_call>", "{\"name\": \"f\"}", "<end>"));

        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.text()).isEmpty();
    }

    @Test
    void keepsAMalformedToolCallAsText() {
        scanner = new ToolCallScanner(() -> "id");
        String output = "<tool_call>{\"name\": \"\\ud83d\"}";

        ChatResponse response = run(FakeEngine.writing(output, "<end>"));

        assertThat(response.text()).isEqualTo(output);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void leavesTagsInTextWhereNoToolMayBeCalled() {
        assertThat(run(FakeEngine.writing("<tool_call>{\"name\": \"f\"}</tool_call>", "<end>")).text())
                .isEqualTo("<tool_call>{\"name\": \"f\"}</tool_call>");
    }

    @Test
    void finishesWhenTheSlotIsFreeAgain() {
        SlotScheduler narrow = new SlotScheduler(1, 0);
        for (int i = 0; i < 200; i++) {
            ChatJob job = new ChatJob(FakeEngine.writing("a", "<end>"), narrow, PROMPT, Optional.empty(),
                    slot -> new EngineRequest(PROMPT, 9, slot.id(), true, Sampling.greedy(), Optional.empty(),
                            List.of()),
                    text -> new int[0], ENDINGS, new StopMatcher(List.of()), null, each -> {});
            try (ChatStream stream = job.start(Optional.empty())) {
                assertThat(stream.response().text()).isEqualTo("a");
            }
        }
    }

    @Test
    void endsAtOnceWhenTheLineIsFull() {
        SlotScheduler full = new SlotScheduler(1, 0);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        full.submit(new SlotScheduler.Job() {
            @Override
            public Optional<String> session() {
                return Optional.empty();
            }

            @Override
            public Runnable run(SlotScheduler.Slot slot) {
                running.countDown();
                await(release);
                return () -> {};
            }
        });
        await(running);
        ChatJob job = new ChatJob(FakeEngine.writing("a"), full, PROMPT, Optional.empty(),
                slot -> new EngineRequest(PROMPT, 9, slot.id(), true, Sampling.greedy(), Optional.empty(), List.of()),
                text -> new int[0], ENDINGS, new StopMatcher(List.of()), null, each -> ended.incrementAndGet());

        assertThatThrownBy(() -> job.start(Optional.of(Duration.ofHours(1)))).isInstanceOf(BusyException.class);
        release.countDown();

        assertThat(ended).hasValue(1);
    }
}
