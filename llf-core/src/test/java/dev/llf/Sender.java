package dev.llf;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

/** A thread that waits for a reply. */
final class Sender {

    private final CompletableFuture<Reply> outcome = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean interrupted;

    private Sender(Supplier<Reply> work) {
        thread = Thread.ofPlatform().daemon().start(() -> run(work));
    }

    static Sender start(Supplier<Reply> work) {
        return new Sender(work);
    }

    private void run(Supplier<Reply> work) {
        try {
            Reply reply = work.get();
            interrupted = Thread.currentThread().isInterrupted();
            outcome.complete(reply);
        } catch (RuntimeException | Error e) {
            interrupted = Thread.currentThread().isInterrupted();
            outcome.completeExceptionally(e);
        }
    }

    /** Waits until the thread waits for its turn. */
    Sender awaitInLine() {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(outcome).isNotDone();
            Thread.onSpinWait();
        }
        return this;
    }

    void interrupt() {
        thread.interrupt();
    }

    Reply reply() {
        return outcome.join();
    }

    Throwable failure() {
        outcome.handle((reply, e) -> e).join();
        assertThat(outcome.state()).isEqualTo(Future.State.FAILED);
        return outcome.exceptionNow();
    }

    /** Whether the interrupt was pending when the call came back. */
    boolean interrupted() {
        outcome.handle((reply, e) -> e).join();
        return interrupted;
    }
}
