package dev.llf.llamacpp;

import dev.llf.error.EngineCrashedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What waits for answers of a worker process. The process tells it on its own thread, so nothing here may block; the last
 * that it hears is a last answer, a crash or an end on purpose.
 */
interface WorkerCall {

    /**
     * Takes an answer.
     *
     * @return whether it was the last
     * @throws WorkerPipe.CorruptFrameException if it answers something else
     */
    boolean answer(WorkerMessage message) throws WorkerPipe.CorruptFrameException;

    /** The process has crashed. */
    void crashed(EngineCrashedException cause);

    /** The process was ended on purpose. */
    void retired();

    /** A call with one answer; empty stands for a process that was ended on purpose. */
    record Reply<M extends WorkerMessage>(Class<M> type, CompletableFuture<Optional<M>> answer) implements WorkerCall {

        @Override
        public boolean answer(WorkerMessage message) throws WorkerPipe.CorruptFrameException {
            if (message instanceof WorkerMessage.Failed failed) {
                answer.completeExceptionally(failed.exception());
            } else if (type.isInstance(message)) {
                answer.complete(Optional.of(type.cast(message)));
            } else {
                throw new WorkerPipe.CorruptFrameException("an answer that was not asked for");
            }
            return true;
        }

        @Override
        public void crashed(EngineCrashedException cause) {
            answer.completeExceptionally(cause);
        }

        @Override
        public void retired() {
            answer.complete(Optional.empty());
        }
    }
}
