package dev.llf;

import dev.llf.admission.Admission;
import dev.llf.chat.ChatModel;
import dev.llf.chat.Sampling;
import dev.llf.chat.Transcript;
import dev.llf.chat.WellFormed;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.Window;
import dev.llf.error.ConfigurationException;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.models.Candidate;
import dev.llf.models.Ensemble;
import dev.llf.models.EnsembleAnswer;
import dev.llf.models.ModelComparison;
import dev.llf.models.ModelPool;
import dev.llf.models.Router;
import dev.llf.schema.Choice;
import dev.llf.schema.JsonType;
import dev.llf.spi.ConversationStore;
import dev.llf.spi.ToolBox;
import dev.llf.spi.TurnListener;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A language model inside this program, ready to talk.
 *
 * {@snippet class = "dev.llf.SnippetsTest" region = "hello"}
 *
 * <p>Safe for use by many threads. Nothing is written and nothing is sent over a network.
 */
public final class Llf implements AutoCloseable {

    private final TurnSettings settings;
    private final @Nullable ConversationStore store;
    private final boolean ownsModel;
    private final OpenTurns running = new OpenTurns();
    private final OpenConversations conversations = new OpenConversations();

    private Llf(TurnSettings settings, @Nullable ConversationStore store, boolean ownsModel) {
        this.settings = settings;
        this.store = store;
        this.ownsModel = ownsModel;
    }

    /**
     * Starts to set up.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Asks one question, without a memory of earlier ones.
     *
     * @param text what the user says
     * @return the reply
     * @throws dev.llf.error.LlfException if the turn failed
     * @throws IllegalArgumentException   if the text has an unpaired surrogate
     * @throws IllegalStateException      if this is closed
     */
    public Reply chat(String text) {
        return inMemory().send(text);
    }

    /**
     * Begins a conversation. It is kept in the store if there is one, else in memory only.
     *
     * @return the conversation, empty
     * @throws IllegalStateException if this is closed
     */
    public Conversation conversation() {
        return store == null ? inMemory() : conversation(ConversationTree.randomId());
    }

    /**
     * Goes on with a conversation of the store, or begins it there.
     *
     * @param id identifies it, 1 to 64 letters, digits, {@code _} or {@code -}
     * @return the conversation, on its branch {@value ConversationTree#MAIN}; those who ask for the same one share it
     * @throws ConfigurationException           if no store was set
     * @throws dev.llf.error.StorageException   if it cannot be read
     * @throws IllegalArgumentException         if the id has another form
     * @throws IllegalStateException            if this is closed
     */
    public Conversation conversation(String id) {
        ConversationStore from = store;
        if (from == null) {
            throw new ConfigurationException("There is no store to find conversation %s in: set one with store(...)."
                    .formatted(id));
        }
        settings();
        return conversation(conversations.open(id,
                () -> new OpenConversation(ConversationTree.open(id, from, settings.clock()))));
    }

    /**
     * Begins a conversation with what was said elsewhere, such as one that was imported, and goes on from there. It keeps
     * its ids, and is kept in the store if there is one, else in memory only. The transcript's system text is not taken
     * over: the instructions of this {@link Llf} stand in front of it, as of all its conversations.
     *
     * {@snippet class = "dev.llf.SnippetsTest" region = "import"}
     *
     * @param transcript what was said, of which the model takes every word for what was really said; see
     *                   {@link Transcript#withId} for another id
     * @return the conversation, on its branch {@value ConversationTree#MAIN}
     * @throws dev.llf.conversation.ConversationException if the store has turns of a conversation with this id already, or
     *                                                    two turns have one id
     * @throws dev.llf.error.CancelledException           if it was cancelled while it waited for a turn that runs there
     * @throws dev.llf.error.StorageException             if it could not be stored; nothing of it is in the store then
     * @throws IllegalArgumentException                   if the id is not of 1 to 64 letters, digits, {@code _} or
     *                                                    {@code -}, a key of the metadata is blank, or a text has an
     *                                                    unpaired surrogate
     * @throws IllegalStateException                      if this is closed
     */
    public Conversation conversation(Transcript transcript) {
        Conversation begun = store == null ? inMemory(transcript.id()) : conversation(transcript.id());
        begun.begin(transcript);
        return begun;
    }

