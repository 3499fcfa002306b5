package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.error.EngineException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
