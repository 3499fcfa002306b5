package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.error.EngineException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class EngineRegistryTest {

    private static final GgufFile GGUF = GgufFile.read(TinyModel.path());

    private final AtomicInteger loads = new AtomicInteger();
    private final EngineRegistry registry = new EngineRegistry((options, gguf) -> {
        loads.incrementAndGet();
        return loaded();
    });

    private static LoadedEngine loaded() {
        return new LoadedEngine(FakeEngine.writing(), new SlotScheduler(1, Admission.defaults()),
                new ThreadChoice(1, "told"));
    }

    private static EngineOptions options(int slots) {
        return new EngineOptions(Path.of("m.gguf"), 1, 2, EngineOptions.Purpose.CHAT, 256, slots, 1, 128, KvType.F16,
                false, EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults());
    }

    private static EngineOptions worker(int slots) {
        return options(slots).in(new Residence(Isolation.WORKER_JVM, Optional.empty()));
    }

    @Test
    void sharesAModelAmongEqualOptions() {
        LoadedEngine first = registry.acquire(options(1), GGUF);

        assertThat(registry.acquire(options(1), GGUF)).isSameAs(first);
        assertThat(registry.acquire(options(2), GGUF)).isNotSameAs(first);
        assertThat(loads).hasValue(2);
    }

    @Test
    void countsUsers() {
        registry.acquire(options(1), GGUF);
        registry.acquire(options(1), GGUF);
        registry.release(options(1));

        assertThat(registry.users(options(1))).isEqualTo(1);
        assertThat(registry.users(options(2))).isZero();
    }

    @Test
    void keepsAModelThatNobodyUses() {
        LoadedEngine first = registry.acquire(options(1), GGUF);
        registry.release(options(1));

        assertThat(registry.users(options(1))).isZero();
        assertThat(registry.acquire(options(1), GGUF)).isSameAs(first);
        assertThat(loads).hasValue(1);
    }

    @Test
    void refusesToReleaseMoreThanWasAcquired() {
        registry.acquire(options(1), GGUF);
        registry.release(options(1));

        assertThatThrownBy(() -> registry.release(options(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> registry.release(options(2))).isInstanceOf(IllegalStateException.class);
        assertThat(registry.users(options(1))).isZero();
    }

    @Test
    void doesNotRememberAFailedLoad() {
        AtomicInteger attempts = new AtomicInteger();
        EngineRegistry failing = new EngineRegistry((options, gguf) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new EngineException("no luck");
            }
            return loaded();
        });

        assertThatThrownBy(() -> failing.acquire(options(1), GGUF)).isInstanceOf(EngineException.class);
        assertThat(failing.users(options(1))).isZero();
        assertThat(failing.acquire(options(1), GGUF)).isNotNull();
        assertThat(failing.users(options(1))).isEqualTo(1);
    }

    @Test
    void loadsOnceForManyThreads() {
        Set<LoadedEngine> engines = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 64).parallel().forEach(i -> engines.add(registry.acquire(options(1), GGUF)));

        assertThat(engines).hasSize(1);
        assertThat(loads).hasValue(1);
        assertThat(registry.users(options(1))).isEqualTo(64);
    }

    @Test
    void nobodyWaitsForALoadOfAnotherModel() throws InterruptedException {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch loaded = new CountDownLatch(1);
        EngineRegistry slow = new EngineRegistry((options, gguf) -> {
            if (options.slots() == 2) {
                loading.countDown();
                await(loaded);
            }
            return loaded();
        });
        LoadedEngine first = slow.acquire(options(1), GGUF);
        Thread loader = Thread.ofPlatform().start(() -> slow.acquire(options(2), GGUF));
        await(loading);

        assertThat(slow.acquire(options(1), GGUF)).isSameAs(first);
        slow.release(options(1));
        slow.release(options(1));
        assertThat(slow.users(options(1))).isZero();
        assertThat(slow.isLoaded(options(2))).isFalse();
        assertThat(slow.isLoaded(options(1))).isTrue();
        assertThat(slow.closedBytes(options(9))).isPositive();
        loaded.countDown();
        loader.join();
        assertThat(slow.isLoaded(options(2))).isTrue();
    }

    @Test
    void allWhoWaitForALoadThatFailsAreTold() throws InterruptedException {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch fails = new CountDownLatch(1);
        EngineException failure = new EngineException("out of order");
        EngineRegistry failing = new EngineRegistry((options, gguf) -> {
            loading.countDown();
            await(fails);
            throw failure;
        });
        List<Throwable> told = new CopyOnWriteArrayList<>();
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            users.add(Thread.ofPlatform().start(() -> {
                try {
                    failing.acquire(options(1), GGUF);
                } catch (EngineException e) {
                    told.add(e);
                }
            }));
        }
        await(loading);
        Eventually.until(() -> failing.users(options(1)) == 3);
        fails.countDown();
        for (Thread user : users) {
            user.join();
        }

        assertThat(told).containsExactly(failure, failure, failure);
        assertThat(failing.users(options(1))).isZero();
        assertThat(failing.isLoaded(options(1))).isFalse();
    }

    @Test
    void onlyALoadWaitsUntilAClosedWorkerIsGone() throws InterruptedException {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        FakeEngine engine = FakeEngine.writing();
        engine.onClose = () -> {
            closing.countDown();
            await(gone);
            order.add("closed");
        };
        EngineRegistry workers = new EngineRegistry((options, gguf) -> {
            order.add("loaded " + options.slots());
            return new LoadedEngine(engine, new SlotScheduler(1, Admission.defaults()), new ThreadChoice(1, "told"));
        });
        LoadedEngine other = workers.acquire(options(1), GGUF);
        EngineOptions worker = worker(2);
        workers.acquire(worker, GGUF);
        Thread closer = Thread.ofPlatform().start(() -> workers.release(worker));
        await(closing);

        assertThat(workers.acquire(options(1), GGUF)).isSameAs(other);
        assertThat(workers.users(worker)).isZero();
        Thread loader = Thread.ofPlatform().start(() -> workers.acquire(worker(3), GGUF));
        Eventually.until(() -> loader.getState() == Thread.State.WAITING || !loader.isAlive());
        gone.countDown();
        loader.join();
        closer.join();

        assertThat(order).containsExactly("loaded 1", "loaded 2", "closed", "loaded 3");
    }

    @Test
    void aHaltDuringALoadReachesWhatIsLoaded() throws InterruptedException {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch loaded = new CountDownLatch(1);
        EngineRegistry slow = new EngineRegistry((options, gguf) -> {
            if (options.slots() == 2) {
                loading.countDown();
                await(loaded);
            }
            return loaded();
        });
        LoadedEngine first = slow.acquire(options(1), GGUF);
        List<Throwable> told = new CopyOnWriteArrayList<>();
        Thread loader = Thread.ofPlatform().start(() -> {
            try {
                slow.acquire(options(2), GGUF);
            } catch (IllegalStateException e) {
                told.add(e);
            }
        });
        await(loading);

        slow.halt(Duration.ZERO);

        SlotScheduler halted = first.scheduler();
        assertThatThrownBy(() -> halted.submit(null)).isInstanceOf(IllegalStateException.class);
        loaded.countDown();
        loader.join();
        assertThat(told).hasSize(1);
        assertThatThrownBy(() -> slow.acquire(options(1), GGUF)).isInstanceOf(IllegalStateException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
