package dev.llf.models;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.llamacpp.Preflight;
import dev.llf.spi.EmbeddingModel;
import dev.llf.spi.Reranker;
import dev.llf.testing.HashEmbeddingModel;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@Timeout(60)
class ModelPoolTest {

    private static final ChatRequest HELLO = ChatRequest.of(Message.user("Hello"));

    private final FakeMachine machine = new FakeMachine(8);
    private final ManualClock clock = new ManualClock();

    private ModelPool.Builder builder() {
        return ModelPool.builder().ticker(clock);
    }

    private ModelPool.Builder workers(String... names) {
        ModelPool.Builder builder = builder();
        for (String name : names) {
            builder.model(name, machine.worker(name, 2), ModelProfile.NONE);
        }
        return builder;
    }

    private static ModelStatistics statistics(ModelPool pool, String name) {
        return pool.statistics().models().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void loadsAtTheFirstRequestAndOnce() {
        try (ModelPool pool = workers("a", "b").build()) {
            ChatModel model = pool.chat("a");
            assertThat(machine.log).isEmpty();

            assertThat(model.chat(HELLO).text()).isEqualTo("I am a");
            assertThat(model.chat(HELLO).text()).isEqualTo("I am a");

            assertThat(machine.log).containsExactly("+a");
            assertThat(pool.chat("a")).isSameAs(model);
            assertThat(pool.names()).containsExactly("a", "b");
        }
        assertThat(machine.log).containsExactly("+a", "-a");
    }

    @Test
    void closesTheLastOpenedFirst() {
        ModelPool pool = workers("a", "b").build();
        pool.warmUp("b", "a");
        pool.close();
        pool.close();

        assertThat(machine.log).containsExactly("+b", "+a", "-a", "-b");
        assertThatThrownBy(() -> pool.chat("a").chat(HELLO)).isInstanceOf(IllegalStateException.class)
                .hasMessage("The pool of models is closed");
        assertThat(pool.statistics().resident()).isZero();
    }

    @Test
    void leavesTheModelsOfTheHostOpen() {
        ScriptedChatModel mine = ScriptedChatModel.replying("Mine.").thenReplying("Still mine.");
        HashEmbeddingModel vectors = new HashEmbeddingModel();
        try (ModelPool pool = builder().model("mine", mine).embedding("vectors", vectors).build()) {
            pool.warmUp();
            assertThat(pool.chat("mine").chat(HELLO).text()).isEqualTo("Mine.");
            pool.chat("mine").close();
            assertThat(pool.embedding("vectors").embed("x")).isEqualTo(vectors.embed("x"));
            assertThat(pool.preflight()).isEmpty();
            assertThat(statistics(pool, "mine").resident()).isTrue();
        }
        assertThat(mine.closed()).isFalse();
        assertThat(mine.chat(HELLO).text()).isEqualTo("Still mine.");
    }

    @Test
    void closingTheHandedOutModelClosesNothing() {
        try (ModelPool pool = workers("a").build()) {
            pool.chat("a").chat(HELLO);
            pool.chat("a").close();

            assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("I am a");
            assertThat(machine.log).containsExactly("+a");
        }
    }

    @Test
    void namesThoseThereAreWhenOneIsUnknown() {
        try (ModelPool pool = workers("fast", "large").embedding("vectors", new HashEmbeddingModel()).build()) {
            assertThatThrownBy(() -> pool.chat("vectors")).isInstanceOf(ConfigurationException.class)
                    .hasMessage("The pool has no chat model 'vectors'; it has fast, large.");
            assertThatThrownBy(() -> pool.embedding("fast")).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("it has vectors");
            assertThatThrownBy(() -> pool.reranker("a\nb")).isInstanceOf(ConfigurationException.class)
                    .hasMessage("The pool has no reranker 'a?b'; it has none.");
            assertThatThrownBy(() -> pool.profile("x")).isInstanceOf(ConfigurationException.class);
            assertThatThrownBy(() -> pool.warmUp("x")).isInstanceOf(ConfigurationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", " a", "a\n", "a\u0007b", "a\u202eb", "\ud800", "a\u2028b"})
    void refusesWhatIsNoName(String name) {
        assertThatThrownBy(() -> ModelPool.builder().model(name, ScriptedChatModel.replying("x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWrongSettings() {
        ModelPool.Builder builder = ModelPool.builder().model("a", ScriptedChatModel.replying("x"));
        assertThatThrownBy(() -> builder.embedding("a", new HashEmbeddingModel()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'a' already");
        assertThatThrownBy(() -> builder.model("n".repeat(101), ScriptedChatModel.replying("x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.memoryBudget(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxResident(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.keepAlive(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelPool.builder().build()).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void closesTheLongestUnusedToMakeRoom() {
        try (ModelPool pool = workers("a", "b", "c", "d").maxResident(3).build()) {
            for (String name : List.of("a", "b", "c", "a")) {
                clock.advance(Duration.ofSeconds(1));
                pool.chat(name).chat(HELLO);
            }
            pool.chat("d").chat(HELLO);

            assertThat(machine.log).containsExactly("+a", "+b", "+c", "-b", "+d");
            assertThat(statistics(pool, "b").evictions()).isEqualTo(1);
            assertThat(statistics(pool, "b").resident()).isFalse();
            assertThat(pool.statistics().bytes()).isEqualTo(6 * FakeMachine.GIB);
        }
    }

    @Test
    void keepsWithinTheBudget() {
        try (ModelPool pool = workers("a", "b", "c").memoryBudget(5 * FakeMachine.GIB).build()) {
            for (String name : List.of("a", "b", "c", "a")) {
                clock.advance(Duration.ofSeconds(1));
                pool.chat(name).chat(HELLO);
                assertThat(pool.statistics().bytes()).isLessThanOrEqualTo(5 * FakeMachine.GIB);
            }
            assertThat(machine.log).containsExactly("+a", "+b", "-a", "+c", "-b", "+a");
        }
    }

    @Test
    void keepsWithinWhatTheMachineHas() {
        try (ModelPool pool = workers("a", "b").model("big", machine.worker("big", 6), ModelProfile.NONE).build()) {
            pool.warmUp("a");
            clock.advance(Duration.ofSeconds(1));
            pool.warmUp("b");
            pool.chat("big").chat(HELLO);

            assertThat(machine.log).containsExactly("+a", "+b", "-a", "+big");
        }
    }

    @Test
    void closesNothingForAModelThatWouldNotFitAnyway() {
        try (ModelPool pool = workers("a").model("huge", machine.worker("huge", 9), ModelProfile.NONE).build()) {
            pool.warmUp("a");

            PoolFullException refusal = catchThrowableOfType(PoolFullException.class,
                    () -> pool.chat("huge").chat(HELLO));

            assertThat(refusal).hasMessageContaining("'huge' needs about 9.0 GiB")
                    .hasMessageContaining("the machine has 6.0 GiB free").hasMessageContaining("a (2.0 GiB)");
            assertThat(refusal.resident()).containsOnlyKeys("a").containsEntry("a", 2 * FakeMachine.GIB);
            assertThat(machine.log).containsExactly("+a");
        }
    }

    @Test
    void saysPlainlyThatAModelDoesNotFitAlone() {
        try (ModelPool pool = builder().model("huge", machine.worker("huge", 9), ModelProfile.NONE).build()) {
            assertThatThrownBy(() -> pool.chat("huge").chat(HELLO)).isInstanceOf(InsufficientMemoryException.class);
        }
    }

    @Test
    void refusesBesideModelsThatKeepTheirMemory() {
        try (ModelPool pool = builder().model("a", machine.inProcess("a", 2), ModelProfile.NONE)
                .model("b", machine.inProcess("b", 2), ModelProfile.NONE).memoryBudget(3 * FakeMachine.GIB).build()) {
            pool.chat("a").chat(HELLO);

            assertThatThrownBy(() -> pool.chat("b").chat(HELLO)).isInstanceOf(PoolFullException.class)
                    .hasMessageContaining("memoryBudget is 3.0 GiB").hasMessageContaining("a (2.0 GiB)")
                    .hasMessageContaining("keeps its memory until the JVM ends");
            assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("I am a");
            assertThat(machine.log).containsExactly("+a");
        }
    }

    @Test
    void countsWhatClosedModelsStillTake() {
        Preflight found = new Preflight(Path.of("x.gguf"), Optional.empty(), Optional.empty(), 1, 2, 100, 3, false,
                false, List.of());
        Source<ChatModel> source = new Source<>(() -> found, () -> ScriptedChatModel.replying("x"));
        try (ModelPool pool = builder().model("x", source, ModelProfile.NONE).memoryBudget(4).build();
                ModelPool larger = builder().model("x", source, ModelProfile.NONE).memoryBudget(5).build()) {
            assertThatThrownBy(() -> pool.chat("x").chat(HELLO)).isInstanceOf(PoolFullException.class)
                    .hasMessageContaining("closed in this JVM still take");
            assertThat(larger.chat("x").chat(HELLO).text()).isEqualTo("x");
        }
    }

    @Test
    void takesNoNewMemoryForWhatIsLoadedAlready() {
        Preflight found = new Preflight(Path.of("x.gguf"), Optional.empty(), Optional.empty(), 1, 200, 100, 0, true,
                false, List.of());
        Source<ChatModel> source = new Source<>(() -> found, () -> ScriptedChatModel.replying("x"));
        try (ModelPool pool = builder().model("x", source, ModelProfile.NONE).build()) {
            assertThat(pool.chat("x").chat(HELLO).text()).isEqualTo("x");
        }
    }

    @Test
    void aRunningResponseKeepsItsModel() {
        ScriptedChatModel held = ScriptedChatModel.replying("one two").holdingAfter(1).repeating();
        Source<ChatModel> source = new Source<>(machine.worker("a", 2).preflight(), () -> held);
        try (ModelPool pool = workers("b").model("a", source, ModelProfile.NONE).maxResident(1)
                .keepAlive(Duration.ofMinutes(1)).build()) {
            ChatStream running = pool.chat("a").stream(HELLO);
            clock.advance(Duration.ofHours(1));
            pool.sweep();

            assertThatThrownBy(() -> pool.chat("b").chat(HELLO)).isInstanceOf(BusyException.class)
                    .hasMessageContaining("maxResident is 1");
            assertThat(statistics(pool, "a").users()).isEqualTo(1);

            running.cancel();
            assertThat(statistics(pool, "a").users()).isZero();
            assertThat(pool.chat("b").chat(HELLO).text()).isEqualTo("I am b");
            assertThat(held.closed()).isTrue();
        }
    }

    @Test
    void whoeverHasReadAResponseFindsTheModelIdle() {
        try (ModelPool pool = workers("a", "b").maxResident(1).build()) {
            for (int i = 0; i < 20; i++) {
                assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("I am a");
                try (ChatStream stream = pool.chat("b").stream(HELLO)) {
                    List<ChatEvent> events = new ArrayList<>();
                    stream.forEach(events::add);
                    assertThat(events.getLast()).isInstanceOf(ChatEvent.Completed.class);
                }
            }
            assertThat(statistics(pool, "a").loads()).isEqualTo(20);
        }
    }

    @Test
    void aFailedResponseKeepsNothing() {
        ScriptedChatModel failing = ScriptedChatModel.failing(new EngineException("no luck"))
                .thenFailing(new ConfigurationException("cannot")).thenReplying("Better.");
        try (ModelPool pool = builder().model("a", failing).build()) {
            assertThatThrownBy(() -> pool.chat("a").chat(HELLO)).hasMessage("no luck");
            assertThatThrownBy(() -> pool.chat("a").stream(HELLO)).hasMessage("cannot");
            assertThat(statistics(pool, "a").users()).isZero();
            assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("Better.");
        }
    }

    @Test
    void closesWhatHasBeenIdle() {
        try (ModelPool pool = workers("a", "b").model("c", machine.inProcess("c", 1), ModelProfile.NONE)
                .keepAlive(Duration.ofDays(1)).build()) {
            pool.warmUp("a", "c");
            clock.advance(Duration.ofHours(23));
            pool.warmUp("b");
            clock.advance(Duration.ofHours(1));
            pool.sweep();

            assertThat(machine.log).containsExactly("+a", "+c", "+b", "-a");
            assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("I am a");
        }
    }

    @Test
    void mayKeepModelsForEver() {
        try (ModelPool pool = workers("a").keepAlive(Duration.ofSeconds(Long.MAX_VALUE)).build()) {
            pool.warmUp();
            clock.advance(Duration.ofDays(300));
            pool.sweep();
            assertThat(machine.log).containsExactly("+a");
        }
    }

    @Test
    void sweepsByItself() throws InterruptedException {
        try (ModelPool pool = ModelPool.builder().model("a", machine.worker("a", 1), ModelProfile.NONE)
                .keepAlive(Duration.ofMillis(1)).build()) {
            pool.warmUp();
            machine.awaitSomeClosed();
        }
    }

    @Test
    void loadsOnceForAllWhoAsk() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ModelPool pool = builder()
                .model("a", machine.loading("a", () -> awaitUninterruptibly(go)), ModelProfile.NONE).build()) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                        Thread::startVirtualThread));
            }
            while (statistics(pool, "a").users() < 8) {
                Thread.onSpinWait();
            }
            go.countDown();
            for (CompletableFuture<String> answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("I am a");
            }
            assertThat(machine.log).containsExactly("+a");
        }
    }

    @Test
    void aLoadDoesNotHoldUpOtherModels() {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch loading = new CountDownLatch(1);
        try (ModelPool pool = workers("b").model("a", machine.loading("a", () -> {
            loading.countDown();
            awaitUninterruptibly(go);
        }), ModelProfile.NONE).build()) {
            pool.warmUp("b");
            CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                    Thread::startVirtualThread);
            awaitUninterruptibly(loading);

            assertThat(pool.chat("b").chat(HELLO).text()).isEqualTo("I am b");
            assertThat(slow).isNotDone();
            go.countDown();
            assertThat(slow.join()).isEqualTo("I am a");
        }
    }

    @Test
    void tellsAllOfAFailedLoadAndTriesAgain() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger loads = new AtomicInteger();
        try (ModelPool pool = builder().model("a", machine.loading("a", () -> {
            if (loads.incrementAndGet() == 1) {
                awaitUninterruptibly(go);
                throw new EngineException("no luck");
            }
        }), ModelProfile.NONE).build()) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                        Thread::startVirtualThread));
            }
            while (statistics(pool, "a").users() < 3) {
                Thread.onSpinWait();
            }
            go.countDown();
            for (CompletableFuture<String> answer : answers) {
                assertThatThrownBy(answer::get).isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(EngineException.class);
            }
            assertThat(statistics(pool, "a").users()).isZero();
            assertThat(pool.chat("a").chat(HELLO).text()).isEqualTo("I am a");
        }
    }

