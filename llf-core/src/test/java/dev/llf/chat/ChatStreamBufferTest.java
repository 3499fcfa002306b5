package dev.llf.chat;

import dev.llf.error.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChatStreamBufferTest {

    private static final ToolCall CALL = new ToolCall("1", "tool", "{}");

    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger cancels = new AtomicInteger();
    private final ChatStreamBuffer buffer = new ChatStreamBuffer(nanos::get, cancels::incrementAndGet);

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    /** Starts a thread and returns when it waits for the buffer. */
    private static Thread waiting(Runnable work) {
        Thread thread = Thread.ofPlatform().start(work);
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        return thread;
    }

    private static List<ChatEvent> events(ChatStream stream) {
        List<ChatEvent> events = new ArrayList<>();
        stream.forEach(events::add);
        return events;
    }

    private void tick(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void givesItsEventsInOrderAndThenTheResponse() {
        buffer.started(7, 3);
        assertThat(buffer.text("Let me ", 2)).isTrue();
        assertThat(buffer.text("", 1)).isTrue();
        assertThat(buffer.text("look.", 0)).isTrue();
        assertThat(buffer.toolCall(CALL)).isTrue();
        assertThat(buffer.finish(FinishReason.TOOL_CALLS)).isTrue();

        ChatResponse response = buffer.response();
        assertThat(events(buffer)).containsExactly(new ChatEvent.TextDelta("Let me "), new ChatEvent.TextDelta("look."),
                new ChatEvent.ToolCallRequested(CALL), new ChatEvent.Completed(response));
        assertThat(response.message()).isEqualTo(new AssistantMessage("Let me look.", List.of(CALL)));
        assertThat(response.text()).isEqualTo("Let me look.");
        assertThat(response.toolCalls()).containsExactly(CALL);
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.usage()).isEqualTo(new Usage(7, 3, 3));
        assertThat(cancels).hasValue(0);
    }

    @Test
    void hasOneIterator() {
        Iterator<ChatEvent> iterator = buffer.iterator();
        buffer.text("a", 1);
        buffer.text("b", 1);
        buffer.finish(FinishReason.STOP);

        assertThat(iterator.next()).isEqualTo(new ChatEvent.TextDelta("a"));
        assertThat(buffer.iterator()).isSameAs(iterator);
        assertThat(events(buffer)).hasSize(2);
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void takesNothingAfterTheEnd() {
        buffer.text("a", 1);
        buffer.finish(FinishReason.STOP);

        assertThat(buffer.text("b", 1)).isFalse();
        assertThat(buffer.toolCall(CALL)).isFalse();
        assertThat(buffer.finish(FinishReason.LENGTH)).isFalse();
        assertThat(buffer.fail(new EngineException("late"))).isFalse();
        buffer.cancel();
        buffer.close();
        buffer.started(9, 9);

        assertThat(buffer.ended()).isTrue();
        assertThat(buffer.response().text()).isEqualTo("a");
        assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(buffer.response().usage()).isEqualTo(new Usage(0, 0, 1));
        assertThat(events(buffer)).hasSize(2);
        assertThat(cancels).hasValue(0);
    }

    @Test
    void refusesHalfACharacterAndNegativeCountsWithoutAddingThem() {
        buffer.text("a", 1);

        assertThatIllegalArgumentException().isThrownBy(() -> buffer.text("\uD83D", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.text("b", -1)).withMessageContaining("was -1");
        assertThatIllegalArgumentException().isThrownBy(() -> buffer.started(1, 2));
        buffer.cancel();
        assertThat(buffer.response().text()).isEqualTo("a");
        assertThat(buffer.response().usage().completionTokens()).isEqualTo(1);
    }

    @Test
    void throwsAFailureToEveryReaderAfterTheText() {
        EngineException failure = new EngineException("out of order");
        buffer.text("a", 1);
        assertThat(buffer.ended()).isFalse();
        assertThat(buffer.fail(failure)).isTrue();
        assertThat(buffer.ended()).isTrue();
        buffer.close();

        Iterator<ChatEvent> iterator = buffer.iterator();
        assertThat(iterator.next()).isEqualTo(new ChatEvent.TextDelta("a"));
        assertThat(iterator.hasNext()).isTrue();
        assertThatThrownBy(iterator::next).isSameAs(failure);
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(buffer::response).isSameAs(failure);
        assertThatThrownBy(buffer::response).isSameAs(failure);
        assertThat(cancels).hasValue(0);
    }

    @Test
    void throwsAFailureToReadersThatWait() throws InterruptedException {
        EngineException failure = new EngineException("out of order");
        AtomicInteger thrown = new AtomicInteger();
        List<Thread> readers = new ArrayList<>();
        for (Runnable read : List.<Runnable>of(buffer::response, buffer.iterator()::next)) {
            readers.add(waiting(() -> assertThatThrownBy(read::run).satisfies(e -> {
                assertThat(e).isSameAs(failure);
                thrown.incrementAndGet();
            })));
        }
        buffer.fail(failure);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(thrown).hasValue(2);
    }

    @Test
    void givesTheResponseToManyThreads() throws InterruptedException, ExecutionException {
        List<FutureTask<ChatResponse>> readers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            readers.add(start(buffer::response));
        }
        FutureTask<List<ChatEvent>> reader = start(() -> events(buffer));
        for (int i = 0; i < 100; i++) {
            buffer.text("x", 1);
        }
        buffer.finish(FinishReason.STOP);

        for (FutureTask<ChatResponse> each : readers) {
            assertThat(each.get()).isSameAs(buffer.response());
        }
        assertThat(reader.get()).hasSize(101);
        assertThat(buffer.response().text()).isEqualTo("x".repeat(100));
    }

    @Test
    void keepsTheTextSoFarWhenCancelled() {
        buffer.started(5, 0);
        buffer.text("so far", 2);
        buffer.cancel();
        buffer.cancel();
        buffer.close();

        assertThat(buffer.response().text()).isEqualTo("so far");
        assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(buffer.response().usage()).isEqualTo(new Usage(5, 0, 2));
        assertThat(buffer.text("more", 1)).isFalse();
        assertThat(cancels).hasValue(1);
    }

    @Test
    void isCancelledByAnInterruptOfAWaitingReaderWhichKeepsItsFlag() throws InterruptedException {
        buffer.text("a", 1);
        List<ChatEvent> events = new ArrayList<>();
        AtomicInteger flags = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        Thread reader = Thread.ofVirtual().start(() -> {
            for (ChatEvent event : buffer) {
                events.add(event);
                first.countDown();
            }
            flags.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
        });
        first.await();
        reader.interrupt();
        reader.join();

        assertThat(events).containsExactly(new ChatEvent.TextDelta("a"), new ChatEvent.Completed(buffer.response()));
        assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(flags).hasValue(1);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void isCancelledByAnInterruptThatCameBefore() {
        Thread.currentThread().interrupt();
        ChatResponse response = buffer.response();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(response.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void isNotCancelledByAnInterruptIfThereIsNothingToWaitFor() {
        buffer.text("a", 1);
        Thread.currentThread().interrupt();
        try {
            assertThat(buffer.iterator().next()).isEqualTo(new ChatEvent.TextDelta("a"));
            assertThat(buffer.ended()).isFalse();
            buffer.finish(FinishReason.STOP);
            assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.STOP);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** The producer holds its own lock while it adds text; the cancelling reader asks for that lock. */
    @Test
    void holdsNoLockWhileItTellsTheProducerOfAnInterrupt() throws InterruptedException {
        ReentrantLock engine = new ReentrantLock();
        CountDownLatch cancelling = new CountDownLatch(1);
        ChatStreamBuffer guarded = new ChatStreamBuffer(nanos::get, () -> {
            cancelling.countDown();
            engine.lock();
            engine.unlock();
        });
        Thread reader = waiting(guarded::response);
        engine.lock();
        try {
            reader.interrupt();
            cancelling.await();
            assertThat(guarded.text("late", 1)).isFalse();
        } finally {
            engine.unlock();
        }
        reader.join();
        assertThat(guarded.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void keepsTheInterruptEvenIfTheProducerFailsToStop() {
        ChatStreamBuffer failing = new ChatStreamBuffer(nanos::get, () -> {
            throw new IllegalStateException("cannot stop");
        });
        Thread.currentThread().interrupt();

        assertThatThrownBy(failing::response).hasMessage("cannot stop");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failing.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void endsOnceHoweverManyThreadsEndIt() throws InterruptedException, ExecutionException {
        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            AtomicInteger stopped = new AtomicInteger();
            AtomicInteger ended = new AtomicInteger();
            ChatStreamBuffer stream = new ChatStreamBuffer(System::nanoTime, stopped::incrementAndGet);
            int pieces = random.nextInt(60);
            boolean fails = random.nextInt(4) == 0;
            FutureTask<Integer> producer = start(() -> {
                int added = 0;
                while (added < pieces && stream.text("x", 1)) {
                    added++;
                }
                boolean last = fails
                        ? stream.fail(new EngineException("out of order"))
                        : stream.finish(FinishReason.STOP);
                ended.addAndGet(last ? 1 : 0);
                assertThat(stream.text("y", 1)).isFalse();
                return added;
            });
            List<FutureTask<Void>> cancellers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int spins = random.nextInt(3000);
                cancellers.add(start(() -> {
                    for (int k = 0; k < spins; k++) {
                        Thread.onSpinWait();
                    }
                    stream.cancel();
                    return null;
                }));
            }
            int read = 0;
            ChatEvent last = null;
            boolean failed = false;
            try {
                for (ChatEvent event : stream) {
                    last = event;
                    read++;
                }
            } catch (EngineException e) {
                failed = true;
            }
            for (FutureTask<Void> canceller : cancellers) {
                canceller.get();
            }
            int added = producer.get();

            assertThat(ended.get() + stopped.get()).isEqualTo(1);
            assertThat(stream.iterator().hasNext()).isFalse();
            if (failed) {
                assertThat(fails).isTrue();
                assertThat(read).isEqualTo(added).isEqualTo(pieces);
                assertThatThrownBy(stream::response).isInstanceOf(EngineException.class);
            } else {
                assertThat(read).isEqualTo(added + 1);
                assertThat(last).isEqualTo(new ChatEvent.Completed(stream.response()));
                assertThat(stream.response().text()).isEqualTo("x".repeat(added));
                assertThat(stream.response().finishReason())
                        .isEqualTo(stopped.get() == 1 ? FinishReason.CANCELLED : FinishReason.STOP);
            }
        }
    }

    @Test
    void measuresItsTimes() {
        tick(Duration.ofMillis(200));
        buffer.started(5, 0);
        tick(Duration.ofMillis(300));
        buffer.text("", 1);
        tick(Duration.ofMillis(100));
        buffer.text("a", 0);
        tick(Duration.ofMillis(400));
        buffer.text("b", 3);
        tick(Duration.ofMillis(500));
        buffer.text("c", 1);
        tick(Duration.ofMillis(1000));
        buffer.finish(FinishReason.STOP);

        assertThat(buffer.response().timings()).isEqualTo(
                new Timings(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofMillis(2500), 4.0));
    }

    @Test
    void measuresTheWholeTimeIfNoTokenCame() {
        tick(Duration.ofMillis(200));
        buffer.started(5, 0);
        tick(Duration.ofMillis(300));
        buffer.cancel();
        tick(Duration.ofMillis(300));

        assertThat(buffer.response().timings())
                .isEqualTo(new Timings(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofMillis(500), 0));
    }

    @Test
    void hasNoSpeedOfASingleTokenOrOfNoTime() {
        buffer.text("a", 1);
        tick(Duration.ofSeconds(1));
        buffer.finish(FinishReason.STOP);
        ChatStreamBuffer instant = new ChatStreamBuffer(nanos::get, () -> {});
        instant.text("a", 1);
        instant.text("b", 1);
        instant.finish(FinishReason.STOP);

        assertThat(buffer.response().timings())
                .isEqualTo(new Timings(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1), 0));
        assertThat(instant.response().timings()).isEqualTo(Timings.NONE);
    }
}
