package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Claim;
import dev.llf.admission.Rate;
import dev.llf.admission.RateLimit;
import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which job gets a slot when, with a clock, a timer and threads that the test moves. */
class AdmittedSlotsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final RateLimit ONE_PER_SECOND = RateLimit.ofRequests(Rate.perSecond(1).withBurst(1));

    private final ManualClock clock = new ManualClock();
    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<Alarm> alarms = new ArrayList<>();
    private final List<String> log = new ArrayList<>();

    private static final class Alarm extends CompletableFuture<@Nullable Void> {
        private final long at;
        private final Runnable action;

        Alarm(long at, Runnable action) {
            this.at = at;
            this.action = action;
        }
    }

    private final class NamedJob implements SlotScheduler.Job {

        private final String name;
        private final Claim claim;
        private long used;
        private Runnable end = () -> {};
        private @Nullable RuntimeException failure;

        NamedJob(String name, Claim claim) {
            this.name = name;
            this.claim = claim;
        }

        @Override
        public Optional<String> session() {
            return Optional.of(name.substring(0, 1));
        }

        @Override
        public Claim claim() {
            return claim;
        }

        @Override
        public Runnable run(Slot slot) {
            log.add(name + " on " + slot.id());
            return end;
        }

        @Override
        public long usedTokens() {
            return used;
        }

        @Override
        public void fail(RuntimeException cause) {
            failure = cause;
            end.run();
        }

        @Override
        public void cancel() {}
    }

    private SlotScheduler scheduler(int slots, Admission admission) {
        return new SlotScheduler(slots, admission, clock, this::setAlarm, threads::add);
    }

    private Future<?> setAlarm(Duration time, Runnable action) {
        Alarm alarm = new Alarm(clock.getAsLong() + time.toNanos(), action);
        alarms.add(alarm);
        return alarm;
    }

    private List<Alarm> pendingAlarms() {
        return alarms.stream().filter(alarm -> !alarm.isDone()).toList();
    }

    private NamedJob job(String name) {
        return new NamedJob(name, new Claim(Priority.NORMAL, Optional.empty(), 0));
    }

    private NamedJob submit(SlotScheduler scheduler, String name) {
        NamedJob job = job(name);
        scheduler.submit(job);
        return job;
    }

    private void runThreads() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    /** Moves the clock to the only alarm and lets it ring. */
    private void ring() {
        assertThat(pendingAlarms()).hasSize(1);
        Alarm alarm = pendingAlarms().getFirst();
        clock.advance(Duration.ofNanos(alarm.at - clock.getAsLong()));
        alarm.complete(null);
        alarm.action.run();
    }

    @Test
    void wakesWhomARateHeldBack() {
        SlotScheduler scheduler = scheduler(2, Admission.defaults().withModelLimit(ONE_PER_SECOND));
        submit(scheduler, "a");
        submit(scheduler, "b");
        submit(scheduler, "c");
        runThreads();
        assertThat(log).containsExactly("a on 0");
        assertThat(scheduler.waiting()).isEqualTo(2);

        ring();
        runThreads();
        assertThat(log).containsExactly("a on 0", "b on 1");
        ring();
        runThreads();

        assertThat(log).containsExactly("a on 0", "b on 1", "c on 0");
        assertThat(clock.getAsLong()).isEqualTo(SECOND.multipliedBy(2).toNanos());
        assertThat(pendingAlarms()).isEmpty();
        assertThat(scheduler.statistics().delayedByRate()).isEqualTo(2);
    }

    @Test
    void setsNoAlarmWhileEverySlotIsBusy() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults().withModelLimit(ONE_PER_SECOND));
        submit(scheduler, "a");
        submit(scheduler, "b");

        assertThat(pendingAlarms()).isEmpty();
        runThreads();
        assertThat(pendingAlarms()).hasSize(1);
    }

    @Test
    void takesTheAlarmBackWhenNobodyWaits() {
        SlotScheduler scheduler = scheduler(2, Admission.defaults().withModelLimit(ONE_PER_SECOND));
        submit(scheduler, "a");
        NamedJob waiting = submit(scheduler, "b");
        assertThat(pendingAlarms()).hasSize(1);

        scheduler.forget(waiting);

        assertThat(pendingAlarms()).isEmpty();
        runThreads();
        assertThat(log).containsExactly("a on 0");
    }

    @Test
    void setsAnEarlierAlarmForWhoCanGoEarlier() {
        RateLimit tokens = RateLimit.ofTokens(Rate.perSecond(1).withBurst(60));
        SlotScheduler scheduler = scheduler(4, Admission.defaults().withTenantLimit(tokens));
        scheduler.submit(new NamedJob("a", new Claim(Priority.NORMAL, Optional.of("a"), 60)));
        scheduler.submit(new NamedJob("b", new Claim(Priority.NORMAL, Optional.of("b"), 60)));
        scheduler.submit(new NamedJob("a2", new Claim(Priority.NORMAL, Optional.of("a"), 50)));
        assertThat(pendingAlarms()).extracting(alarm -> alarm.at).containsExactly(SECOND.multipliedBy(50).toNanos());

        scheduler.submit(new NamedJob("b2", new Claim(Priority.NORMAL, Optional.of("b"), 9)));

        assertThat(pendingAlarms()).extracting(alarm -> alarm.at).containsExactly(SECOND.multipliedBy(9).toNanos());
    }

    @Test
    void startsAllThatUnusedTokensLetGo() {
        RateLimit tokens = RateLimit.ofTokens(Rate.perMinute(1).withBurst(100));
        SlotScheduler scheduler = scheduler(3, Admission.defaults().withModelLimit(tokens));
        NamedJob first = new NamedJob("a", new Claim(Priority.NORMAL, Optional.empty(), 100));
        first.used = 10;
        scheduler.submit(first);
        for (String name : List.of("b1", "b2", "b3")) {
            scheduler.submit(new NamedJob(name, new Claim(Priority.NORMAL, Optional.empty(), 45)));
        }
        assertThat(threads).hasSize(1);

        runThreads();

        assertThat(log).as("each gives back what it did not use").containsExactly("a on 0", "b1 on 1", "b3 on 1",
                "b2 on 2");
        assertThat(scheduler.statistics().completed()).isEqualTo(4);
    }

    @Test
    void failsWhoHasWaitedTooLong() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults().withMaxWait(SECOND));
        submit(scheduler, "a");
        NamedJob b = submit(scheduler, "b");
        clock.advance(SECOND.dividedBy(2));
        NamedJob c = submit(scheduler, "c");

        ring();
        assertThat(b.failure).isInstanceOfSatisfying(BusyException.class, e -> assertThat(e.waiting()).isEqualTo(1));
        assertThat(c.failure).isNull();
        runThreads();

        assertThat(log).containsExactly("a on 0", "c on 0");
        assertThat(pendingAlarms()).isEmpty();
        assertThat(scheduler.statistics().expiredWaiting()).isEqualTo(1);
    }

    @Test
    void anAlarmThatIsLateForItsCancelLeavesOneAlarm() {
        RateLimit tokens = RateLimit.ofTokens(Rate.perSecond(1).withBurst(60));
        SlotScheduler scheduler = scheduler(4, Admission.defaults().withTenantLimit(tokens));
        scheduler.submit(new NamedJob("a", new Claim(Priority.NORMAL, Optional.of("a"), 60)));
        scheduler.submit(new NamedJob("b", new Claim(Priority.NORMAL, Optional.of("b"), 60)));
        scheduler.submit(new NamedJob("a2", new Claim(Priority.NORMAL, Optional.of("a"), 50)));
        scheduler.submit(new NamedJob("b2", new Claim(Priority.NORMAL, Optional.of("b"), 9)));
        assertThat(alarms.getFirst().isCancelled()).isTrue();

        alarms.getFirst().action.run();

        assertThat(pendingAlarms()).extracting(alarm -> alarm.at).containsExactly(SECOND.multipliedBy(9).toNanos());
    }

    @Test
    void aJobThatThrowsWhenItIsToldOfItsEndCostsNobodyASlot() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults());
        NamedJob broken = job("a");
        broken.end = () -> {
            throw new NoClassDefFoundError("a fault of whoever is told");
        };
        scheduler.submit(broken);
        submit(scheduler, "b");

        runThreads();

        assertThat(log).containsExactly("a on 0", "b on 0");
        assertThat(scheduler.statistics().running()).isZero();
    }

    @Test
    void oneThatThrowsWhenItFailsKeepsNoOtherFromBeingTold() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults().withMaxWait(SECOND));
        submit(scheduler, "a");
        NamedJob broken = submit(scheduler, "b");
        broken.end = () -> {
            throw new IllegalStateException("a fault of whoever is told");
        };
        NamedJob other = submit(scheduler, "c");

        ring();

        assertThat(broken.failure).isInstanceOf(BusyException.class);
        assertThat(other.failure).isInstanceOf(BusyException.class);
    }

    @Test
    void refusesForGoodWhatCouldNeverPass() throws InterruptedException {
        SlotScheduler scheduler = scheduler(1,
                Admission.defaults().withModelLimit(RateLimit.ofTokens(Rate.perMinute(1).withBurst(9))));

        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(
                () -> scheduler.submit(new NamedJob("a", new Claim(Priority.NORMAL, Optional.empty(), 10))));

        scheduler.awaitIdle();
    }

    @Test
    void keepsTheSlotOfAJobForWhichThereIsNoThread() throws InterruptedException {
        List<Runnable> started = new ArrayList<>();
        List<Runnable> refused = new ArrayList<>();
        SlotScheduler scheduler = new SlotScheduler(1, Admission.defaults(), clock, this::setAlarm, thread -> {
            if (refused.isEmpty()) {
                refused.add(thread);
                throw new OutOfMemoryError("unable to create native thread");
            }
            started.add(thread);
        });

        NamedJob first = submit(scheduler, "a");
        assertThat(first.failure).isInstanceOf(EngineException.class).hasRootCauseInstanceOf(OutOfMemoryError.class);
        scheduler.awaitIdle();
        NamedJob second = submit(scheduler, "b");
        started.forEach(Runnable::run);

        assertThat(log).containsExactly("b on 0");
        assertThat(second.failure).isNull();
    }

    @Test
    void endsEverythingForGood() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults().withMaxWait(SECOND));
        submit(scheduler, "a");
        submit(scheduler, "b");

        scheduler.halt(Duration.ZERO);

        assertThat(scheduler.waiting()).isZero();
        assertThat(pendingAlarms()).isEmpty();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> submit(scheduler, "c"));
        runThreads();
        assertThat(log).containsExactly("a on 0");
    }

    @Test
    void countsWhoLeavesAndWhoseTimeIsUp() {
        SlotScheduler scheduler = scheduler(1, Admission.defaults());
        NamedJob running = submit(scheduler, "a");
        NamedJob cancelled = submit(scheduler, "b");
        NamedJob expired = submit(scheduler, "c");
        scheduler.forget(running);
        scheduler.forget(cancelled);
        scheduler.forget(cancelled);
        scheduler.expire(expired);
        runThreads();

        AdmissionStatistics statistics = Objects.requireNonNull(scheduler.statistics());

        assertThat(statistics.submitted()).isEqualTo(3);
        assertThat(statistics.completed()).isEqualTo(1);
        assertThat(statistics.cancelledWaiting()).isEqualTo(1);
        assertThat(statistics.expiredWaiting()).isEqualTo(1);
        assertThat(log).containsExactly("a on 0");
    }
}
