package dev.llf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class TurnQueueTest {

    private final TurnQueue queue = new TurnQueue();
    private final TurnQueue.Place first = place();
    private final TurnQueue.Place second = place();
    private final TurnQueue.Place third = place();

    private static TurnQueue.Place place() {
        return new TurnQueue.Place() {
            @Override
            public void cancel() {}
        };
    }

    @Test
    void letsTheFirstRun() throws InterruptedException {
        queue.join(first);
        queue.join(second);

        assertThat(queue.awaitFirst(second, 0)).isFalse();
        assertThat(queue.awaitFirst(first, 0)).isTrue();
        queue.leave(first);
        assertThat(queue.awaitFirst(second, -1)).isTrue();
        assertThat(queue.places()).containsExactly(second);
    }

    @Test
    void closesUpWhenOneInTheMiddleLeaves() throws InterruptedException {
        queue.join(first);
        queue.join(second);
        queue.join(third);

        queue.leave(second);
        assertThat(queue.places()).containsExactly(first, third);
        assertThat(queue.awaitFirst(third, 1)).isFalse();
        queue.leave(first);

        assertThat(queue.awaitFirst(third, 0)).isTrue();
    }

    @Test
    void knowsWhoWouldWaitForItself() throws InterruptedException {
        queue.join(first);
        queue.awaitFirst(first, 0);

        assertThatIllegalStateException().isThrownBy(() -> queue.join(second)).withMessageContaining("fork()");

        queue.leave(first);
        queue.join(second);
        assertThat(queue.places()).containsExactly(second);
    }

    @Test
    void stillKnowsTheRunnerWhenAnotherLeaves() throws InterruptedException {
        queue.join(first);
        queue.join(second);
        queue.awaitFirst(first, 0);

        queue.leave(second);

        assertThatIllegalStateException().isThrownBy(() -> queue.join(third));
    }

    @Test
    void letsNobodyRunOnAnInterruptedThread() {
        queue.join(first);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> queue.awaitFirst(first, 1)).isInstanceOf(InterruptedException.class);
    }
}
