package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.Claim;
import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class SlotSchedulerTest {

    /** A job that does what it is told. */
    private record TestJob(Optional<String> session, Consumer<Slot> work, Runnable completion)
            implements
                SlotScheduler.Job {

        @Override
        public Claim claim() {
            return new Claim(Priority.NORMAL, Optional.empty(), 0);
        }

        @Override
        public Runnable run(Slot slot) {
            work.accept(slot);
            return completion;
        }

        @Override
        public long usedTokens() {
            return 0;
        }

        @Override
        public void fail(RuntimeException cause) {
            throw cause;
        }

        @Override
        public void cancel() {}
    }

    private static SlotScheduler scheduler(int slots, int capacity) {
        return new SlotScheduler(slots, Admission.defaults().withCapacity(capacity));
    }

    private static TestJob job(Consumer<Slot> work) {
        return new TestJob(Optional.empty(), work, () -> {});
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Fills a slot until the latch opens. */
    private static void occupy(SlotScheduler scheduler, CountDownLatch release) {
        CountDownLatch running = new CountDownLatch(1);
        scheduler.submit(job(slot -> {
            running.countDown();
            await(release);
        }));
        await(running);
    }

    private static int slotOf(SlotScheduler scheduler, String session) throws InterruptedException {
        AtomicInteger id = new AtomicInteger(-1);
        scheduler.submit(new TestJob(Optional.of(session), slot -> id.set(slot.id()), () -> {}));
        scheduler.awaitIdle();
        return id.get();
    }

    @Test
    void servesInTheOrderOfArrival() throws InterruptedException {
        SlotScheduler scheduler = scheduler(1, 100);
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> order = new CopyOnWriteArrayList<>();
        occupy(scheduler, release);

        for (int i = 0; i < 50; i++) {
            int number = i;
            scheduler.submit(job(slot -> order.add(number)));
        }
        assertThat(scheduler.waiting()).isEqualTo(50);
        release.countDown();
        scheduler.awaitIdle();

        assertThat(order).isSorted().hasSize(50);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void neverRunsMoreJobsThanSlots() throws InterruptedException {
        SlotScheduler scheduler = scheduler(3, 1000);
        Set<Integer> held = ConcurrentHashMap.newKeySet();
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean clash = new AtomicBoolean();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 50; j++) {
                    scheduler.submit(job(slot -> {
                        clash.compareAndSet(false, !held.add(slot.id()) || slot.id() < 0 || slot.id() > 2);
                        Thread.onSpinWait();
                        held.remove(slot.id());
                        done.incrementAndGet();
                    }));
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        scheduler.awaitIdle();

        assertThat(done).hasValue(300);
        assertThat(clash).isFalse();
    }

    @Test
    void prefersTheSlotOfTheSession() throws InterruptedException {
        SlotScheduler scheduler = scheduler(3, 0);
        int ada = slotOf(scheduler, "ada");
        int bob = slotOf(scheduler, "bob");
        int cyd = slotOf(scheduler, "cyd");

        assertThat(Set.of(ada, bob, cyd)).hasSize(3);
        assertThat(slotOf(scheduler, "cyd")).isEqualTo(cyd);
        assertThat(slotOf(scheduler, "ada")).isEqualTo(ada);
        assertThat(slotOf(scheduler, "bob")).isEqualTo(bob);
    }

    @Test
    void givesStrangersTheSlotThatWasUsedLeastRecently() throws InterruptedException {
        SlotScheduler scheduler = scheduler(2, 0);
        int ada = slotOf(scheduler, "ada");
        int bob = slotOf(scheduler, "bob");

        assertThat(slotOf(scheduler, "ada")).isEqualTo(ada);
        assertThat(slotOf(scheduler, "cyd")).isEqualTo(bob);
        assertThat(slotOf(scheduler, "bob")).isEqualTo(ada);
    }

    @Test
    void takesAnotherSlotWhileTheSessionsOwnIsBusy() {
        SlotScheduler scheduler = scheduler(2, 0);
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> ids = new CopyOnWriteArrayList<>();

        for (int i = 0; i < 2; i++) {
            scheduler.submit(new TestJob(Optional.of("ada"), slot -> {
                ids.add(slot.id());
                await(release);
            }, () -> {}));
        }
        Eventually.until(() -> ids.size() == 2);
        release.countDown();

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void refusesWhenTheLineIsFull() throws InterruptedException {
        SlotScheduler scheduler = scheduler(1, 2);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        occupy(scheduler, release);
        scheduler.submit(job(slot -> ran.incrementAndGet()));
        scheduler.submit(job(slot -> ran.incrementAndGet()));

        assertThatThrownBy(() -> scheduler.submit(job(slot -> ran.incrementAndGet())))
                .isInstanceOfSatisfying(BusyException.class, e -> assertThat(e.waiting()).isEqualTo(2));
        release.countDown();
        scheduler.awaitIdle();

        assertThat(ran).hasValue(2);
    }

    @Test
    void forgetsAJobThatWaits() throws InterruptedException {
        SlotScheduler scheduler = scheduler(1, 1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean ran = new AtomicBoolean();
        AtomicBoolean other = new AtomicBoolean();
        TestJob forgotten = job(slot -> ran.set(true));
        occupy(scheduler, release);

        scheduler.submit(forgotten);
        scheduler.forget(forgotten);
        scheduler.forget(forgotten);
        scheduler.submit(job(slot -> other.set(true)));
        release.countDown();
        scheduler.awaitIdle();

        assertThat(ran).isFalse();
        assertThat(other).isTrue();
    }

    @Test
    void completesAJobWhenItsSlotIsFree() {
        SlotScheduler scheduler = scheduler(1, 0);
        CountDownLatch second = new CountDownLatch(1);

        scheduler.submit(new TestJob(Optional.empty(), slot -> {},
                () -> scheduler.submit(job(slot -> second.countDown()))));

        await(second);
    }

    @Test
    void leavesNoThreadBehind() throws InterruptedException {
        SlotScheduler scheduler = scheduler(2, 10);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            scheduler.submit(job(slot -> threads.add(Thread.currentThread())));
        }
        scheduler.awaitIdle();

        assertThat(threads).hasSize(10).allMatch(Thread::isDaemon)
                .allMatch(thread -> thread.getName().startsWith("llf-reader-") && !thread.isVirtual());
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void tellsHowMuchOfAPromptASlotHolds() throws InterruptedException {
        SlotScheduler scheduler = scheduler(1, 0);
        List<Integer> cached = new CopyOnWriteArrayList<>();
        scheduler.submit(job(slot -> {
            cached.add(slot.cached(new int[] {1, 2, 3}));
            slot.remember(new int[] {1, 2}, () -> new int[] {3, 4});
            cached.add(slot.cached(new int[] {1, 2, 3, 4, 5, 6}));
            cached.add(slot.cached(new int[] {1, 2, 9}));
            cached.add(slot.cached(new int[] {1, 2, 3}));
            cached.add(slot.cached(new int[] {1, 2, 3, 4}));
            cached.add(slot.cached(new int[] {7}));
            cached.add(slot.cached(new int[0]));
        }));
        scheduler.awaitIdle();

        assertThat(cached).containsExactly(0, 4, 2, 2, 3, 0, 0);
    }

    @Test
    void reusesNothingThatAnySlotHeldWhenAnEvaluationFailed() throws InterruptedException {
        SlotScheduler scheduler = scheduler(2, 0);
        int[] prompt = {1, 2, 3};
        List<Slot> slots = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            scheduler.submit(job(slot -> {
                slot.cached(prompt);
                slot.remember(prompt, () -> new int[0]);
                slots.add(slot);
            }));
            scheduler.awaitIdle();
        }
        assertThat(slots).doesNotHaveDuplicates().allMatch(slot -> slot.cached(prompt) == 2 && slot.reusable());

        slots.getFirst().failed();

        assertThat(slots).allMatch(slot -> slot.cached(prompt) == 0 && !slot.reusable());
        assertThat(slots).as("what came after it is known")
                .allMatch(slot -> slot.cached(prompt) == 0 && slot.reusable());
    }
}