    private Conversation inMemory() {
        return inMemory(ConversationTree.randomId());
    }

    private Conversation inMemory(String id) {
        settings();
        return conversation(new OpenConversation(ConversationTree.inMemory(id, settings.clock())));
    }

    private Conversation conversation(OpenConversation open) {
        return new Conversation(this, open, ConversationTree.MAIN, TurnOptions.NONE);
    }

    /**
     * Reads a value out of a text.
     *
     * {@snippet class = "dev.llf.SnippetsTest" region = "extract"}
     *
     * <p>A grammar made from the type lets the model write nothing else; the type's annotations say more about its parts.
     * The likeliest value is taken unless a {@link Builder#sampling} was set.
     *
     * @param type a record, or any other class that {@link JsonType} can read
     * @param text what to read it out of
     * @param <T>  the type
     * @return the value
     * @throws dev.llf.schema.SchemaException         if the type cannot be described, or its documents do not fit the
     *                                                model's context
     * @throws dev.llf.schema.InvalidOutputException  if the type's constructor refuses the value, or the model is one
     *                                                that does not keep to grammars; carries what it wrote
     * @throws dev.llf.error.ContextOverflowException if the text does not fit the model's context
     * @throws dev.llf.error.CancelledException       if the time was up
     * @throws IllegalArgumentException               if the text has an unpaired surrogate
     * @throws IllegalStateException                  if this is closed
     */
    public <T> T extract(Class<T> type, String text) {
        return extract(JsonType.of(type), text);
    }

    /**
     * Reads a value out of a text; see {@link #extract(Class, String)}.
     *
     * @param type how the value is described and read; keep it where many values of a type are read
     * @param text what to read it out of
     * @param <T>  the type
     * @return the value
     * @throws dev.llf.error.LlfException as for the other one
     */
    public <T> T extract(JsonType<T> type, String text) {
        try (ExtractionStream<T> stream = extractStream(type, text)) {
            return stream.value();
        }
    }

    /**
     * Reads a value out of a text and shows it while it is being written.
     *
     * @param type a record, or any other class that {@link JsonType} can read
     * @param text what to read it out of
     * @param <T>  the type
     * @return the running extraction; the caller closes it
     * @throws dev.llf.error.LlfException as for {@link #extract(Class, String)}
     */
    public <T> ExtractionStream<T> extractStream(Class<T> type, String text) {
        return extractStream(JsonType.of(type), text);
    }

    /**
     * Reads a value out of a text and shows it while it is being written.
     *
     * @param type how the value is described and read
     * @param text what to read it out of
     * @param <T>  the type
     * @return the running extraction; the caller closes it
     * @throws dev.llf.error.LlfException as for {@link #extract(Class, String)}
     */
    public <T> ExtractionStream<T> extractStream(JsonType<T> type, String text) {
        return new Extractor(settings()).stream(type, text);
    }

    /**
     * Has the model choose the label that a text deserves.
     *
     * @param text   the text
     * @param labels what to choose from; see {@link Choice}
     * @return one of the labels
     * @throws IllegalArgumentException              if the labels are no choice, or the text has an unpaired surrogate
     * @throws dev.llf.schema.InvalidOutputException if the model is one that does not keep to grammars
     * @throws dev.llf.error.LlfException            if the model failed
     * @throws IllegalStateException                 if this is closed
     */
    public String classify(String text, List<String> labels) {
        return new Extractor(settings()).choose(new Choice(labels), text);
    }

    /**
     * Has the model choose the constant that a text deserves. The model reads the constants' names, in small letters and
     * with spaces for underscores.
     *
     * @param text   the text
     * @param labels what to choose from
     * @param <E>    the enum
     * @return one of its constants
     * @throws dev.llf.error.LlfException as for the other one
     */
    public <E extends Enum<E>> E classify(String text, Class<E> labels) {
        Map<String, E> constants = new LinkedHashMap<>();
        for (E constant : labels.getEnumConstants()) {
            constants.put(constant.name().toLowerCase(Locale.ROOT).replace('_', ' '), constant);
        }
        return Objects.requireNonNull(constants.get(classify(text, List.copyOf(constants.keySet()))));
    }

