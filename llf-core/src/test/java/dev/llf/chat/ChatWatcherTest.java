package dev.llf.chat;

import java.lang.Thread.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class ChatWatcherTest {

    private final ChatStreamBuffer buffer = new ChatStreamBuffer(System::nanoTime, () -> {});

    /** Notes what it is told. */
    private static final class Notes implements ChatWatcher {

        private final List<String> told = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void started(int promptTokens, int cachedTokens) {
            told.add("started %d %d".formatted(promptTokens, cachedTokens));
        }

        @Override
        public void firstToken() {
            told.add("first");
        }

        @Override
        public void ended() {
            told.add("ended");
        }
    }

    @Test
    void isToldInOrder() {
        Notes notes = new Notes();
        buffer.watch(notes);
        assertThat(notes.told).isEmpty();
        buffer.started(7, 3);
        assertThat(notes.told).containsExactly("started 7 3");
        buffer.text("", 0);
        assertThat(notes.told).hasSize(1);
        buffer.text("", 1); // a token whose text is held back
        buffer.text("Hi", 1);
        buffer.finish(FinishReason.STOP);
        assertThat(notes.told).containsExactly("started 7 3", "first", "ended");
    }

    @Test
    void whoComesLateIsToldWhatHappened() {
        buffer.started(7, 0);
        buffer.text("Hi", 1);
        buffer.fail(new IllegalStateException("broken"));
        Notes notes = new Notes();
        buffer.watch(notes);
        assertThat(notes.told).containsExactly("started 7 0", "first", "ended");
    }

    @Test
    void isToldNothingAfterTheEnd() {
        Notes notes = new Notes();
        buffer.watch(notes);
        buffer.cancel();
        buffer.started(7, 0);
        buffer.text("Hi", 1);
        buffer.finish(FinishReason.STOP);
        assertThat(notes.told).containsExactly("ended");
    }

    @Test
    void oneThatThrowsDisturbsNobody() {
        Notes notes = new Notes();
        buffer.watch(new ChatWatcher() {
            @Override
            public void started(int promptTokens, int cachedTokens) {
                throw new IllegalStateException("a watcher's own fault");
            }
        });
        buffer.watch(notes);
        buffer.started(1, 0);
        buffer.finish(FinishReason.STOP);
        assertThat(notes.told).containsExactly("started 1 0", "ended");
        assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void anErrorOfOneEndsNothing() {
        Notes notes = new Notes();
        AtomicInteger cancelled = new AtomicInteger();
        ChatStreamBuffer watched = new ChatStreamBuffer(System::nanoTime, cancelled::incrementAndGet);
        watched.watch(new ChatWatcher() {
            @Override
            public void ended() {
                throw new NoClassDefFoundError("a watcher's own fault");
            }
        });
        watched.watch(notes);
        watched.cancel();
        assertThat(notes.told).containsExactly("ended");
        assertThat(cancelled).as("the model learns of the cancel").hasValue(1);
    }

    @Test
    void isToldWhatCameBeforeTheEndBeforeTheResponseIsThere() throws InterruptedException {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<Thread> waiting = new AtomicReference<>();
        CountDownLatch telling = new CountDownLatch(1);
        buffer.watch(new ChatWatcher() {
            @Override
            public void started(int promptTokens, int cachedTokens) {
                telling.countDown();
                while (waiting.get() == null
                        || !Set.of(State.WAITING, State.TERMINATED).contains(waiting.get().getState())) {
                    Thread.onSpinWait();
                }
                order.add("started");
            }
        });
        Thread producer = Thread.ofPlatform().start(() -> buffer.started(1, 0));
        awaitQuietly(telling);
        Thread canceller = Thread.ofPlatform().start(buffer::cancel);
        while (!buffer.ended()) {
            Thread.onSpinWait();
        }
        waiting.set(Thread.ofPlatform().start(() -> {
            buffer.response();
            order.add("response");
        }));
        for (Thread thread : List.of(producer, canceller, waiting.get())) {
            thread.join();
        }
        assertThat(order).containsExactly("started", "response");
    }

    @Test
    void mayCancelWhatItWatches() {
        Notes notes = new Notes();
        buffer.watch(new ChatWatcher() {
            @Override
            public void started(int promptTokens, int cachedTokens) {
                buffer.cancel();
            }
        });
        buffer.watch(notes);
        buffer.started(1, 0);
        assertThat(notes.told).containsExactly("started 1 0", "ended");
        assertThat(buffer.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void whoeverComesWhileItHappensMissesNothing() throws InterruptedException {
        for (int i = 0; i < 500; i++) {
            ChatStreamBuffer raced = new ChatStreamBuffer(System::nanoTime, () -> {});
            Notes notes = new Notes();
            CountDownLatch go = new CountDownLatch(1);
            Thread watching = Thread.startVirtualThread(() -> {
                awaitQuietly(go);
                raced.watch(notes);
            });
            go.countDown();
            raced.started(1, 0);
            raced.text("a", 1);
            raced.finish(FinishReason.STOP);
            watching.join();
            assertThat(notes.told).containsExactly("started 1 0", "first", "ended");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
