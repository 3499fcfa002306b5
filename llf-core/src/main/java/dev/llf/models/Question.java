package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.error.CancelledException;
import dev.llf.error.EngineException;
import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Failure;
import dev.llf.models.ModelComparison.Success;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A request to one of the models that are compared, from being put until it is answered or given up. */
final class Question implements Runnable {

    private final String name;
    private final ChatModel model;
    private final ChatRequest request;
    private final LongSupplier nanos;
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile @Nullable Answer answer;

    Question(String name, ChatModel model, ChatRequest request, LongSupplier nanos) {
        this.name = name;
        this.model = model;
        this.request = request;
        this.nanos = nanos;
    }

    /** Asks and waits; an interrupt stops the model. */
    @Override
    public void run() {
        long began = nanos.getAsLong();
        try {
            ChatResponse response = model.chat(request);
            tell(toAnswer(response, since(began)));
        } catch (RuntimeException e) { // whatever it is, it is this model's answer
            tell(new Failure(name, e, Optional.empty(), since(began)));
        } catch (Error e) {
            tell(new Failure(name, new EngineException("The model '%s' failed: %s".formatted(name, e), e),
                    Optional.empty(), since(began)));
            throw e;
        }
    }

    private Answer toAnswer(ChatResponse response, Duration elapsed) {
        FinishReason reason = response.finishReason();
        if (reason != FinishReason.CANCELLED && reason != FinishReason.DEADLINE) {
            return new Success(name, response, elapsed);
        }
        String why = reason == FinishReason.CANCELLED ? "was cancelled" : "ran out of time";
        return new Failure(name, new CancelledException("The model '%s' %s before its answer was complete."
                .formatted(name, why)), Optional.of(response), elapsed);
    }

    private Duration since(long began) {
        return Duration.ofNanos(nanos.getAsLong() - began);
    }

    /** Gives up a request that was not put yet. */
    void abandon() {
        tell(new Failure(name, new CancelledException(
                "The comparison was cancelled before the model '%s' was asked.".formatted(name)), Optional.empty(),
                Duration.ZERO));
    }

    private void tell(Answer told) {
        answer = told;
        answered.countDown();
    }

    Answer answer() throws InterruptedException {
        answered.await();
        return Objects.requireNonNull(answer);
    }
}