    /**
     * Has the model answer a question with yes or no.
     *
     * @param question the question, with all that is needed to answer it
     * @return whether it said yes
     * @throws dev.llf.error.LlfException as for {@link #classify(String, List)}
     */
    public boolean yesOrNo(String question) {
        return classify(question, List.of("yes", "no")).equals("yes");
    }

    /**
     * Asks several models the same, without a memory of earlier questions and without tools. They answer side by side, at
     * most four at a time, or in turn if they do not fit in memory together; one that fails does not disturb the others. This
     * is no turn: listeners are not told of it.
     *
     * @param text   what the user says
     * @param models their names; none for all chat models of the pool
     * @return an answer or a failure for each model, in the order of the names
     * @throws ConfigurationException   if there is only one model, or none with one of the names
     * @throws IllegalArgumentException if a name is there twice, or the text has an unpaired surrogate
     * @throws IllegalStateException    if this or the pool is closed
     */
    public List<ModelComparison.Answer> compare(String text, String... models) {
        ModelPool pool = settings().models().pool();
        List<String> names = pool.candidates(models).stream().map(Candidate::model).toList();
        try (ModelComparison comparison = ModelComparison.builder(pool, names).start(settings.request(text))) {
            return comparison.answers();
        }
    }

    /**
     * Asks several models the same and makes one answer of theirs.
     *
     * @param ensemble how the answer is made
     * @param text     what the user says
     * @param models   their names; none for all chat models of the pool
     * @return the answer
     * @throws dev.llf.models.EnsembleException if no model has answered
     * @throws ConfigurationException           as for {@link #compare}
     * @throws IllegalArgumentException         as for {@link #compare}
     * @throws IllegalStateException            if this or the pool is closed
     */
    public EnsembleAnswer ensemble(Ensemble ensemble, String text, String... models) {
        return ensemble.merge(compare(text, models));
    }

    /**
     * Returns the model.
     *
     * @return the model, of several the first; closed with this if it was opened from a path, else by who opened it
     */
    public ChatModel model() {
        return settings.model();
    }

    Optional<String> systemText() {
        return settings.system();
    }

    TurnSettings settings() {
        running.checkOpen();
        return settings;
    }

    void checkOpen() {
        running.checkNotClosed();
    }

    void started(TurnRun run) {
        running.add(run);
    }

    void ended(TurnRun run) {
        running.remove(run);
    }

    /**
     * Takes on nothing new, for good, and waits until the turns that run or wait have ended. {@link #close()} then finds
     * nothing to cancel. Extractions and comparisons that run are not waited for.
     *
     * @param patience how long to wait at most; zero to only look
     * @return whether all have ended; after an interrupt, which stays pending, whether they had by then
     * @throws IllegalArgumentException if the time is negative
     */
    public boolean drain(Duration patience) {
        return running.drain(patience);
    }

    /** Cancels all turns that run or wait and closes what this opened. Does not wait for them. Idempotent. */
    @Override
    public void close() {
        if (running.close() && ownsModel) {
            settings.model().close();
        }
    }

    /**
     * Collects how to set up; setters check at once, {@link #build()} checks how they go together. Not safe for use by
     * several threads.
     */
    public static final class Builder {

        private @Nullable Path modelFile;
        private @Nullable ChatModel model;
        private @Nullable ModelPool models;
        private @Nullable Router router;
        private @Nullable Integer contextTokens;
        private @Nullable Integer slots;
        private @Nullable Integer threads;
        private @Nullable Boolean exitWhenMainReturns;
        private @Nullable Isolation isolation;
        private @Nullable Admission admission;
        private @Nullable String system;
        private @Nullable ToolBox tools;
        private @Nullable Sampling sampling;
        private @Nullable Duration timeout;
        private @Nullable ConversationStore store;
        private Window window = Window.tokens();
        private final List<TurnListener> listeners = new ArrayList<>();
        private int maxTokens;
        private int answerTokens;
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /**
         * Sets the model file to open. This, {@link #model(ChatModel)} or {@link #models} is required.
         *
         * @param file a GGUF file, or the first of its parts
         * @return this builder
         */
        public Builder model(Path file) {
            modelFile = Objects.requireNonNull(file, "file");
            return this;
        }

