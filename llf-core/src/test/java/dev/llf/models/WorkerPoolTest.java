package dev.llf.models;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.EngineCrashedException;
import dev.llf.llamacpp.Eventually;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.Preflight;
import dev.llf.llamacpp.TinyChats;
import dev.llf.llamacpp.Workers;
import dev.llf.models.ModelComparison.Failure;
import dev.llf.models.ModelComparison.Success;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Pools of models in worker processes, which come and go as the pool says. */
@Timeout(240)
class WorkerPoolTest {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPoolTest.class);
    private static final ChatRequest QUESTION = ChatRequest.of(Message.user("What is LLF?"));
    private static final int CYCLES = 50;

    private static String answer;

    @BeforeAll
    static void askInThisProcess() {
        try (LlamaChatModel model = TinyChats.model().slots(1).build()) {
            answer = model.chat(QUESTION).text();
        }
    }

    @AfterEach
    void leavesNoProcess() {
        assertThat(Workers.alive()).isEmpty();
    }

    /** Models of different sizes, so that each has a process of its own. */
    private static LlamaChatModel.Builder inProcess(int size) {
        return TinyChats.model().contextTokens(900 + size).slots(1);
    }

    private static LlamaChatModel.Builder worker(int size) {
        return inProcess(size).isolation(Isolation.WORKER_JVM);
    }

    private static ModelPool.Builder workers(String... names) {
        ModelPool.Builder builder = ModelPool.builder();
        for (int i = 0; i < names.length; i++) {
            builder.model(names[i], worker(i));
        }
        return builder;
    }

    /** Asks for a fresh answer, and returns the process that it came from. */
    private static ProcessHandle ask(ModelPool pool, String name) {
        List<ProcessHandle> before = Workers.alive();
        assertThat(pool.chat(name).chat(QUESTION).text()).isEqualTo(answer);
        List<ProcessHandle> after = new ArrayList<>(Workers.alive());
        after.removeAll(before);
        assertThat(after).as("a process was started").hasSize(1);
        return after.getFirst();
    }

    private static CompletableFuture<String> askMeanwhile(ModelPool pool, String name) {
        return CompletableFuture.supplyAsync(() -> pool.chat(name).chat(QUESTION).text(), Thread::startVirtualThread);
    }

    private static ModelStatistics statistics(ModelPool pool, String name) {
        return pool.statistics().models().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void theLongestUnusedProcessEndsAndComesBackWhenAsked() {
        try (ModelPool pool = workers("a", "b", "c").maxResident(2).build()) {
            ProcessHandle a = ask(pool, "a");
            ProcessHandle b = ask(pool, "b");
            assertThat(pool.chat("a").chat(QUESTION).text()).isEqualTo(answer);
            ProcessHandle c = ask(pool, "c");

            assertThat(b.isAlive()).isFalse();
            assertThat(Workers.alive()).containsExactlyInAnyOrder(a, c);
            assertThat(statistics(pool, "b").evictions()).isEqualTo(1);

            assertThat(ask(pool, "b")).isNotEqualTo(b);
            assertThat(a.isAlive()).isFalse();
            assertThat(statistics(pool, "b").loads()).isEqualTo(2);
        }
    }

    @Test
    void processesKeepWithinTheBudget() {
        Preflight found = worker(0).preflight();
        assertThat(found.reclaimable()).isTrue();
        try (ModelPool pool = workers("a", "b")
                .memoryBudget(found.closedBytes() + found.estimatedBytes() * 3 / 2).build()) {
            ProcessHandle a = ask(pool, "a");
            ProcessHandle b = ask(pool, "b");

            assertThat(a.isAlive()).isFalse();
            assertThat(b.isAlive()).isTrue();
            assertThat(pool.statistics().bytes()).isBetween(1L, found.estimatedBytes() * 3 / 2);
            ask(pool, "a");
        }
    }

    @Test
    void aProcessThatAnswersStays() throws IOException, InterruptedException {
        try (ModelPool pool = workers("a", "b").maxResident(1).build()) {
            ProcessHandle a = ask(pool, "a");
            Workers.signal("STOP", a.pid()); // it cannot answer before it is told to go on
            CompletableFuture<String> asked = askMeanwhile(pool, "a");
            Eventually.until(() -> statistics(pool, "a").users() == 1);

            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> pool.chat("b").chat(QUESTION))
                    .withMessageContaining("maxResident is 1");
            assertThat(a.isAlive()).isTrue();

            Workers.signal("CONT", a.pid());
            assertThat(asked.join()).isEqualTo(answer);
            ask(pool, "b");
            assertThat(a.isAlive()).isFalse();
        }
    }

    @Test
    void aProcessThatHangsAndIsIdleMakesRoom() throws IOException, InterruptedException {
        try (ModelPool pool = workers("a", "b").maxResident(1).build()) {
            ProcessHandle a = ask(pool, "a");
            Workers.signal("STOP", a.pid());
            ask(pool, "b");

            assertThat(a.isAlive()).isFalse();
        }
    }

    @Test
    void idleProcessesEnd() {
        try (ModelPool pool = workers("a", "b").keepAlive(Duration.ofMillis(1)).build()) {
            pool.warmUp();
            Eventually.until(() -> Workers.alive().isEmpty());

            assertThat(statistics(pool, "a").evictions()).isEqualTo(1);
            assertThat(pool.chat("a").chat(QUESTION).text()).isEqualTo(answer);
            Eventually.until(() -> statistics(pool, "a").evictions() == 2);
            Eventually.until(() -> Workers.alive().isEmpty());
        }
    }

    @Test
    void warmUpStartsTheProcesses() {
        try (ModelPool pool = workers("a", "b").build()) {
            pool.warmUp();
            List<ProcessHandle> warm = Workers.alive();
            assertThat(warm).hasSize(2);
            assertThat(statistics(pool, "a").tokensPerSecond()).isEmpty();
            assertThat(pool.profile("a").contextTokens()).hasValue(900);

            assertThat(pool.chat("a").chat(QUESTION).text()).isEqualTo(answer);
            assertThat(pool.chat("b").chat(QUESTION).text()).isEqualTo(answer);
            assertThat(Workers.alive()).containsExactlyInAnyOrderElementsOf(warm);
            assertThat(statistics(pool, "a").tokensPerSecond().orElseThrow()).isPositive();
        }
    }

    @Test
    void closingEndsAllProcesses() {
        ModelPool pool = workers("a", "b").build();
        pool.warmUp();
        pool.close();
        assertThat(Workers.alive()).isEmpty();
        pool.close();
    }

    @Test
    void closingEndsAProcessThatIsStarting() {
        ModelPool pool = workers("a").build();
        CompletableFuture<String> asked = askMeanwhile(pool, "a");
        Eventually.until(() -> !Workers.alive().isEmpty());
        pool.close();

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(asked::get)
                .withCauseInstanceOf(IllegalStateException.class);
        Eventually.until(() -> Workers.alive().isEmpty());
    }

    @Test
    void onlyWorkersMakeRoom() {
        try (ModelPool pool = workers("a", "b").model("here", inProcess(0)).model("also here", inProcess(1))
                .maxResident(2).build()) {
            assertThat(pool.chat("here").chat(QUESTION).text()).isEqualTo(answer);
            ProcessHandle a = ask(pool, "a");
            ask(pool, "b");
            assertThat(a.isAlive()).isFalse();

            assertThat(pool.chat("also here").chat(QUESTION).text()).isEqualTo(answer);
            assertThat(Workers.alive()).isEmpty();
            assertThatExceptionOfType(PoolFullException.class).isThrownBy(() -> pool.chat("a").chat(QUESTION))
                    .withMessageContaining("Isolation.WORKER_JVM")
                    .satisfies(e -> assertThat(e.resident()).containsOnlyKeys("here", "also here"));
        }
    }

    @Test
    void aKilledProcessFailsItsCallsAndIsReplaced() {
        try (ModelPool pool = workers("a", "b").build()) {
            ProcessHandle a = ask(pool, "a");
            ProcessHandle b = ask(pool, "b");
            try (ChatStream running = pool.chat("a")
                    .stream(QUESTION.toBuilder().sampling(TinyChats.endless()).build())) {
                running.iterator().next();
                a.destroyForcibly();
                assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(running::response);
            }
            assertThat(statistics(pool, "a").users()).isZero();
            assertThat(b.isAlive()).isTrue();

            assertThat(ask(pool, "a")).isNotEqualTo(a);
            assertThat(statistics(pool, "a").loads()).isEqualTo(1);
        }
    }

    @Test
    void aConversationOutlivesTheProcessOfItsModel() {
        try (ModelPool pool = workers("a", "b").maxResident(1).build();
                Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");
            ask(pool, "b");

            assertThat(talk.send("What is my name?").text()).contains("Ada");
            assertThat(talk.withModel("b").send("What is my name?").text()).contains("Ada");
            assertThat(talk.turns()).hasSize(3);
            assertThat(statistics(pool, "a").loads()).isEqualTo(2);
        }
    }

    @Test
    void comparesInTurnWhatDoesNotFitTogether() {
        try (ModelPool pool = workers("a", "b").maxResident(1).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("b", "a")).start(QUESTION)) {
            assertThat(comparison.answers()).allSatisfy(each -> assertThat(each).isInstanceOfSatisfying(Success.class,
                    success -> assertThat(success.response().text()).isEqualTo(answer)));
            assertThat(Workers.alive()).hasSize(1);
        }
    }

    @Test
    void aCancelledComparisonLetsGoOfAProcessThatHangs() throws IOException, InterruptedException {
        try (ModelPool pool = workers("a", "b").maxResident(1).build()) {
            ProcessHandle a = ask(pool, "a");
            Workers.signal("STOP", a.pid());
            try (ModelComparison comparison = ModelComparison.builder(pool, List.of("a", "b")).start(QUESTION)) {
                Eventually.until(() -> statistics(pool, "a").users() == 1);
                comparison.cancel();

                assertThat(comparison.answers()).allSatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.cause())
                                .isInstanceOf(CancelledException.class)));
            }
            ask(pool, "b");
            assertThat(a.isAlive()).isFalse();
        }
    }

    @Test
    void aLoadedModelTellsWhoWaits() {
        try (ModelPool pool = workers("a", "b").build()) {
            assertThat(statistics(pool, "a").admission()).isEmpty();
            ask(pool, "a");

            assertThat(statistics(pool, "a").admission()).hasValueSatisfying(line -> {
                assertThat(line.slots()).isEqualTo(1);
                assertThat(line.completed()).isEqualTo(1);
            });
            assertThat(statistics(pool, "b").admission()).isEmpty();
        }
    }

    /** What the whole machine has free moves with all its other programs, so it is reported, not judged. */
    @Test
    void loadingAndUnloadingOverAndOverLeavesNothingBehind() {
        List<Long> available = new ArrayList<>();
        try (ModelPool pool = workers("a", "b").maxResident(1).build()) {
            ask(pool, "b");
            for (int i = 0; i < CYCLES; i++) {
                ask(pool, i % 2 == 0 ? "a" : "b");
                assertThat(Workers.alive()).hasSize(1);
                available.add(worker(0).preflight().availableBytes());
            }
            assertThat(statistics(pool, "a").loads() + statistics(pool, "b").loads()).isEqualTo(CYCLES + 1);
        }
        LOG.info("MiB available after each of {} loads: first {}, last {}, least {}, most {}", CYCLES,
                available.getFirst() >> 20, available.getLast() >> 20, Collections.min(available) >> 20,
                Collections.max(available) >> 20);
    }

    @Test
    void inThisProcessUnloadingIsRefusedAndWhatIsLeftIsCounted() {
        Preflight found = inProcess(50).preflight();
        assertThat(found.reclaimable()).isFalse();
        try (ModelPool pool = ModelPool.builder().model("a", inProcess(50)).model("b", inProcess(51))
                .memoryBudget(found.closedBytes() + found.estimatedBytes() * 3 / 2).build()) {
            pool.warmUp("a");
            assertThatThrownBy(() -> pool.warmUp("b")).isInstanceOf(PoolFullException.class)
                    .hasMessageContaining("keeps its memory until the JVM ends");
        }
        Preflight after = inProcess(51).preflight();
        assertThat(after.closedBytes()).isEqualTo(found.closedBytes() + found.estimatedBytes());
        try (ModelPool pool = ModelPool.builder().model("b", inProcess(51))
                .memoryBudget(found.closedBytes() + found.estimatedBytes() * 3 / 2).build()) {
            assertThatThrownBy(() -> pool.warmUp("b")).isInstanceOf(PoolFullException.class)
                    .hasMessageContaining("closed in this JVM still take");
        }
    }
}
