package dev.llf.llamacpp;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Cancelling at any moment harms nobody. */
@Timeout(120)
class CancelTest {

    private static final int SLOTS = 2;
    private static final int ROUNDS = 25;
    private static final int AT_ONCE = 4;
    private static final List<String> QUESTIONS = List.of("What is LLF?", "What can you do?",
            "Repeat: seven blue lamps",
            "My name is Ada.");
    private static final String LONG = "Summarize this conversation:\n"
            + "user: I live in Rome.\nassistant: Okay, I will remember that.\n".repeat(18);

    private static LlamaChatModel model;

    @BeforeAll
    static void open() {
        model = TinyChats.model().slots(SLOTS).build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<String> answers() {
        return QUESTIONS.stream().map(question -> TinyChats.chat(model, question).text()).toList();
    }

    private static long readers() {
        return ExitWatchdog.threads().stream().filter(thread -> thread.getName().startsWith("llf-reader-")).count();
    }

    /** A chat that another thread cancels, after some events or some time. */
    private static final class Doomed {

        private final ChatStream stream;
        private final CountDownLatch events;
        private final Thread canceller;

        Doomed(Random random) {
            String text = random.nextBoolean() ? LONG : "Hello!";
            boolean byEvents = random.nextBoolean();
            events = new CountDownLatch(byEvents ? random.nextInt(40) : Integer.MAX_VALUE);
            long patience = byEvents ? TimeUnit.SECONDS.toNanos(60) : random.nextLong(100_000_000);
            stream = model.stream(TinyChats.request(text).sampling(TinyChats.endless()).build());
            Runnable cancel = random.nextBoolean() ? stream::cancel : stream::close;
            canceller = Thread.ofPlatform().start(() -> cancelAfter(patience, cancel));
        }

        private void cancelAfter(long nanos, Runnable cancel) {
            try {
                if (!events.await(nanos, TimeUnit.NANOSECONDS)) {
                    assertThat(events.getCount()).isPositive();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                cancel.run();
            }
        }

        void read() {
            stream.forEach(event -> events.countDown());
        }

        ChatResponse end() throws InterruptedException {
            canceller.join();
            return stream.response();
        }
    }

    @Test
    void leavesNothingBehindAndHarmsNoLaterChat() throws InterruptedException {
        Random random = new Random(4_916);
        List<String> before = answers();
        model.awaitIdle();
        Eventually.until(() -> readers() == 0);
        Map<FinishReason, Integer> reasons = new EnumMap<>(FinishReason.class);

        for (int round = 0; round < ROUNDS; round++) {
            List<Doomed> doomed = new ArrayList<>();
            List<Thread> consumers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                Doomed next = new Doomed(random);
                doomed.add(next);
                consumers.add(Thread.ofVirtual().start(next::read));
            }
            for (Doomed next : doomed) {
                reasons.merge(next.end().finishReason(), 1, Integer::sum);
            }
            for (Thread consumer : consumers) {
                consumer.join();
            }
            if (round % 5 == 0) {
                assertThat(answers()).isEqualTo(before);
            }
        }

        assertThat(reasons).containsOnly(Map.entry(FinishReason.CANCELLED, ROUNDS * AT_ONCE));
        model.awaitIdle();
        assertThat(answers()).isEqualTo(before);
        model.awaitIdle();
        Eventually.until(() -> readers() == 0);
        everySlotStillServes();
    }

    /** As many chats as there are slots run at once. */
    private static void everySlotStillServes() throws InterruptedException {
        List<ChatStream> streams = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            streams.add(model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).maxTokens(900).build()));
        }
        for (ChatStream stream : streams) {
            Iterator<ChatEvent> events = stream.iterator();
            assertThat(events.next()).isInstanceOf(ChatEvent.TextDelta.class);
        }
        assertThat(readers()).isEqualTo(SLOTS);
        streams.forEach(ChatStream::close);
        model.awaitIdle();
        Eventually.until(() -> readers() == 0);
    }

    @Test
    void keepsTheTextSoFar() {
        try (ChatStream stream = model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).build())) {
            StringBuilder read = new StringBuilder();
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    read.append(delta.text());
                    stream.cancel();
                }
            }

            assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(stream.response().text()).isEqualTo(read.toString()).isNotEmpty();
        }
    }
}
