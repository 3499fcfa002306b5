package dev.llf.observe;

import dev.llf.chat.FinishReason;
import dev.llf.spi.TurnListener;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConcurrentTurnsTest {

    private static final int THREADS = 16;
    private static final int TURNS = 500;

    private final Metrics metrics = new Metrics(THREADS * TURNS);
    private final Tracer tracer = Tracer.builder().turns(50).build();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<TurnListener> listeners = List.of(metrics, tracer, new MicrometerMetrics(registry));

    private void record(int thread) {
        for (int i = 0; i < TURNS; i++) {
            String id = thread + "-" + i;
            FakeTurn turn = i % 2 == 0
                    ? FakeTurn.quick(id)
                    : new FakeTurn(id).queued().cancelledInLine(1, FinishReason.CANCELLED);
            listeners.forEach(turn::tell);
        }
    }

    /** Looks on while turns are recorded; returns how often. */
    private int look(AtomicBoolean done) {
        int looks = 0;
        long before = 0;
        do {
            MetricsSnapshot snapshot = metrics.snapshot();
            long turns = snapshot.totals().turns();
            assertThat(turns).isBetween(before, (long) THREADS * TURNS);
            assertThat(snapshot.totalSeconds().map(Distribution::count).orElse(0))
                    .isEqualTo((int) snapshot.totals().ok());
            assertThat(snapshot.totals().completionTokens()).isEqualTo(5 * snapshot.totals().ok());
            tracer.latest().ifPresent(trace -> assertThat(trace.root().children()).isNotEmpty());
            before = turns;
            looks++;
        } while (!done.get());
        return looks;
    }

    @Test
    void countsExactlyWhileOthersLook() throws InterruptedException, ExecutionException {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 2)) {
            List<Future<Integer>> lookers = List.of(threads.submit(() -> look(done)), threads.submit(() -> look(done)));
            List<Future<?>> writers = new ArrayList<>();
            IntStream.range(0, THREADS).forEach(thread -> writers.add(threads.submit(() -> record(thread))));
            try {
                for (Future<?> writer : writers) {
                    writer.get();
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> looker : lookers) {
                assertThat(looker.get()).isPositive();
            }
        }

        long half = THREADS * TURNS / 2;
        assertThat(metrics.totals())
                .isEqualTo(new Totals(half, 0, half, 0, 0, 20 * half, 10 * half, 5 * half, half, 0));
        assertThat(metrics.snapshot().totals()).isEqualTo(metrics.totals());
        assertThat(
                registry.get("gen_ai.client.operation.duration").tag("gen_ai.operation.name", "invoke_agent").timers()
                        .stream().mapToLong(Timer::count).sum())
                .isEqualTo(2 * half);
    }
}
