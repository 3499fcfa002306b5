package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Claim;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Priority;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ChatJobTest {

    private static final ChatJob.Endings ENDINGS = new ChatJob.Endings(List.of("<end>", "<eot>"), true);
    private static final int[] PROMPT = {'h', 'i'};
    private static final Claim CLAIM = new Claim(Priority.NORMAL, Optional.empty(), 102);

    private final SlotScheduler scheduler = new SlotScheduler(1, Admission.defaults().withCapacity(5));
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
        return new ChatJob(engine, scheduler, tokens, Optional.of("session"), CLAIM,
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
        SlotScheduler narrow = new SlotScheduler(1, Admission.defaults().withCapacity(0));
        for (int i = 0; i < 200; i++) {
            ChatJob job = in(narrow, FakeEngine.writing("a", "<end>"));
            try (ChatStream stream = job.start(Optional.empty())) {
                assertThat(stream.response().text()).isEqualTo("a");
            }
        }
    }

    @Test
    void endsAtOnceWhenTheLineIsFull() {
        SlotScheduler full = new SlotScheduler(1, Admission.defaults().withCapacity(0));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = in(full, endless(running, release)).start(Optional.empty());
        await(running);
        ChatJob job = in(full, FakeEngine.writing("a"));

        assertThatThrownBy(() -> job.start(Optional.of(Duration.ofHours(1)))).isInstanceOf(BusyException.class);
        assertThat(ended).hasValue(1);
        first.cancel();
        release.countDown();
    }

    @Test
    void takesNoPlaceInLineWhenNoTimerCanBeStarted() {
        SlotScheduler timeless = new SlotScheduler(1, Admission.defaults().withMaxWait(Duration.ofHours(1)),
                System::nanoTime, (time, action) -> {
                    throw new OutOfMemoryError("unable to create native thread");
                }, thread -> {});
        in(timeless, FakeEngine.writing("a")).start(Optional.empty());
        ChatJob second = in(timeless, FakeEngine.writing("b"));

        assertThatThrownBy(() -> second.start(Optional.empty())).isInstanceOf(OutOfMemoryError.class);

        assertThat(timeless.waiting()).isZero();
        assertThat(ended).hasValue(1);
    }

    @Test
    void failsAsBusyWhenItHasWaitedTooLong() throws InterruptedException {
        SlotScheduler impatient = new SlotScheduler(1, Admission.defaults().withMaxWait(Duration.ofMillis(1)));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = in(impatient, endless(running, release)).start(Optional.empty());
        await(running);

        try (ChatStream second = in(impatient, FakeEngine.writing("never")).start(Optional.empty())) {
            assertThatThrownBy(second::response).isInstanceOf(BusyException.class).hasMessageContaining("waited");
        }
        first.cancel();
        release.countDown();
        impatient.awaitIdle();

        assertThat(impatient.statistics().expiredWaiting()).isEqualTo(1);
        Eventually.until(() -> ended.get() >= 2);
    }

    @Test
    void takesTheTokensThatItUsed() throws InterruptedException {
        ChatJob whole = job(FakeEngine.writing("a", "b", "<end>"));
        ChatJob never = job(FakeEngine.writing("never"));
        never.cancel();
        assertThat(whole.usedTokens()).isZero();

        try (ChatStream stream = whole.start(Optional.empty()); ChatStream cancelled = never.start(Optional.empty())) {
            assertThat(stream.response().usage().totalTokens()).isEqualTo(5);
            assertThat(cancelled.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
        scheduler.awaitIdle();

        assertThat(whole.usedTokens()).isEqualTo(5);
        assertThat(never.usedTokens()).isZero();
    }

    /** Half of them wait for sure, the others may run. */
    @Test
    void leavesNothingBehindOfTenThousandCancelledStreams() throws InterruptedException {
        SlotScheduler busy = new SlotScheduler(1, Admission.defaults().withMaxWait(Duration.ofHours(1)));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ChatStream first = in(busy, endless(running, release)).start(Optional.empty());
        await(running);
        startAndCancel(busy, 5_000);
        assertThat(busy.statistics().cancelledWaiting()).isEqualTo(5_000);
        first.cancel();
        release.countDown();
        startAndCancel(busy, 5_000);
        busy.awaitIdle();

        AdmissionStatistics statistics = busy.statistics();
        assertThat(statistics.submitted()).isEqualTo(10_001)
                .isEqualTo(statistics.completed() + statistics.cancelledWaiting());
        assertThat(statistics.running() + statistics.waiting()).isZero();
        assertThat(ended.get()).isGreaterThanOrEqualTo(10_000);
        Eventually.until(() -> Deadlines.pending() == 0);
    }

    private void startAndCancel(SlotScheduler line, int streams) {
        for (int i = 0; i < streams; i += 1000) {
            List<ChatStream> started = IntStream.range(0, 1000)
                    .mapToObj(j -> in(line, new FakeEngine(step -> new Engine.Piece("x", false)))
                            .start(Optional.of(Duration.ofHours(1))))
                    .toList();
            started.forEach(ChatStream::cancel);
            assertThat(started).allMatch(each -> each.response().finishReason() == FinishReason.CANCELLED);
        }
    }

    private ChatJob in(SlotScheduler line, FakeEngine engine) {
        return new ChatJob(engine, line, PROMPT, Optional.empty(), CLAIM,
                slot -> new EngineRequest(PROMPT, 9, slot.id(), true, Sampling.greedy(), Optional.empty(), List.of()),
                text -> new int[0], ENDINGS, new StopMatcher(List.of()), null, job -> ended.incrementAndGet());
    }
}
