package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.chat.Sampling;
import dev.llf.error.CancelledException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineCrashedException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What becomes of calls when their process crashes, hangs, is killed, idles or cannot be started. */
@Timeout(120)
class WorkerEngineTest {

    private static final GgufFile GGUF = GgufFile.read(TinyModel.path());
    private static final int VOCABULARY = GGUF.vocabulary().orElseThrow().size();
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private final ManualAlarm time = new ManualAlarm();
    /** Time stands still, so nothing is killed for its silence and nothing idles. */
    private final Supervision still = new Supervision(Duration.ofDays(1000), Duration.ofMillis(40), time, time);
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private Runnable memory = checks::incrementAndGet;
    private WorkerEngine engine = engine(Optional.empty(), still);

    private WorkerEngine engine(Optional<Duration> idle, Supervision supervision) {
        return engine(idle, supervision, () -> WorkerCommand.create(supervision.beat()));
    }

    private WorkerEngine engine(Optional<Duration> idle, Supervision supervision, Supplier<ProcessBuilder> command) {
        EngineOptions options = new EngineOptions(TinyModel.path(), 1, 2, EngineOptions.Purpose.CHAT, 1024, 2, 1, 512,
                KvType.F16, false, EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults(),
                new Residence(Isolation.WORKER_JVM, idle));
        return new WorkerEngine(options, VOCABULARY, () -> memory.run(), ends::incrementAndGet, command, supervision);
    }

    private WorkerEngine shell(String script) {
        return engine(Optional.empty(), still, () -> new ProcessBuilder("sh", "-c", script));
    }

    @AfterEach
    void close() {
        engine.close();
        assertThat(Workers.alive()).isEmpty();
    }

    private static EngineRequest request(int slot) {
        Sampling endless = TinyChats.endless();
        return new EngineRequest(new int[] {5, 6, 7}, 1000, slot, true, endless, Optional.empty(), List.of());
    }

    private Engine.Generation started(int slot) {
        Engine.Generation generation = engine.generate(request(slot));
        assertThat(generation.next().last()).isFalse();
        return generation;
    }

    private static void readToTheEnd(Engine.Generation generation) {
        while (!generation.next().last()) {
            // all that has come
        }
    }

    @Test
    void aCrashFailsWhatRunsAndTheNextCallStartsAnotherProcess() throws IOException, InterruptedException {
        Engine.Generation first = started(0);
        Engine.Generation second = started(1);
        long killed = Workers.newest();
        Workers.signal("KILL", killed);

        for (Engine.Generation running : List.of(first, second)) {
            assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(() -> readToTheEnd(running))
                    .withMessageContaining("The worker process %d of ".formatted(killed))
                    .satisfies(e -> assertThat(e.exitStatus()).isEqualTo(137));
        }
        assertThat(ends).hasValue(1);
        readToTheEnd(engine.generate(request(0)));
        assertThat(Workers.newest()).isNotEqualTo(killed);
        assertThat(checks).hasValue(2);
    }

    @Test
    void aNativeAbortIsACrashWithItsLastLines() {
        engine.load();
        EngineRequest banned = new EngineRequest(new int[] {5}, 20, 0, true,
                Sampling.greedy().toBuilder().bannedTokens(allTokensOf("yes")).build(), Optional.of("root ::= \"yes\""),
                List.of());

        assertThatExceptionOfType(EngineCrashedException.class)
                .isThrownBy(() -> readToTheEnd(engine.generate(banned)))
                .satisfies(e -> assertThat(e.logTail()).isNotBlank())
                .satisfies(e -> assertThat(e.exitStatus()).isEqualTo(134));
        assertThat(engine.tokenize("hello")).isNotEmpty();
    }

    private Set<Integer> allTokensOf(String text) {
        Set<Integer> ids = new HashSet<>();
        for (int id = 0; id < VOCABULARY; id++) {
            String token = GGUF.vocabulary().orElseThrow().text(id);
            if (!token.isEmpty() && text.startsWith(token.substring(0, 1))) {
                ids.add(id);
            }
        }
        return ids;
    }

    @Test
    void aFaultInNativeCodeIsACrashWithTheJvmsReport() throws IOException, InterruptedException {
        Engine.Generation running = started(0);
        Workers.signal("SEGV", Workers.newest());

        assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(() -> readToTheEnd(running))
                .satisfies(e -> assertThat(e.logTail()).contains("A fatal error has been detected", "SIGSEGV"))
                .satisfies(e -> assertThat(e.exitStatus()).isPositive());
    }

