package dev.llf.models;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One request put to several models of a pool.
 *
 * {@snippet class = "dev.llf.models.ModelSnippetsTest" region = "compare"}
 *
 * <p>It runs by itself, also if nobody waits for it. The models answer side by side if they fit in memory together, else in
 * turn. That one fails does not touch the others. Safe for use by many threads.
 */
public final class ModelComparison implements AutoCloseable {

    private final List<Question> questions;
    private final ExecutorService threads;

    private ModelComparison(List<Question> questions, int parallel) {
        this.questions = questions;
        threads = Executors.newFixedThreadPool(parallel, Thread.ofVirtual().name("llf-compare-", 0).factory());
        questions.forEach(threads::execute);
        threads.shutdown();
    }

    /** What came of the request to one model. */
    public sealed interface Answer {

        /**
         * Returns the model's name.
         *
         * @return the name in the pool
         */
        String model();

        /**
         * Returns how long it took.
         *
         * @return the time from the beginning of the request to this model, loading included
         */
        Duration elapsed();
    }

    /**
     * The model has answered.
     *
     * @param model    its name
     * @param response the whole answer
     * @param elapsed  how long it took, loading included
     */
    public record Success(String model, ChatResponse response, Duration elapsed) implements Answer {}

    /**
     * The model has not answered, or not to the end.
     *
     * @param model   its name
     * @param cause   why; a {@link dev.llf.error.CancelledException} after a cancel or when the time was up
     * @param partial what it had written until it was stopped; empty if it had not begun or failed
     * @param elapsed how long it took, loading included
     */
    public record Failure(String model, RuntimeException cause, Optional<ChatResponse> partial, Duration elapsed)
            implements
                Answer {}

    /**
     * Starts to set up a comparison.
     *
     * @param pool   has the models
     * @param models their names, in the order of the answers
     * @return a new builder
     * @throws dev.llf.error.ConfigurationException if there is no chat model with one of the names
     * @throws IllegalArgumentException             if there are no names or one is there twice
     */
    public static Builder builder(ModelPool pool, List<String> models) {
        return new Builder(pool, models);
    }

    /**
     * Waits for all models.
     *
     * <p>An interrupt cancels and keeps the interrupt flag set; the answers that were there by then are kept.
     *
     * @return an answer for each model, in the order of the names
     */
    public List<Answer> answers() {
        List<Answer> answers = new ArrayList<>();
        boolean interrupted = false;
        while (answers.size() < questions.size()) {
            try {
                answers.add(questions.get(answers.size()).answer());
            } catch (InterruptedException e) {
                interrupted = true;
                cancel();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return List.copyOf(answers);
    }

    /** Stops the models that still run and asks no others; answers that are there are kept. Does not wait. */
    public void cancel() {
        threads.shutdownNow().forEach(each -> ((Question) each).abandon());
    }

    /** Cancels what still runs. Idempotent, does not wait. */
    @Override
    public void close() {
        cancel();
    }

    /** Collects how to compare; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private static final int MOST = 64;

        private final ModelPool pool;
        private final List<PooledChat> models;
        private Optional<Duration> timeout = Optional.empty();
        private int maxParallel = 4;

        private Builder(ModelPool pool, List<String> names) {
            this.pool = pool;
            if (names.isEmpty()) {
                throw new IllegalArgumentException("There are no models to compare; name at least one");
            }
            ModelPool.checkDistinct(names);
            models = names.stream().map(pool::pooledChat).toList();
        }

        /**
         * Limits the time of each model, loading included.
         *
         * @param timeout a positive time; default the request's own
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder timeout(Duration timeout) {
            this.timeout = Optional.of(ModelPool.Builder.positive(timeout, "timeout"));
            return this;
        }

        /**
         * Limits how many models answer at the same time. If they do not fit in memory together, they answer in turn.
         *
         * @param models 1 to 64, default 4
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder maxParallel(int models) {
            if (models < 1 || models > MOST) {
                throw new IllegalArgumentException("maxParallel must be 1 to %d, was %d".formatted(MOST, models));
            }
            maxParallel = models;
            return this;
        }

        /**
         * Puts a request to the models.
         *
         * @param request the request
         * @return the running comparison; the caller closes it
         * @throws IllegalStateException if the pool is closed
         */
        public ModelComparison start(ChatRequest request) {
            ChatRequest asked = timeout.map(time -> withTimeout(request, time)).orElse(request);
            List<Question> questions = models.stream()
                    .map(model -> new Question(model.pooled().name(), model, asked, pool.nanos())).toList();
            return new ModelComparison(questions, parallel());
        }

        private static ChatRequest withTimeout(ChatRequest request, Duration time) {
            boolean shorter = request.timeout().filter(own -> own.compareTo(time) <= 0).isPresent();
            return shorter ? request : request.toBuilder().timeout(time).build();
        }

        private int parallel() {
            boolean together = pool.residents().fitTogether(models.stream().map(PooledChat::pooled).toList());
            return together ? Math.min(maxParallel, models.size()) : 1;
        }
    }
}
