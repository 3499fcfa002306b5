package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.UserMessage;
import dev.llf.chat.WellFormed;
import dev.llf.error.ConfigurationException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.llamacpp.Preflight;
import dev.llf.spi.EmbeddingModel;
import dev.llf.spi.Reranker;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models under names, loaded at their first request and shared by all who ask for them.
 *
 * {@snippet class = "dev.llf.models.ModelSnippetsTest" region = "pool"}
 *
 * <p>Safe for use by many threads. Models are loaded one after the other, by a thread of the pool; requests to models that
 * are loaded do not wait for that. Whoever asks for a model while it is being loaded waits for the same load; if it fails,
 * all who wait are told, and the next request tries again. An interrupt ends the waiting with a
 * {@link dev.llf.error.CancelledException}, a request's timeout too; the load goes on.
 *
 * <p>A model that does not fit in memory beside the others, by estimate, takes the room of models that are idle and give their
 * memory back, the longest unused first. A model that answers or is waited for stays. Only models in
 * {@linkplain dev.llf.llamacpp.Isolation#WORKER_JVM worker processes} give their memory back: when one is closed, its process
 * ends. Models that run in this process keep their memory until the JVM ends, so they are never closed before the pool is,
 * and count on even then. If there is no room to be made, the request fails: with a {@link dev.llf.error.BusyException} if
 * there would be once running responses have ended, with an {@link dev.llf.error.InsufficientMemoryException} if the machine
 * has too little for the model alone, else with a {@link PoolFullException}, which names the loaded models.
 *
 * <p>A worker process that crashed, or ended by a model's own {@code idleUnload}, keeps its room, and the next request starts
 * it again. To give the room to others, use the pool's {@link Builder#keepAlive keepAlive} in place of {@code idleUnload}.
 */
public final class ModelPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);
    private static final int MAX_NAME = 100;

    private final Map<String, Pooled> models;
    private final Residents residents;
    private final LongSupplier nanos;
    private final Optional<Duration> keepAlive;

    private ModelPool(Builder builder) {
        nanos = builder.nanos;
        residents = new Residents(builder.limits, nanos);
        Map<String, Pooled> made = new LinkedHashMap<>();
        builder.models.forEach((name, model) -> made.put(name, model.in(residents, nanos)));
        models = made;
        keepAlive = builder.keepAlive;
        keepAlive.ifPresent(residents::keepAlive);
    }

    /** A name must do for logs, headings and command lines. */
    static String checkName(String name) {
        WellFormed.name(name, "model name");
        if (!name.equals(name.strip()) || name.length() > MAX_NAME || !shown(name).equals(name)) {
            throw new IllegalArgumentException(
                    "A model name has 1 to %d characters, none of them a control character, and no space at its ends; was '%s'"
                            .formatted(MAX_NAME, shown(name)));
        }
        return name;
    }

    /** Foreign text must not reach terminals and logs as it is. */
    private static String shown(String name) {
        String start = name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "..." : name;
        return start.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]", "?");
    }

    LongSupplier nanos() {
        return nanos;
    }

    /** Closes what has been idle for too long; runs by itself now and then. */
    void sweep() {
        keepAlive.ifPresent(residents::sweep);
    }

    Residents residents() {
        return residents;
    }

    PooledChat pooledChat(String name) {
        return find(name, PooledChat.class, "chat model");
    }

    private <F> F find(String name, Class<F> kind, String what) {
        Pooled found = models.get(name);
        if (!kind.isInstance(found)) {
            throw unknown(name, kind, what);
        }
        return kind.cast(found);
    }

    private ConfigurationException unknown(String name, Class<?> kind, String what) {
        List<String> known = models.entrySet().stream().filter(each -> kind.isInstance(each.getValue()))
                .map(Map.Entry::getKey).toList();
        return new ConfigurationException("The pool has no %s '%s'; it has %s.".formatted(what, shown(name),
                known.isEmpty() ? "none" : String.join(", ", known)));
    }

    static void checkDistinct(List<String> names) {
        if (new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("A model is named twice: %s"
                    .formatted(names.stream().map(ModelPool::shown).toList()));
        }
    }

    /**
     * Starts to set up a pool.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the names of all models.
     *
     * @return the names in the order in which they were set
     */
    public List<String> names() {
        return List.copyOf(models.keySet());
    }

    /**
     * Returns a chat model, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no chat model with this name
     */
    public ChatModel chat(String name) {
        return pooledChat(name);
    }

    /**
     * Returns an embedding model, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no embedding model with this name
     */
    public EmbeddingModel embedding(String name) {
        return find(name, PooledEmbedding.class, "embedding model");
    }

    /**
     * Returns a reranker, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no reranker with this name
     */
    public Reranker reranker(String name) {
        return find(name, PooledReranker.class, "reranker");
    }

    /**
     * Returns what is known of a model: what the host has said, and of a chat model, where the host has said nothing, what
     * can be found out. The grade of cost is 10 for a file below 1 GiB and 1 less for each doubling from there on; the grade of
     * speed is 10 from 128 tokens a second and 1 less for each halving, once a response was measured; the context is known
     * once the model was loaded.
     *
     * @param name its name
     * @return the profile
     * @throws dev.llf.error.ConfigurationException if there is no model with this name
     */
    public ModelProfile profile(String name) {
        Pooled model = find(name, Pooled.class, "model");
        return model.pooled().profile().orElse(model.measured());
    }

    /**
     * Returns the chat models that a router may choose from, with their profiles.
     *
     * @param names their names in order; none for all chat models
     * @return the candidates in that order
     * @throws dev.llf.error.ConfigurationException if there is no chat model with one of the names
     * @throws IllegalArgumentException             if a name is there twice
     */
    public List<Candidate> candidates(String... names) {
        return chatNames(List.of(names)).stream().map(name -> new Candidate(name, profile(name))).toList();
    }

    /**
     * Has a router choose by the last message of the user, and logs the choice.
     *
     * @param router  chooses
     * @param request what is to be answered
     * @param names   the candidates' names in order; none for all chat models
     * @return the decision
     * @throws dev.llf.error.ConfigurationException if there is no chat model with one of the names, or the router chose what
     *                                              is no candidate
     * @throws IllegalArgumentException             if a name is there twice
     */
    public RoutingDecision route(Router router, ChatRequest request, String... names) {
        List<Candidate> candidates = candidates(names);
        RoutingDecision decision = router.route(lastQuestion(request), candidates);
        List<String> known = candidates.stream().map(Candidate::model).toList();
        for (RoutingDecision.Score each : decision.ranking()) {
            if (!known.contains(each.model())) {
                throw new ConfigurationException("The router '%s' chose '%s', which is none of the candidates %s."
                        .formatted(shown(decision.strategy()), shown(each.model()), known));
            }
        }
        LOG.info("Chose the model {} by {}: {}", decision.model(), decision.strategy(), decision.reason());
        return decision;
    }

    private static String lastQuestion(ChatRequest request) {
        return request.messages().reversed().stream().filter(UserMessage.class::isInstance).findFirst()
                .map(Message::text).orElse("");
    }

    private List<String> chatNames(List<String> names) {
        if (names.isEmpty()) {
            return models.entrySet().stream().filter(each -> each.getValue() instanceof PooledChat)
                    .map(Map.Entry::getKey).toList();
        }
        checkDistinct(names);
        names.forEach(this::pooledChat);
        return names;
    }

    /**
     * Loads models and has each do a little work, so that the first request need not wait for that. Models of the host are
     * left alone.
     *
     * @param names their names; none for all models
     * @throws dev.llf.error.ConfigurationException if there is no model with one of the names
     * @throws dev.llf.error.LlfException           if a model cannot be loaded
     */
    public void warmUp(String... names) {
        List<Pooled> chosen = names.length == 0 ? List.copyOf(models.values())
                : Arrays.stream(names).map(name -> find(name, Pooled.class, "model")).toList();
        chosen.stream().filter(model -> !model.pooled().ofHost()).forEach(Pooled::warmUp);
    }

    /**
     * Checks all models that the pool opens itself, without loading any.
     *
     * @return a report for each, by name and in order
     */
    public Map<String, Preflight> preflight() {
        Map<String, Preflight> reports = new LinkedHashMap<>();
        models.forEach((name, model) -> model.pooled().preflight().ifPresent(report -> reports.put(name, report)));
        return Collections.unmodifiableMap(reports);
    }

    /**
     * Tells how the models are doing.
     *
     * @return the state now
     */
    public PoolStatistics statistics() {
        return new PoolStatistics(models.values().stream()
                .map(model -> residents.statistics(model.pooled(), model.tokensPerSecond())).toList());
    }

    /**
     * Closes the models that the pool opened, the last opened first; running responses are cancelled. A model that is being
     * loaded is closed as soon as it is there; who waits for it is told at once. Idempotent.
     */
    @Override
    public void close() {
        residents.close();
    }

    /**
     * Collects the models; setters check at once. Not safe for use by several threads.
     *
     * <p>A name has 1 to {@value ModelPool#MAX_NAME} characters, none of them a control character, and no space at its ends.
     */
    public static final class Builder {

        private final Map<String, Declared> models = new LinkedHashMap<>();
        private Limits limits = Limits.NONE;
        private Optional<Duration> keepAlive = Optional.empty();
        private LongSupplier nanos = System::nanoTime;

        private Builder() {}

        /**
         * Adds a chat model that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder model(String name, LlamaChatModel.Builder model) {
            return model(name, model, ModelProfile.NONE);
        }

        /**
         * Adds a chat model that the pool opens.
         *
         * @param name    its name
         * @param model   how to open it; copied
         * @param profile what it is good for
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder model(String name, LlamaChatModel.Builder model, ModelProfile profile) {
            LlamaChatModel.Builder copy = model.copy();
            return model(name, new Source<>(copy::preflight, copy::build), profile);
        }

        /**
         * Adds a chat model that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder model(String name, ChatModel model) {
            return model(name, model, ModelProfile.NONE);
        }

        /**
         * Adds a chat model that the host has opened and closes.
         *
         * @param name    its name
         * @param model   the model; must stay open as long as the pool
         * @param profile what it is good for
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder model(String name, ChatModel model, ModelProfile profile) {
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(profile, "profile");
            return addChat(name, () -> PooledModel.ofHost(name, model, profile));
        }

        /**
         * Adds an embedding model that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder embedding(String name, LlamaEmbeddingModel.Builder model) {
            LlamaEmbeddingModel.Builder copy = model.copy();
            return embedding(name, new Source<>(copy::preflight, copy::build));
        }

        /**
         * Adds an embedding model that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder embedding(String name, EmbeddingModel model) {
            Objects.requireNonNull(model, "model");
            return addEmbedding(name, () -> PooledModel.ofHost(name, model, ModelProfile.NONE));
        }

        /**
         * Adds a reranker that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder reranker(String name, LlamaReranker.Builder model) {
            LlamaReranker.Builder copy = model.copy();
            Source<Reranker> source = new Source<>(copy::preflight, copy::build);
            return addReranker(name, () -> PooledModel.of(name, source, ModelProfile.NONE));
        }

        /**
         * Adds a reranker that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is taken or no {@linkplain ModelPool.Builder name}
         */
        public Builder reranker(String name, Reranker model) {
            Objects.requireNonNull(model, "model");
            return addReranker(name, () -> PooledModel.ofHost(name, model, ModelProfile.NONE));
        }

        /**
         * Limits what the models may take in memory together, by estimate.
         *
         * @param bytes at least 1; default no limit but what the machine has free
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder memoryBudget(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("memoryBudget must be >= 1, was %d".formatted(bytes));
            }
            limits = new Limits(bytes, limits.models());
            return this;
        }

        /**
         * Limits how many models are loaded at the same time; those of the host are not counted.
         *
         * @param models at least 1; default no limit
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxResident(int models) {
            if (models < 1) {
                throw new IllegalArgumentException("maxResident must be >= 1, was %d".formatted(models));
            }
            limits = new Limits(limits.bytes(), models);
            return this;
        }

        /**
         * Closes models that give their memory back once they have been idle for a time. In a pool this is better than
         * {@link LlamaChatModel.Builder#idleUnload}, after which a model still counts as loaded.
         *
         * @param idle a positive time; default they are kept. A model may stay a quarter of it longer
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder keepAlive(Duration idle) {
            keepAlive = Optional.of(positive(idle, "keepAlive"));
            return this;
        }

        /**
         * Makes the pool. Nothing is loaded yet.
         *
         * @return the pool; the caller closes it
         * @throws dev.llf.error.ConfigurationException if no model was set
         */
        public ModelPool build() {
            if (models.isEmpty()) {
                throw new ConfigurationException("The pool has no models; add one with model(name, ...).");
            }
            return new ModelPool(this);
        }

        Builder model(String name, Source<ChatModel> source, ModelProfile profile) {
            Objects.requireNonNull(profile, "profile");
            return addChat(name, () -> PooledModel.of(name, source, profile));
        }

        Builder embedding(String name, Source<EmbeddingModel> source) {
            return addEmbedding(name, () -> PooledModel.of(name, source, ModelProfile.NONE));
        }

        Builder ticker(LongSupplier nanos) {
            this.nanos = nanos;
            return this;
        }

        private Builder addChat(String name, Supplier<PooledModel<ChatModel>> model) {
            return add(name, (residents, ticker) -> new PooledChat(model.get(), residents, ticker));
        }

        private Builder addEmbedding(String name, Supplier<PooledModel<EmbeddingModel>> model) {
            return add(name, (residents, ticker) -> new PooledEmbedding(model.get(), residents));
        }

        private Builder addReranker(String name, Supplier<PooledModel<Reranker>> model) {
            return add(name, (residents, ticker) -> new PooledReranker(model.get(), residents));
        }

        private Builder add(String name, Declared model) {
            if (models.putIfAbsent(checkName(name), model) != null) {
                throw new IllegalArgumentException(
                        "The pool has a model '%s' already; names are used once".formatted(name));
            }
            return this;
        }

        static Duration positive(Duration time, String what) {
            if (time.isZero() || time.isNegative()) {
                throw new IllegalArgumentException("%s must be positive, was %s".formatted(what, time));
            }
            return time;
        }

        /** A model to be put into a pool. */
        private interface Declared {
            Pooled in(Residents residents, LongSupplier nanos);
        }
    }
}
