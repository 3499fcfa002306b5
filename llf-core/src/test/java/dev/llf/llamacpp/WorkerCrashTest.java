package dev.llf.llamacpp;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.error.EngineCrashedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The host and its conversations outlive any end of the worker process. */
@Timeout(240)
class WorkerCrashTest {

    private static final int KILLS = 50;
    private static final int SENDERS = 4;
    private static final List<String> QUESTIONS = List.of("What is LLF?", "Hello!", "Repeat: seven blue lamps");

    private LlamaChatModel model;

    @BeforeEach
    void open() {
        model = TinyChats.model().slots(2).isolation(Isolation.WORKER_JVM).build();
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(Workers.alive()).isEmpty();
    }

    private static long threads() {
        return ExitWatchdog.threads().stream().filter(thread -> thread.getName().startsWith("llf-worker-")
                || thread.getName().startsWith("llf-reader-")).count();
    }

    private static Map<String, String> answers(LlamaChatModel model) {
        Map<String, String> answers = new ConcurrentHashMap<>();
        QUESTIONS.forEach(question -> answers.put(question, TinyChats.chat(model, question).text()));
        return answers;
    }

    @Test
    void standsFiftyKillsUnderLoad() throws Exception {
        Map<String, String> expected = answers(model);
        Eventually.until(() -> threads() == 2);
        AtomicInteger asked = new AtomicInteger();
        Semaphore answered = new Semaphore(0);
        AtomicInteger crashed = new AtomicInteger();
        AtomicInteger killed = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                Random random = new Random(i);
                senders.add(pool.submit(() -> {
                    while (killed.get() < KILLS) {
                        String question = QUESTIONS.get(random.nextInt(QUESTIONS.size()));
                        try {
                            assertThat(TinyChats.chat(model, question).text()).isEqualTo(expected.get(question));
                            asked.incrementAndGet();
                            answered.release();
                        } catch (EngineCrashedException e) {
                            assertThat(e.exitStatus()).isEqualTo(137);
                            crashed.incrementAndGet();
                        }
                    }
                }));
            }
            killAtRandomMoments(killed, answered);
            for (Future<?> sender : senders) {
                sender.get();
            }
        }

        assertThat(crashed.get()).isPositive();
        assertThat(asked.get()).isGreaterThan(KILLS);
        assertThat(answers(model)).isEqualTo(expected);
        assertThat(Workers.alive()).hasSize(1);
        Eventually.until(() -> threads() == 2);
    }

    /** After a random number of answers, so that a loaded machine has its answers, too; then at once or a little later. */
    private static void killAtRandomMoments(AtomicInteger killed, Semaphore answered)
            throws InterruptedException {
        Random random = new Random(4_916);
        while (killed.get() < KILLS) {
            answered.drainPermits();
            answered.acquire(1 + random.nextInt(5));
            for (int spins = random.nextInt(1_000_000); spins > 0; spins--) {
                Thread.onSpinWait();
            }
            Optional<ProcessHandle> worker = Workers.alive().stream().findFirst();
            if (worker.isPresent() && worker.get().destroyForcibly()) {
                killed.incrementAndGet();
            }
        }
    }

    @Test
    void aConversationKeepsExactlyItsWholeTurns() {
        try (Llf llf = Llf.builder().model(model).maxTokens(30).build()) {
            Conversation talk = llf.conversation();
            Random random = new Random(7);
            List<String> answered = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String text = QUESTIONS.get(i % QUESTIONS.size());
                Thread killer = i % 3 != 0 ? null : Thread.ofPlatform().start(() -> {
                    for (int spins = random.nextInt(1_000_000); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    Workers.alive().forEach(ProcessHandle::destroyForcibly);
                });
                try {
                    String answer = talk.send(text).text();
                    answered.add(text);
                    answered.add(answer);
                } catch (EngineCrashedException e) {
                    assertThat(e.exitStatus()).isEqualTo(137);
                }
                join(killer);
            }

            assertThat(talk.messages()).extracting(Message::text).isEqualTo(answered);
            assertThat(answered).hasSizeGreaterThanOrEqualTo(16);
        }
    }

    private static void join(Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noCachedTokensAreCountedAfterACrash() throws IOException, InterruptedException {
        ChatRequest request = TinyChats.request("What is LLF?").session("s").build();
        ChatResponse first = model.chat(request);
        assertThat(model.chat(request).usage().cachedTokens()).isPositive();
        Workers.signal("KILL", Workers.newest());
        Eventually.until(() -> Workers.alive().isEmpty());
        Eventually.until(() -> threads() == 0);
        ChatResponse after = model.chat(request);

        assertThat(after.usage().cachedTokens()).isZero();
        assertThat(after.text()).isEqualTo(first.text());
        assertThat(model.chat(request).usage().cachedTokens()).isPositive();
    }

    @Test
    void closingAModelCancelsWhatRuns() {
        ChatStream stream = model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).build());
        stream.iterator().next();
        model.close();

        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(Workers.alive()).isEmpty();
    }

    @Test
    void aCancelOfAGenerationThatHangsFreesTheSlot() throws IOException, InterruptedException {
        ChatStream stream = model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).build());
        stream.iterator().next();
        long stopped = Workers.newest();
        Workers.stop(stopped);
        stream.cancel();
        model.awaitIdle();

        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(TinyChats.chat(model, "What is LLF?").text()).isNotEmpty();
        assertThat(Workers.newest()).isNotEqualTo(stopped);
    }

    @Test
    void aFailedTurnIsToldOnlyToWhoWasAffected() {
        ChatStream running = model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).build());
        running.iterator().next();
        ChatStream other = model.stream(TinyChats.request("Hello!").sampling(TinyChats.endless()).build());
        other.iterator().next();
        ChatStream waiting = model.stream(TinyChats.request("What is LLF?").build());
        Workers.alive().forEach(ProcessHandle::destroyForcibly);

        assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(running::response);
        assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(other::response);
        assertThat(waiting.response().finishReason()).isEqualTo(FinishReason.STOP);
    }
}
