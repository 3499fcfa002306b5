package dev.llf.admission;

import dev.llf.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TokenBucketTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();

    private TokenBucket perSecond(double rate, long burst) {
        return new TokenBucket(Rate.perSecond(rate).withBurst(burst), clock);
    }

    @Test
    void startsFull() {
        TokenBucket bucket = perSecond(1, 3);

        assertThat(bucket.capacity()).isEqualTo(3);
        assertThat(bucket.available()).isEqualTo(3);
        assertThat(bucket.tryTake(2)).isTrue();
        assertThat(bucket.tryTake(2)).isFalse();
        assertThat(bucket.tryTake(1)).isTrue();
        assertThat(bucket.tryTake(0)).isTrue();
        assertThat(bucket.available()).isZero();
    }

    @Test
    void fillsUpAllTheTime() {
        TokenBucket bucket = perSecond(2, 10);
        assertThat(bucket.tryTake(10)).isTrue();

        assertThat(bucket.nanosUntil(1)).hasValue(500_000_000);
        clock.advance(Duration.ofMillis(499));
        assertThat(bucket.tryTake(1)).isFalse();
        assertThat(bucket.nanosUntil(1)).hasValue(1_000_000);
        clock.advance(Duration.ofMillis(1));
        assertThat(bucket.nanosUntil(1)).hasValue(0);
        assertThat(bucket.tryTake(1)).isTrue();
        clock.advance(Duration.ofMillis(750));
        assertThat(bucket.available()).as("1.5 of them").isEqualTo(1);
    }

    @Test
    void holdsNoMoreThanItsBurst() {
        TokenBucket bucket = perSecond(5, 7);

        clock.advance(Duration.ofDays(10_000));

        assertThat(bucket.tryTake(7)).isTrue();
        assertThat(bucket.tryTake(1)).isFalse();
    }

    @Test
    void saysWhatItCanNeverHold() {
        TokenBucket bucket = perSecond(5, 7);

        assertThat(bucket.nanosUntil(8)).isEmpty();
        assertThat(bucket.nanosUntil(Long.MAX_VALUE)).isEmpty();
        assertThat(bucket.tryTake(8)).isFalse();
        assertThat(bucket.available()).as("asking costs nothing").isEqualTo(7);
    }

    @Test
    void goesIntoDebtAndComesOutOfIt() {
        TokenBucket bucket = perSecond(1, 10);

        bucket.charge(14);

        assertThat(bucket.available()).isEqualTo(-4);
        assertThat(bucket.tryTake(0)).as("nothing can be had on credit").isFalse();
        assertThat(bucket.nanosUntil(1)).hasValue(SECOND.multipliedBy(5).toNanos());
        clock.advance(SECOND.multipliedBy(5));
        assertThat(bucket.tryTake(1)).isTrue();
        assertThat(bucket.available()).isZero();
    }

    @Test
    void takesBackWhatWasNotUsed() {
        TokenBucket bucket = perSecond(1, 10);
        assertThat(bucket.tryTake(8)).isTrue();

        bucket.giveBack(5);
        assertThat(bucket.available()).isEqualTo(7);
        bucket.giveBack(Long.MAX_VALUE);

        assertThat(bucket.available()).as("more than it holds is lost").isEqualTo(10);
    }

    @Test
    void passesAtFractionsOfASecond() {
        TokenBucket bucket = perSecond(0.1, 1);

        for (int i = 0; i < 100; i++) {
            assertThat(bucket.tryTake(1)).isTrue();
            assertThat(bucket.nanosUntil(1)).hasValue(SECOND.multipliedBy(10).toNanos());
            clock.advance(SECOND.multipliedBy(10));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {4.9e-324, 1e-12, 0.007, 1, 59.9, 100_003, 1e9})
    void canBeTakenFromWhenItSaidSo(double perMinute) {
        Random random = new Random(7);
        TokenBucket bucket = new TokenBucket(new Rate(perMinute, 1000), clock);
        for (int i = 0; i < 1000; i++) {
            long amount = random.nextLong(1001);
            long wait = bucket.nanosUntil(amount).orElseThrow();
            if (wait == Long.MAX_VALUE / 2) {
                return; // longer than any clock runs
            }
            if (wait > 1_000_000) {
                clock.advance(Duration.ofNanos(wait - 1 - wait / 1_000));
                assertThat(bucket.tryTake(amount)).as("too early").isFalse();
                clock.advance(Duration.ofNanos(1 + wait / 1_000));
            } else {
                clock.advance(Duration.ofNanos(wait));
            }
            assertThat(bucket.tryTake(amount)).as("%d after %d ns", amount, wait).isTrue();
            if (clock.getAsLong() > Long.MAX_VALUE / 4) {
                return;
            }
        }
    }

    @Test
    void keepsTheRateHoweverOftenItIsAsked() {
        TokenBucket bucket = new TokenBucket(Rate.perMinute(1), clock);
        assertThat(bucket.tryTake(1)).isTrue();

        for (int i = 0; i < 1_000_000; i++) {
            clock.advance(Duration.ofNanos(59_999));
            assertThat(bucket.tryTake(1)).isFalse();
        }
        clock.advance(Duration.ofMillis(1));

        assertThat(bucket.tryTake(1)).isTrue();
    }

    @Test
    void isNotConfusedByAClockThatStepsBack() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        TokenBucket bucket = new TokenBucket(Rate.perSecond(1).withBurst(2), nanos::get);
        assertThat(bucket.tryTake(2)).isTrue();

        nanos.addAndGet(-SECOND.toNanos());
        assertThat(bucket.available()).isZero();
        nanos.addAndGet(SECOND.toNanos() * 2);

        assertThat(bucket.tryTake(1)).as("nanoTime may overflow").isTrue();
        assertThat(bucket.tryTake(1)).isFalse();
    }

    @Test
    void refusesNegativeAmounts() {
        TokenBucket bucket = perSecond(1, 1);

        assertThatIllegalArgumentException().isThrownBy(() -> bucket.tryTake(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.nanosUntil(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.giveBack(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.charge(Long.MIN_VALUE));
    }

    @Test
    void givesManyThreadsNoMoreThanItHolds() throws ExecutionException, InterruptedException {
        TokenBucket bucket = perSecond(1, 10_000);
        AtomicLong taken = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                futures.add(threads.submit(() -> {
                    for (int j = 0; j < 2000; j++) {
                        taken.addAndGet(bucket.tryTake(1) ? 1 : 0);
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }

        assertThat(taken).hasValue(10_000);
        assertThat(bucket.available()).isZero();
    }
}
