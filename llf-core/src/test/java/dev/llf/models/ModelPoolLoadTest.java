package dev.llf.models;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.error.BusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Many threads at a pool that has room for few models and keeps none for long. */
@Timeout(120)
class ModelPoolLoadTest {

    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    private static final ChatRequest HELLO = ChatRequest.of(Message.user("Hello"));
    private static final int SENDERS = 8;
    private static final int REQUESTS = 300;

    private final FakeMachine machine = new FakeMachine(8);
    private final AtomicInteger answered = new AtomicInteger();

    @Test
    void nobodyMeetsAClosedModelAndAllAreClosedInTheEnd() throws Exception {
        ModelPool.Builder builder = ModelPool.builder().maxResident(2).keepAlive(Duration.ofMillis(1));
        NAMES.forEach(name -> builder.model(name, machine.worker(name, 2), ModelProfile.NONE));
        try (ModelPool pool = builder.build(); ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                Random random = new Random(i);
                running.add(senders.submit(() -> send(pool, random)));
            }
            for (Future<?> each : running) {
                each.get();
            }
            assertThat(answered.get()).isPositive();
            assertThat(pool.statistics().models()).allSatisfy(each -> assertThat(each.users()).isZero());
            assertThat(pool.statistics().resident()).isLessThanOrEqualTo(2);
        }
        for (String name : NAMES) {
            List<String> ofModel = machine.log.stream().filter(each -> each.endsWith(name)).toList();
            for (int i = 0; i < ofModel.size(); i++) {
                assertThat(ofModel.get(i)).isEqualTo((i % 2 == 0 ? "+" : "-") + name);
            }
            assertThat(ofModel.size() % 2).isZero();
        }
    }

    private void send(ModelPool pool, Random random) {
        for (int i = 0; i < REQUESTS; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            try {
                request(pool, name, random.nextInt(10) == 0);
            } catch (BusyException e) {
                assertThat(e).hasMessageContaining("maxResident is 2"); // the others answer just now
            }
        }
    }

    private void request(ModelPool pool, String name, boolean cancel) {
        if (cancel) {
            try (ChatStream stream = pool.chat(name).stream(HELLO)) {
                stream.cancel();
            }
        } else {
            assertThat(pool.chat(name).chat(HELLO).text()).isEqualTo("I am " + name);
            answered.incrementAndGet();
        }
    }
}