    @Test
    void signalsThatAreMeantForTheHostDoNotEndIt() throws IOException, InterruptedException {
        Engine.Generation running = started(0);
        for (String signal : List.of("INT", "TERM", "HUP", "QUIT")) {
            Workers.signal(signal, Workers.newest());
        }

        readToTheEnd(running);
        assertThat(ends).hasValue(0);
    }

    @Test
    void aStoppedProcessIsKilledForItsSilence() throws IOException, InterruptedException {
        Supervision live = new Supervision(SILENCE, Duration.ofMillis(40), Supervision.DEFAULT.alarm(),
                System::nanoTime);
        engine = engine(Optional.empty(), live);
        Engine.Generation running = started(0);
        Workers.stop(Workers.newest());

        assertThatExceptionOfType(EngineCrashedException.class).isThrownBy(() -> readToTheEnd(running))
                .withMessageContaining("gave no sign of life for PT2S and was killed");
        assertThat(engine.tokenize("hello")).isNotEmpty();
    }

    @Test
    void aCancelDuringAPromptThatIsNotConfirmedKillsTheProcessQuietly() throws Exception {
        engine.load();
        long stopped = Workers.newest();
        Workers.stop(stopped);
        Engine.Generation running = engine.generate(request(0));
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> cancelWhenAbandoned(running));
        running.abandon();
        Eventually.until(() -> time.due().contains(Duration.ofMillis(40)));
        assertThat(reader).isNotDone();
        time.pass(Duration.ofMillis(40));

