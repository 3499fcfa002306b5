package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Rate;
import dev.llf.admission.RateLimit;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.EngineCrashedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of several tenants crowd before the slots of a worker process that is killed again and again; some have little
 * time, some change their mind, some are held back by a rate. Set the system property {@code llf.load.seconds} to have it go
 * on for longer.
 */
@Timeout(1200)
class WorkerAdmissionLoadTest {

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("llf.load.seconds", 5));
    private static final int CLIENTS = 24;
    private static final int TENANTS = 5;
    private static final int SLOTS = 4;
    private static final int CAPACITY = 12; // so that some find the line full
    private static final Admission ADMISSION = Admission.defaults().withCapacity(CAPACITY).withCapacityPerTenant(4)
            .withMaxWait(Duration.ofMillis(400))
            .withTenantLimit(RateLimit.ofTokens(Rate.perSecond(1_000).withBurst(300)));

    private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();

    private void note(String outcome) {
        outcomes.computeIfAbsent(outcome, key -> new AtomicInteger()).incrementAndGet();
    }

    private int count(String outcome) {
        return outcomes.getOrDefault(outcome, new AtomicInteger()).get();
    }

    private int served() {
        return count(FinishReason.STOP.name()) + count(FinishReason.LENGTH.name());
    }

    private void ask(LlamaChatModel model, Random random) {
        boolean cancels = random.nextInt(4) == 0;
        boolean limited = random.nextInt(4) == 0;
        ChatRequest.Builder request = TinyChats.request("Repeat: seven blue lamps").maxTokens(1 + random.nextInt(30))
                .tenant("tenant " + random.nextInt(TENANTS)).session("session " + random.nextInt(6))
                .priority(Priority.values()[random.nextInt(3)]);
        if (limited) {
            request.timeout(Duration.ofNanos(1 + random.nextInt(300_000_000)));
        }
        try (ChatStream stream = model.stream(request.build())) {
            if (cancels) {
                LockSupport.parkNanos(random.nextInt(50_000_000));
                stream.cancel();
            }
            FinishReason reason = stream.response().finishReason();
            assertThat(reason != FinishReason.CANCELLED || cancels).isTrue();
            assertThat(reason != FinishReason.DEADLINE || limited).isTrue();
            note(reason.name());
        } catch (BusyException e) {
            note("busy");
            LockSupport.parkNanos(5_000_000); // who is refused comes back later
        } catch (EngineCrashedException e) {
            note("crashed");
        } catch (CancelledException e) {
            assertThat(limited).as("its time was up before the process was ready").isTrue();
            note("late");
        }
    }

    private static void checkIdentity(AdmissionStatistics now) {
        assertThat(now.submitted()).isEqualTo(now.admitted() + now.refused() + now.cancelledWaiting()
                + now.expiredWaiting() + now.waiting());
        assertThat(now.admitted()).isEqualTo(now.completed() + now.running());
        assertThat(now.running()).isBetween(0, SLOTS);
        assertThat(now.waiting()).isBetween(0, CAPACITY);
    }

    /** Returns how many processes were killed. */
    private int crowd(LlamaChatModel model) throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + LENGTH.toNanos();
        int killed = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0) {
                        ask(model, random);
                    }
                }));
            }
            Random random = new Random(4_916);
            int due = random.nextInt(40); // so that most processes have answered some
            while (clients.stream().anyMatch(client -> !client.isDone())) {
                checkIdentity(model.admission());
                if (served() > due) {
                    due = served() + random.nextInt(40);
                    killed += Workers.alive().stream().anyMatch(ProcessHandle::destroyForcibly) ? 1 : 0;
                }
                LockSupport.parkNanos(1_000_000);
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        return killed;
    }

    private static void useEverySlot(LlamaChatModel model) throws InterruptedException {
        List<ChatStream> streams = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            streams.add(model.stream(TinyChats.request("Hello!").maxTokens(40).sampling(TinyChats.endless()).build()));
        }
        streams.forEach(stream -> assertThat(stream.iterator().next()).isNotNull());
        assertThat(model.admission().waiting()).isZero();
        streams.forEach(ChatStream::cancel);
        model.awaitIdle();
    }

    @Test
    void losesNoSlotAndCountsEveryoneOnce() throws InterruptedException, ExecutionException {
        try (LlamaChatModel model = TinyChats.model().contextTokens(256).slots(SLOTS).admission(ADMISSION)
                .isolation(Isolation.WORKER_JVM).build()) {
            int killed = crowd(model);
            model.awaitIdle();

            AdmissionStatistics after = model.admission();
            checkIdentity(after);
            assertThat(after.running() + after.waiting()).isZero();
            assertThat(served()).as("some are served").isPositive();
            assertThat(List.of("busy", "crashed", "CANCELLED", "DEADLINE")).allMatch(outcome -> count(outcome) > 0);
            useEverySlot(model);
            assertThat(model.drain(Duration.ZERO)).as("all responses have ended").isTrue();
            System.out.printf("%d kills; outcomes %s; %s%n", killed, outcomes, after);
        }
        assertThat(Workers.alive()).isEmpty();
    }
}