        /**
         * Sets the model to talk to. It stays the caller's, who closes it after the {@link Llf}.
         *
         * @param model an open model
         * @return this builder
         */
        public Builder model(ChatModel model) {
            this.model = Objects.requireNonNull(model, "model");
            return this;
        }

        /**
         * Sets several models to talk to. They stay the caller's, who closes the pool after the {@link Llf}. Values are
         * extracted by the first chat model of them.
         *
         * @param models the pool; it has at least one chat model
         * @return this builder
         */
        public Builder models(ModelPool models) {
            this.models = Objects.requireNonNull(models, "models");
            return this;
        }

        /**
         * Sets who chooses which of several models answers a turn.
         *
         * @param router the router; default {@link Router#manual()}, which takes the first
         * @return this builder
         */
        public Builder router(Router router) {
            this.router = Objects.requireNonNull(router, "router");
            return this;
        }

        /**
         * Sets how many tokens one conversation may hold; see {@link LlamaChatModel.Builder#contextTokens}.
         *
         * @param contextTokens at least 16; default the model's own length, but at most 4096
         * @return this builder
         * @throws IllegalArgumentException if it is less than 16
         */
        public Builder contextTokens(int contextTokens) {
            this.contextTokens = within(contextTokens, 16, Integer.MAX_VALUE, "contextTokens");
            return this;
        }

        /**
         * Sets how many turns run at once; see {@link LlamaChatModel.Builder#slots}.
         *
         * @param slots 1 to 256, default 4
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder slots(int slots) {
            this.slots = within(slots, 1, 256, "slots");
            return this;
        }

        /**
         * Sets how many threads compute; see {@link LlamaChatModel.Builder#threads}.
         *
         * @param threads 1 to 512; by default measured while loading
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder threads(int threads) {
            this.threads = within(threads, 1, 512, "threads");
            return this;
        }

        /**
         * Sets whether the JVM ends when only the engine's own threads are left; see
         * {@link LlamaChatModel.Builder#exitWhenMainReturns}.
         *
         * @param exitWhenMainReturns default true
         * @return this builder
         */
        public Builder exitWhenMainReturns(boolean exitWhenMainReturns) {
            this.exitWhenMainReturns = exitWhenMainReturns;
            return this;
        }

        /**
         * Sets where the engine runs; see {@link LlamaChatModel.Builder#isolation}. For more, such as
         * {@link LlamaChatModel.Builder#idleUnload}, open the model yourself.
         *
         * @param isolation default {@link Isolation#IN_PROCESS}
         * @return this builder
         */
        public Builder isolation(Isolation isolation) {
            this.isolation = Objects.requireNonNull(isolation, "isolation");
            return this;
        }

        /**
         * Sets which requests may wait for the model, and how many pass; see {@link LlamaChatModel.Builder#admission}.
         *
         * @param admission default {@link Admission#defaults()}
         * @return this builder
         */
        public Builder admission(Admission admission) {
            this.admission = Objects.requireNonNull(admission, "admission");
            return this;
        }

        /**
         * Sets the instructions that stand in front of every conversation.
         *
         * @param system the instructions; default none
         * @return this builder
         * @throws IllegalArgumentException if the text has an unpaired surrogate
         */
        public Builder system(String system) {
            this.system = WellFormed.text(system, "system text");
            return this;
        }

        /**
         * Sets the tools that the model may call.
         *
         * @param tools the tools; default none
         * @return this builder
         */
        public Builder tools(ToolBox tools) {
            this.tools = Objects.requireNonNull(tools, "tools");
            return this;
        }

        /**
         * Sets how tokens are chosen.
         *
         * @param sampling the sampling; default the model's own
         * @return this builder
         */
        public Builder sampling(Sampling sampling) {
            this.sampling = Objects.requireNonNull(sampling, "sampling");
            return this;
        }

