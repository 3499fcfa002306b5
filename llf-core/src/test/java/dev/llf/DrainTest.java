package dev.llf;

import dev.llf.chat.FinishReason;
import dev.llf.testing.ScriptedChatModel;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class DrainTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    private final ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).thenReplying("three")
            .repeatingLast();
    private final Llf llf = Llf.builder().model(model).build();

    @Test
    void whatRunsAndWhatWaitsIsFinished() throws InterruptedException {
        Conversation talk = llf.conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();
        ReplyStream waiting = talk.stream("2");
        CountDownLatch draining = new CountDownLatch(1);
        Thread releaser = Thread.startVirtualThread(() -> {
            awaitQuietly(draining);
            model.release();
        });
        assertThat(llf.drain(Duration.ZERO)).isFalse();
        draining.countDown();

        assertThat(llf.drain(LONG)).isTrue();

        releaser.join();
        assertThat(running.reply().text()).isEqualTo("one two");
        assertThat(waiting.reply().text()).isEqualTo("three");
        assertThat(talk.turns()).hasSize(2);
        llf.close();
    }

    @Test
    void nothingNewIsTakenOn() {
        Conversation talk = llf.conversation();
        assertThat(llf.drain(LONG)).isTrue();
        assertThatThrownBy(() -> talk.send("1")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("drain");
        assertThatThrownBy(() -> llf.chat("1")).isInstanceOf(IllegalStateException.class);
        llf.close();
        assertThatThrownBy(() -> talk.send("1")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void whatIsNotFinishedInTimeIsCancelledByTheClose() throws InterruptedException {
        Conversation talk = llf.conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();

        assertThat(llf.drain(Duration.ofMillis(1))).isFalse();
        llf.close();

        assertThat(running.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(llf.drain(LONG)).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitAndStaysPending() throws InterruptedException {
        ReplyStream running = llf.conversation().stream("1");
        model.awaitHeld();
        Thread.currentThread().interrupt();

        assertThat(llf.drain(LONG)).isFalse();

        assertThat(Thread.interrupted()).isTrue();
        model.release();
        assertThat(running.reply().text()).isEqualTo("one two");
    }

    @Test
    void aTurnThatWasOnItsWayIsRefused() {
        OpenTurns turns = new OpenTurns();
        turns.checkOpen();
        assertThat(turns.drain(Duration.ZERO)).isTrue();

        assertThatThrownBy(() -> turns.add(() -> {})).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("drain");
        assertThat(turns.drain(Duration.ZERO)).isTrue();
    }

    @Test
    void anyTimeMayBeWaitedButANegativeOne() {
        Llf idle = Llf.builder().model(ScriptedChatModel.replying("a")).build();
        assertThatThrownBy(() -> idle.drain(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");
        assertThat(idle.chat("1").text()).as("it drains not yet").isEqualTo("a");
        assertThat(idle.drain(ChronoUnit.FOREVER.getDuration())).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
