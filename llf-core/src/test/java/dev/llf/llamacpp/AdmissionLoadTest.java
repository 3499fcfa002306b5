package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many clients crowd before few slots, some with little time and some who change their mind. Set the system property
 * {@code llf.load.seconds} to have it go on for longer.
 */
@Timeout(1200)
class AdmissionLoadTest {

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("llf.load.seconds", 20));
    private static final int CLIENTS = 200;
    private static final int TENANTS = 8;
    private static final int SLOTS = 4;
    private static final int CAPACITY = CLIENTS - SLOTS - 10; // so that some find the line full
    private static final List<String> WORDS = List.of("red", "green", "blue", "seven", "lamps", "apples", "pears",
            "moon");

    /** What became of one client's requests. */
    private static final class Client {

        private final int number;
        private final String question;
        private final ChatResponse alone;
        private final Random random;
        private final Map<FinishReason, Integer> endings = new HashMap<>();
        private final List<Long> refusals = new ArrayList<>(); // nanoseconds that a refusal took
        private int requests;

        Client(int number, LlamaChatModel model) {
            this.number = number;
            random = new Random(number);
            question = "Repeat: %s %s %s".formatted(WORDS.get(number % 8), WORDS.get(number / 8 % 8),
                    WORDS.get(number / 64 % 8));
            alone = model.chat(request().build());
        }

        private ChatRequest.Builder request() {
            return TinyChats.request(question).maxTokens(20).tenant(tenant());
        }

        String tenant() {
            return "tenant " + number % TENANTS;
        }

        void run(LlamaChatModel model, long end) {
            while (System.nanoTime() - end < 0) {
                ask(model);
            }
        }

        private void ask(LlamaChatModel model) {
            boolean limited = random.nextInt(4) == 0;
            boolean cancels = random.nextInt(4) == 0;
            ChatRequest.Builder request = request().priority(Priority.values()[random.nextInt(3)]);
            if (limited) {
                request.timeout(Duration.ofMillis(1 + random.nextInt(2000)));
            }
            requests++;
            long before = System.nanoTime();
            try (ChatStream stream = model.stream(request.build())) {
                if (cancels) {
                    LockSupport.parkNanos(random.nextInt(500_000_000));
                    stream.cancel();
                }
                check(stream, limited, cancels);
            } catch (BusyException e) {
                refusals.add(System.nanoTime() - before);
                assertThat(e.waiting()).isBetween(1, CAPACITY);
                LockSupport.parkNanos(10_000_000); // who is refused comes back later
            }
        }

        private void check(ChatStream stream, boolean limited, boolean cancels) {
            StringBuilder text = new StringBuilder();
            List<ChatResponse> ends = new ArrayList<>();
            for (ChatEvent event : stream) {
                switch (event) {
                    case ChatEvent.TextDelta delta -> text.append(delta.text());
                    case ChatEvent.Completed completed -> ends.add(completed.response());
                    default -> throw new AssertionError("nobody asked for " + event);
                }
            }
            assertThat(ends).as("ends once").containsExactly(stream.response());
            assertThat(stream.response().text()).hasToString(text.toString());
            FinishReason reason = stream.response().finishReason();
            endings.merge(reason, 1, Integer::sum);
            switch (reason) {
                case CANCELLED -> assertThat(cancels).isTrue();
                case DEADLINE -> assertThat(limited).isTrue();
                default -> {
                    assertThat(reason).isEqualTo(alone.finishReason());
                    assertThat(text).hasToString(alone.text());
                }
            }
            assertThat(alone.text()).startsWith(text.toString());
        }

        int answers() {
            return endings.getOrDefault(alone.finishReason(), 0);
        }
    }

    @Test
    void servesAndRefusesEveryoneAsTold() throws InterruptedException, ExecutionException {
        Admission admission = Admission.defaults().withCapacity(CAPACITY);
        try (LlamaChatModel model = TinyChats.model().contextTokens(256).slots(SLOTS).admission(admission).build()) {
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Client(i, model));
            }
            model.awaitIdle();
            AdmissionStatistics before = model.admission();
            Eventually.until(() -> readers() == 0);

            int snapshots = crowd(model, clients);
            model.awaitIdle();

            AdmissionStatistics after = model.admission();
            assertThat(after.running() + after.waiting()).isZero();
            checkCounts(before, after, clients);
            Map<String, Integer> served = new HashMap<>();
            clients.forEach(client -> served.merge(client.tenant(), client.answers(), Integer::sum));
            assertThat(served).hasSize(TENANTS).allSatisfy((tenant, answers) -> assertThat(answers).isPositive());
            Eventually.until(() -> readers() == 0);
            Eventually.until(() -> Deadlines.pending() == 0);
            Map<FinishReason, Integer> endings = new HashMap<>();
            clients.forEach(
                    client -> client.endings.forEach((reason, count) -> endings.merge(reason, count, Integer::sum)));
            System.out.printf("%d snapshots; endings %s; answers %s; refusals %s; %s%n", snapshots, endings, served,
                    refusals(clients), after);
        }
    }

    /** Lets the clients in; meanwhile everything is counted at every moment. */
    private static int crowd(LlamaChatModel model, List<Client> clients)
            throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + LENGTH.toNanos();
        int snapshots = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> futures = new ArrayList<>();
            clients.forEach(client -> futures.add(threads.submit(() -> client.run(model, end))));
            while (futures.stream().anyMatch(future -> !future.isDone())) {
                AdmissionStatistics now = model.admission();
                assertThat(now.submitted()).isEqualTo(now.admitted() + now.refused() + now.cancelledWaiting()
                        + now.expiredWaiting() + now.waiting());
                assertThat(now.running()).isBetween(0, SLOTS);
                assertThat(now.waiting()).isBetween(0, CAPACITY);
                snapshots++;
                LockSupport.parkNanos(1_000_000);
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
        return snapshots;
    }

    private static void checkCounts(AdmissionStatistics before, AdmissionStatistics after, List<Client> clients) {
        int requests = clients.stream().mapToInt(client -> client.requests).sum();
        int refused = clients.stream().mapToInt(client -> client.refusals.size()).sum();
        int served = clients.stream().mapToInt(client -> client.answers()).sum();
        assertThat(after.submitted() - before.submitted()).isEqualTo(requests);
        assertThat(after.refused()).isEqualTo(refused);
        assertThat(after.completed()).isEqualTo(after.admitted()).isGreaterThanOrEqualTo(before.completed() + served);
        assertThat(after.submitted()).isEqualTo(after.admitted() + after.refused() + after.cancelledWaiting()
                + after.expiredWaiting());
        assertThat(List.of(served, refused)).as("the test crowds").allMatch(count -> count > 0);
    }

    private static String refusals(List<Client> clients) {
        List<Long> nanos = clients.stream().flatMap(client -> client.refusals.stream()).sorted().toList();
        return "%d, median %d us, slowest %d us".formatted(nanos.size(), nanos.get(nanos.size() / 2) / 1000,
                nanos.getLast() / 1000);
    }

    private static long readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("llf-reader-")).count();
    }
}