        reader.get();
        assertThat(ends).hasValue(1);
        assertThat(engine.tokenize("hello")).isNotEmpty();
        assertThat(Workers.newest()).isNotEqualTo(stopped);
        assertThat(time.due()).doesNotContain(Duration.ofMillis(100));
    }

    private static void cancelWhenAbandoned(Engine.Generation generation) {
        Engine.Piece piece = generation.next();
        while (!piece.text().isEmpty()) {
            piece = generation.next();
        }
        generation.cancel();
    }

    @Test
    void aCancelDoesNotKillWhatOthersUse() throws Exception {
        Engine.Generation other = started(1);
        Engine.Generation running = started(0);
        long stopped = Workers.newest();
        Workers.stop(stopped);
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> cancelWhenAbandoned(running));
        running.abandon();
        Eventually.until(() -> time.due().contains(Duration.ofMillis(40)));
        time.pass(Duration.ofMillis(40));
        assertThat(reader).isNotDone();
        Workers.signal("CONT", stopped);

        reader.get();
        readToTheEnd(other);
        assertThat(Workers.newest()).isEqualTo(stopped);
        assertThat(ends).hasValue(0);
    }

    @Test
    void anIdleProcessEndsAndTheNextCallStartsAnother() {
        engine = engine(Optional.of(Duration.ofMinutes(5)), still);
        engine.load();
        long first = Workers.newest();
        time.pass(Duration.ofMinutes(3));
        assertThat(engine.tokenize("hello")).isNotEmpty();
        time.pass(Duration.ofMinutes(4));
        assertThat(Workers.newest()).isEqualTo(first);
        Engine.Generation running = started(0);
        time.pass(Duration.ofMinutes(10));
        readToTheEnd(running);
        assertThat(ends).hasValue(0);

        Eventually.until(() -> {
            time.pass(Duration.ofMinutes(10));
            return Workers.alive().isEmpty();
        });
        assertThat(ends).hasValue(1);
        readToTheEnd(engine.generate(request(0)));
        assertThat(Workers.newest()).isNotEqualTo(first);
    }

    @Test
    void crashesInARowDelayTheNextStart() throws IOException, InterruptedException {
        int crashes = 0;
        for (Duration delay : List.of(Duration.ZERO, Duration.ZERO, Duration.ofMillis(100), Duration.ofMillis(200))) {
            CompletableFuture<ThreadChoice> loading = CompletableFuture.supplyAsync(engine::load);
            if (!delay.isZero()) {
                Eventually.until(() -> time.due().contains(delay));
                time.pass(delay);
            }
            loading.join();
            Workers.signal("KILL", Workers.newest());
            crashes++;
            int count = crashes;
            Eventually.until(() -> ends.get() == count);
        }
    }

    @Test
    void whoWaitsForAStartCanBeReleased() throws Exception {
        engine.load();
        for (int i = 0; i < 2; i++) {
            Workers.signal("KILL", Workers.newest());
            int count = i + 1;
            Eventually.until(() -> ends.get() == count);
            if (i == 0) {
                engine.tokenize("hello");
            }
        }
        Engine.Generation waiting = engine.generate(request(0));
        CompletableFuture<Engine.Piece> reader = CompletableFuture.supplyAsync(waiting::next);
        Eventually.until(() -> time.due().contains(Duration.ofMillis(100)));
        waiting.abandon();

        assertThatExceptionOfType(ExecutionException.class).isThrownBy(reader::get)
                .withCauseInstanceOf(CancelledException.class);
        assertThatExceptionOfType(CancelledException.class)
                .isThrownBy(() -> engine.awaitReady(Optional.of(Duration.ofMillis(1))))
                .withMessageContaining("PT0.001S");
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> engine.tokenize("hello"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Workers.alive()).isEmpty();
    }

    @Test
    void tooLittleMemoryAtARestartIsToldAsSuch() throws IOException, InterruptedException {
        engine.load();
        memory = () -> {
            throw new InsufficientMemoryException("tiny", 2, 1);
        };
        Workers.signal("KILL", Workers.newest());
        Eventually.until(() -> ends.get() == 1);

        assertThatExceptionOfType(InsufficientMemoryException.class).isThrownBy(() -> engine.tokenize("hello"));
        memory = () -> {};
        assertThat(engine.tokenize("hello")).isNotEmpty();
    }

    @Test
    void saysWhyAProcessCannotBeStarted() {
        engine.close();
        engine = shell("echo no such thing >&2; exit 3");
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> engine.load())
                .withMessageContaining("cannot be started").withMessageContaining("status 3")
                .withMessageContaining("no such thing");

        engine = engine(Optional.empty(), still, () -> new ProcessBuilder("/nowhere/java"));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> engine.load())
                .withMessageContaining("/nowhere/java");
    }

    /** Whatever it writes, it is a crash and never data. */
    @ParameterizedTest
    @ValueSource(strings = {"yes",
        "printf '\\000\\000\\000\\005\\001\\000\\000\\000\\011'; printf '\\000\\000\\000\\005\\016\\000\\000\\000\\000'; exec sleep 60"})
    void aProcessThatIsNoWorkerIsNotBelieved(String script) {
        engine.close();
        engine = shell("exec 2>&1; " + script);

        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> engine.load())
                .withMessageContaining("sent what is no message");
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().orElse("").endsWith("/sh"))).isEmpty();
    }

    @Test
    void refusesAWorkerOfAnotherVersion() {
        engine.close();
        engine = shell("printf '\\000\\000\\000\\011\\000\\000\\000\\000\\000\\000\\000\\000\\143'; exec sleep 60");

        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> engine.load())
                .withMessageContaining("speaks version 99");
    }

    @Test
    void closingEndsWhatRunsQuietlyAndRefusesTheRest() {
        Engine.Generation running = started(0);
        engine.close();
        engine.close();

        readToTheEnd(running);
        assertThat(Workers.alive()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> engine.tokenize("hello")).withMessageContaining("is closed");
    }

    @Test
    void closingDuringAStartLeavesNoProcess() {
        for (int i = 0; i < 5; i++) {
            engine = engine(Optional.empty(), still);
            CompletableFuture<ThreadChoice> loading = CompletableFuture.supplyAsync(engine::load);
            int round = i;
            Eventually.until(() -> round % 2 == 0 || !Workers.alive().isEmpty());
            engine.close();

            assertThatExceptionOfType(ExecutionException.class).isThrownBy(loading::get)
                    .withCauseInstanceOf(IllegalStateException.class);
            assertThat(Workers.alive()).isEmpty();
        }
    }

    @Test
    void checksRequestsBeforeTheyReachTheProcess() {
        assertThatIllegalArgumentException().isThrownBy(() -> engine.detokenize(new int[] {VOCABULARY}));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.generate(request(2)));
        assertThat(Workers.alive()).isEmpty();
    }
}