    @Test
    void anErrorOfALoadIsToldToo() {
        try (ModelPool pool = builder().model("a", machine.loading("a", () -> {
            throw new UnsatisfiedLinkError("no library");
        }), ModelProfile.NONE).build()) {
            assertThatThrownBy(() -> pool.chat("a").chat(HELLO)).isInstanceOf(UnsatisfiedLinkError.class);
        }
    }

    @Test
    void anInterruptEndsTheWaitingAndTheLoadGoesOn() {
        CountDownLatch go = new CountDownLatch(1);
        try (ModelPool pool = builder()
                .model("a", machine.loading("a", () -> awaitUninterruptibly(go)), ModelProfile.NONE).build()) {
            CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                    Thread::startVirtualThread);
            while (statistics(pool, "a").users() < 1) {
                Thread.onSpinWait();
            }
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.chat("a").chat(HELLO)).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();

            go.countDown();
            assertThat(other.join()).isEqualTo("I am a");
        }
    }

    @Test
    void theTimeOfARequestRunsWhileItsModelLoads() {
        CountDownLatch go = new CountDownLatch(1);
        try (ModelPool pool = builder()
                .model("a", machine.loading("a", () -> awaitUninterruptibly(go)), ModelProfile.NONE)
                .model("b", machine.loading("b", () -> clock.advance(Duration.ofSeconds(20))), ModelProfile.NONE)
                .model("c", machine.loading("c", () -> clock.advance(Duration.ofSeconds(40))), ModelProfile.NONE)
                .build()) {
            assertThatThrownBy(() -> pool.chat("a").chat(HELLO.toBuilder().timeout(Duration.ofMillis(1)).build()))
                    .isInstanceOf(CancelledException.class).hasMessageContaining("being loaded");
            go.countDown();
            ChatRequest halfAMinute = HELLO.toBuilder().timeout(Duration.ofSeconds(30)).build();
            pool.chat("b").chat(halfAMinute);
            assertThat(machine.opened.get("b").requests().getFirst().timeout()).contains(Duration.ofSeconds(10));
            assertThatThrownBy(() -> pool.chat("c").chat(halfAMinute)).isInstanceOf(CancelledException.class);
            assertThat(statistics(pool, "c").users()).isZero();
        }
    }

    @Test
    void closingTellsThoseWhoWaitForALoadAndClosesWhatArrives() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch loading = new CountDownLatch(1);
        ModelPool pool = builder()
                .model("a", machine.loading("a", () -> {
                    loading.countDown();
                    awaitUninterruptibly(go);
                }), ModelProfile.NONE).build();
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                Thread::startVirtualThread);
        awaitUninterruptibly(loading);
        pool.close();

        assertThatThrownBy(waiting::get).hasCauseInstanceOf(IllegalStateException.class);
        go.countDown();
        machine.awaitSomeClosed();
    }

    @Test
    void doesNotBeginALoadThatNobodyWaitsFor() {
        CountDownLatch go = new CountDownLatch(1);
        try (ModelPool pool = workers("b")
                .model("a", machine.loading("a", () -> awaitUninterruptibly(go)), ModelProfile.NONE).build()) {
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> pool.chat("a").chat(HELLO).text(),
                    Thread::startVirtualThread);
            while (statistics(pool, "a").users() < 1) {
                Thread.onSpinWait();
            }
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.chat("b").chat(HELLO)).isInstanceOf(CancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            go.countDown();
            first.join();

            pool.warmUp("a");
            assertThat(pool.chat("b").chat(HELLO).text()).isEqualTo("I am b");
            assertThat(statistics(pool, "b").loads()).isEqualTo(1);
        }
    }

    @Test
    void embeddingsAndRerankersAreLoadedWhenAsked() {
        AtomicInteger loads = new AtomicInteger();
        Source<EmbeddingModel> vectors = new Source<>(machine.worker("v", 1).preflight(), () -> {
            loads.incrementAndGet();
            return new HashEmbeddingModel(64, 10);
        });
        try (ModelPool pool = builder().embedding("v", vectors).reranker("r", new FakeReranker()).build()) {
            EmbeddingModel model = pool.embedding("v");
            assertThat(loads).hasValue(0);
            assertThat(model.dimension()).isEqualTo(64);
            assertThat(model.maxTokens()).isEqualTo(10);
            assertThat(model.countTokens("one two")).isEqualTo(2);
            assertThat(model.fingerprint()).isEqualTo(new HashEmbeddingModel(64, 10).fingerprint());
            assertThat(model.embedAll(List.of("x"))).hasSize(1);
            assertThat(pool.reranker("r").rerank("q", List.of("a"))).containsExactly(new Reranker.Score(0, 1));
            assertThat(loads).hasValue(1);
            assertThat(statistics(pool, "v").users()).isZero();
        }
    }

    private static final class FakeReranker implements Reranker {

        @Override
        public List<Score> rerank(String query, List<String> documents) {
            return List.of(new Score(0, 1));
        }

        @Override
        public void close() {
            throw new IllegalStateException("a model of the host is not the pool's to close");
        }
    }

    @Test
    void aModelThatCannotBeClosedKeepsNoOtherOpen() {
        Source<ChatModel> stubborn = new Source<>(machine.worker("s", 1).preflight(),
                () -> new StubbornModel(ScriptedChatModel.replying("x")));
        ModelPool pool = workers("a").model("s", stubborn, ModelProfile.NONE).build();
        pool.chat("a").info();
        pool.chat("s").info();
        pool.close();

        assertThat(machine.log).containsExactly("+a", "-a");
    }

    @Test
    void aModelWhoseCloseBreaksDownKeepsNoOtherOpen() {
        Source<ChatModel> broken = new Source<>(machine.worker("s", 1).preflight(),
                () -> new StubbornModel(ScriptedChatModel.replying("x"), new NoClassDefFoundError("gone")));
        ModelPool pool = workers("a").model("s", broken, ModelProfile.NONE).keepAlive(Duration.ofDays(1)).build();
        pool.chat("s").info();
        clock.advance(Duration.ofDays(1));
        pool.sweep();
        pool.warmUp("a");
        pool.chat("s").info();
        pool.close();

        assertThat(machine.log).containsExactly("+a", "-a");
    }

    @Test
    void knowsTheContextOfWhatWasLoadedLast() {
        ScriptedChatModel before = ScriptedChatModel.replying("x").withContextTokens(100);
        ScriptedChatModel after = ScriptedChatModel.replying("x").withContextTokens(200);
        Iterator<ScriptedChatModel> models = List.of(before, after).iterator();
        Source<ChatModel> source = new Source<>(machine.worker("a", 1).preflight(), models::next);
        try (ModelPool pool = workers("b").model("a", source, ModelProfile.NONE).maxResident(1).build()) {
            pool.chat("a").chat(HELLO);
            assertThat(pool.profile("a").contextTokens()).hasValue(100);
            pool.warmUp("b");
            assertThat(pool.chat("a").info().contextTokens()).isEqualTo(100);

            pool.chat("a").chat(HELLO); // its file may have been replaced
            assertThat(pool.chat("a").info().contextTokens()).isEqualTo(200);
        }
    }

    private record StubbornModel(ChatModel model, Throwable failure) implements ChatModel {

        StubbornModel(ChatModel model) {
            this(model, new IllegalStateException("no"));
        }

        @Override
        public ChatStream stream(ChatRequest request) {
            return model.stream(request);
        }

        @Override
        public int countTokens(ChatRequest request) {
            return model.countTokens(request);
        }

        @Override
        public dev.llf.chat.ModelInfo info() {
            return model.info();
        }

        @Override
        public void close() {
            switch (failure) {
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                default -> throw new AssertionError(failure);
            }
        }
    }

    @Test
    void derivesWhatTheHostDoesNotSay() {
        ScriptedChatModel paced = ScriptedChatModel.replying("one two three four five").pacedBy(Duration.ofMillis(100))
                .withClock(clock).withContextTokens(777).repeating();
        Source<ChatModel> source = new Source<>(machine.worker("a", 3).preflight(), () -> paced);
        try (ModelPool pool = builder().model("a", source, ModelProfile.builder().quality(3).build())
                .model("b", machine.worker("b", 3), ModelProfile.builder().cost(1).speed(2).contextTokens(5).build())
                .build()) {
            assertThat(pool.profile("a")).isEqualTo(ModelProfile.builder().quality(3).cost(8).build());

            try (ChatStream stream = pool.chat("a").stream(HELLO)) {
                while (statistics(pool, "a").users() > 0) {
                    clock.advance(Duration.ofMillis(100));
                }
                stream.response();
            }
            pool.chat("a").info();

            assertThat(statistics(pool, "a").tokensPerSecond()).hasValueCloseTo(10.0,
                    org.assertj.core.data.Offset.offset(0.1));
            assertThat(pool.profile("a"))
                    .isEqualTo(ModelProfile.builder().quality(3).cost(8).speed(6).contextTokens(777).build());
            assertThat(pool.profile("b"))
                    .isEqualTo(ModelProfile.builder().cost(1).speed(2).contextTokens(5).build());
            assertThat(pool.candidates("b", "a")).extracting(Candidate::model).containsExactly("b", "a");
            assertThat(pool.candidates()).extracting(Candidate::model).containsExactly("a", "b");
            assertThatThrownBy(() -> pool.candidates("a", "a")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void routesByTheLastMessageOfTheUser() {
        List<String> queries = new ArrayList<>();
        Router router = (query, candidates) -> {
            queries.add(query);
            return Router.cost().route(query, candidates);
        };
        ChatRequest request = ChatRequest.of(Message.user("first"), Message.assistant("yes"), Message.user("last"));
        try (ModelPool pool = builder().model("big", machine.worker("big", 6), ModelProfile.NONE)
                .model("small", machine.worker("small", 1), ModelProfile.NONE).build()) {
            assertThat(pool.route(router, request).model()).isEqualTo("small");
            assertThat(pool.route(router, ChatRequest.of(Message.assistant("s")), "big").model()).isEqualTo("big");
            assertThat(queries).containsExactly("last", "");
            assertThat(machine.log).isEmpty();

            Router astray = (query, candidates) -> RoutingDecision.ranked("astray",
                    List.of(new Candidate("elsewhere", ModelProfile.NONE)), each -> 1, "because");
            assertThatThrownBy(() -> pool.route(astray, request)).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("elsewhere");
        }
    }
}