        /**
         * Sets the most tokens that one answer may have.
         *
         * @param maxTokens at least 1; default as many as the context holds
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxTokens(int maxTokens) {
            if (maxTokens < 1) {
                throw new IllegalArgumentException("maxTokens must be >= 1, was %d".formatted(maxTokens));
            }
            this.maxTokens = maxTokens;
            return this;
        }

        /**
         * Sets how many tokens of the context are kept free for the answer. A question that leaves fewer is refused; past
         * turns give way before.
         *
         * @param answerTokens at least 1; default a quarter of the context or {@link #maxTokens}, if that is less, of which
         *                     a long question may take all but one
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder answerTokens(int answerTokens) {
            this.answerTokens = within(answerTokens, 1, Integer.MAX_VALUE, "answerTokens");
            return this;
        }

        /**
         * Sets what the model sees of a conversation's past.
         *
         * @param window the window; default {@link Window#tokens()}
         * @return this builder
         */
        public Builder window(Window window) {
            this.window = Objects.requireNonNull(window, "window");
            return this;
        }

        /**
         * Sets where conversations are kept. It stays the caller's, who closes it after the {@link Llf}.
         *
         * @param store an open store; default none, so that conversations are kept in memory only
         * @return this builder
         */
        public Builder store(ConversationStore store) {
            this.store = Objects.requireNonNull(store, "store");
            return this;
        }

        /**
         * Sets how long one turn may take, waiting included. When it is over, the text so far is the answer; tools that
         * run then are waited for.
         *
         * @param timeout a positive time; default no limit
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException("timeout must be positive, was %s".formatted(timeout));
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * Sets the clock that turns are dated by.
         *
         * @param clock the clock; default the system's, in UTC
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Adds somebody who is told what happens in all turns. Turns wait for it; it is told in the order of adding. What it
         * holds, such as a file, stays the caller's, who closes it after the {@link Llf}.
         *
         * @param listener the listener
         * @return this builder
         */
        public Builder listener(TurnListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Checks how the options go together and opens the model.
         *
         * @return the open {@link Llf}; the caller closes it
         * @throws ConfigurationException                    if there is no model or two, or an option is for opening a model
         *                                                   that was given open
         * @throws dev.llf.error.ModelFileException          if the file is missing, damaged or not runnable
         * @throws dev.llf.error.InsufficientMemoryException if the machine has too little memory free
         */
        public Llf build() {
            long given = Stream.of(modelFile, model, models).filter(Objects::nonNull).count();
            if (given != 1) {
                throw new ConfigurationException(
                        "%s: set one of model(path), model(chatModel) and models(pool).".formatted(
                                given == 0 ? "No model" : "More than one model"));
            }
            if (router != null && models == null) {
                throw new ConfigurationException("A router chooses among several models; set models(pool).");
            }
            boolean loads = Stream.of(contextTokens, slots, threads, exitWhenMainReturns, isolation, admission)
                    .anyMatch(Objects::nonNull);
            if (modelFile == null && loads) {
                throw new ConfigurationException(
                        "contextTokens, slots, threads, exitWhenMainReturns, isolation and admission are for opening a "
                                + "model file; set them where the given model is opened.");
            }
            Models answering = answering();
            return new Llf(new TurnSettings(answering, answering.main(), Optional.ofNullable(system),
                    Optional.ofNullable(tools),
                    Optional.ofNullable(sampling), optional(maxTokens), optional(answerTokens), window,
                    Optional.ofNullable(timeout), clock, List.copyOf(listeners)), store, modelFile != null);
        }

        private Models answering() {
            if (models != null) {
                return new Models.Several(models, router == null ? Router.manual() : router);
            }
            return new Models.One(model != null ? model : open(Objects.requireNonNull(modelFile)));
        }

        private static OptionalInt optional(int positive) {
            return positive == 0 ? OptionalInt.empty() : OptionalInt.of(positive);
        }

        private static int within(int value, int min, int max, String what) {
            if (value < min || value > max) {
                throw new IllegalArgumentException("%s must be %d to %d, was %d".formatted(what, min, max, value));
            }
            return value;
        }

        private ChatModel open(Path file) {
            LlamaChatModel.Builder builder = LlamaChatModel.builder(file);
            if (contextTokens != null) {
                builder.contextTokens(contextTokens);
            }
            if (slots != null) {
                builder.slots(slots);
            }
            if (threads != null) {
                builder.threads(threads);
            }
            if (exitWhenMainReturns != null) {
                builder.exitWhenMainReturns(exitWhenMainReturns);
            }
            if (isolation != null) {
                builder.isolation(isolation);
            }
            if (admission != null) {
                builder.admission(admission);
            }
            return builder.build();
        }
    }
}
