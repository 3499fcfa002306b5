package dev.llf;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class InterruptibleSectionTest {

    private static final int ITERATIONS = 20_000;

    private final InterruptibleSection section = new InterruptibleSection();

    @AfterEach
    void leavesNoInterruptToTheNextTest() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void isInterruptedByWhatCameBefore() {
        section.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        section.enter();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        section.leave();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void isInterruptedWhileItWaits() throws InterruptedException {
        section.enter();
        Thread interrupter = Thread.ofPlatform().start(section::interrupt);
        assertThatThrownBy(() -> new CountDownLatch(1).await()).isInstanceOf(InterruptedException.class);
        section.leave();
        interrupter.join();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void isInterruptedEachTimeItIsEntered() {
        section.interrupt();
        section.enter();
        section.leave();

        section.enter();
        assertThat(Thread.interrupted()).isTrue();
        section.leave();
    }

    @Test
    void interruptsNobodyAfterItsEnd() {
        section.enter();
        section.leave();

        section.interrupt();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void keepsInterruptsOfOthers() {
        section.enter();
        Thread.currentThread().interrupt();
        section.leave();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void keepsAnInterruptThatTheThreadBroughtAlong() {
        Thread.currentThread().interrupt();
        section.enter();
        section.interrupt();
        assertThat(Thread.interrupted()).isTrue();
        section.leave();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void lastsUntilItsOuterEnd() {
        section.enter();
        section.interrupt();
        section.enter();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        section.leave();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        section.leave();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        section.enter();
        section.enter();
        section.leave();
        assertThat(Thread.interrupted()).isTrue();
        section.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).as("still inside").isTrue();
        section.leave();
    }

    @Test
    void neverInterruptsWhatComesAfterwards() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        InterruptibleSection[] sections = new InterruptibleSection[ITERATIONS];
        for (int i = 0; i < ITERATIONS; i++) {
            sections[i] = new InterruptibleSection();
        }
        Thread interrupter = Thread.ofPlatform().start(() -> {
            await(barrier);
            for (InterruptibleSection each : sections) {
                each.interrupt();
            }
        });
        barrier.await();
        int during = 0;
        for (InterruptibleSection each : sections) {
            each.enter();
            during += Thread.currentThread().isInterrupted() ? 1 : 0;
            each.leave();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
        interrupter.join();

        assertThat(during).isBetween(0, ITERATIONS);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void neverMissesOneWhileTheThreadWaits() throws InterruptedException {
        for (int i = 0; i < 2_000; i++) {
            InterruptibleSection each = new InterruptibleSection();
            Thread interrupter = Thread.ofVirtual().start(each::interrupt);
            each.enter();
            assertThatThrownBy(() -> new CountDownLatch(1).await()).isInstanceOf(InterruptedException.class);
            each.leave();
            interrupter.join();
        }
    }
}
