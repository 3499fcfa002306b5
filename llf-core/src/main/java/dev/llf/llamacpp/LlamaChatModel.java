package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Claim;
import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ModelInfo;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolChoice;
import dev.llf.error.ConfigurationException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.KvType;
import dev.llf.gguf.TokenType;
import dev.llf.template.ChatTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A chat model in a GGUF file, run by llama.cpp in this process or in a {@linkplain Isolation worker process}.
 *
 * <p>Safe for use by many threads. As many requests run at once as there are slots; the others wait in line, as
 * the {@linkplain Builder#admission admission} says. A request with a {@linkplain ChatRequest#session() session} gets the
 * slot that still holds the session's earlier prompts, so that only what is new is tokenised and evaluated.
 *
 * <p>Objects opened on the same file with the same options share one engine: its memory, its slots and its line. Closing
 * cancels what runs and gives the model back. In this process its memory stays taken until the JVM ends, and the next open
 * of the same file with the same options gets it at once; a worker process ends with its last user.
 */
public final class LlamaChatModel implements ChatModel {

    private final EngineLease lease;
    private final PromptEncoder prompts;
    private final RequestChecks checks;
    private final ChatJob.Endings endings;
    private final List<String> visibleTokens;
    private final Set<Integer> hiddenTokens;
    private final boolean findsToolCalls;
    private final Sampling sampling;
    private final ModelInfo info;
    private final AtomicLong callIds = new AtomicLong();
    private final OpenJobs jobs = new OpenJobs();

    private LlamaChatModel(EngineLease lease, ChatTemplate template, @Nullable Sampling sampling) {
        this.lease = lease;
        GgufVocabulary vocabulary = lease.vocabulary();
        Engine engine = lease.engine();
        prompts = new PromptEncoder(template, vocabulary, engine::tokenize);
        checks = new RequestChecks(vocabulary.size(), lease.options().slotTokens());
        endings = endings(vocabulary, engine);
        findsToolCalls = template.mentions("tools") && vocabulary.find(ToolCallScanner.OPEN).isPresent();
        visibleTokens = new ArrayList<>(endings.texts());
        if (findsToolCalls) {
            visibleTokens.addAll(ToolCallScanner.TAGS);
        }
        this.sampling = sampling != null ? sampling
                : ModelSampling.of(lease.gguf().recommendedSampling()).orElse(Sampling.defaults());
        hiddenTokens = hiddenTokens(vocabulary);
        info = new ModelInfo(lease.gguf().name(), lease.options().slotTokens());
    }

    /**
     * The tokens that have a text for grammars but none in the answer, and do not end it: a string could seem long enough
     * by them. Whatever a schema's grammar needs can be written without them.
     */
    private static Set<Integer> hiddenTokens(GgufVocabulary vocabulary) {
        Set<Integer> hidden = new HashSet<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            if (type == TokenType.CONTROL || type == TokenType.UNKNOWN) {
                hidden.add(id);
            }
        }
        hidden.removeAll(vocabulary.endOfGenerationIds());
        return Set.copyOf(hidden);
    }

    private Sampling withoutHidden(Sampling sampling, ChatRequest request) {
        return request.format() instanceof ResponseFormat.JsonSchema
                ? sampling.toBuilder().bannedTokens(hiddenTokens).build()
                : sampling;
    }

    /** The engine can show a token only if its text is read back as that one token. */
    private static ChatJob.Endings endings(GgufVocabulary vocabulary, Engine engine) {
        List<String> texts = new ArrayList<>();
        Set<Integer> ids = vocabulary.endOfGenerationIds();
        for (int id : ids) {
            int[] read = engine.tokenize(vocabulary.text(id));
            if (read.length == 1 && read[0] == id) {
                texts.add(vocabulary.text(id));
            }
        }
        return new ChatJob.Endings(List.copyOf(texts), texts.size() == ids.size());
    }

    /**
     * Starts to set up a model.
     *
     * @param file the GGUF file, or the first of its parts
     * @return a new builder
     */
    public static Builder builder(Path file) {
        return new Builder(file);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.llf.error.BusyException            if the request cannot run at once and the admission lets it not wait
     * @throws dev.llf.error.ContextOverflowException if the prompt does not fit the context
     * @throws ConfigurationException                 if the model cannot do what the request asks for, or a limited rate
     *                                                could never let it pass
     * @throws IllegalStateException                  if the model is closed or drained
     */
    @Override
    public ChatStream stream(ChatRequest request) {
        lease.checkOpen();
        Sampling chosen = checks.bounded(request.sampling().orElse(sampling));
        Optional<Duration> timeout = lease.engine().awaitReady(request.timeout());
        int[] prompt = prompts.encode(request);
        int maxTokens = checks.maxTokens(request, prompt.length);
        Optional<String> grammar = checks.grammar(request, chosen, maxTokens);
        Sampling sent = withoutHidden(chosen, request);
        ChatJob job = new ChatJob(lease.engine(), lease.scheduler(), prompt, request.session(),
                Claim.of(request, prompt.length + maxTokens),
                slot -> new EngineRequest(prompt, maxTokens, slot.id(), slot.reusable(), sent, grammar,
                        visibleTokens),
                prompts::answer, endings, new StopMatcher(request.stop()), toolCalls(request), jobs::remove);
        jobs.add(job);
        ChatStream stream = job.start(timeout);
        cancelIfClosed(job);
        return stream;
    }

    private @Nullable ToolCallScanner toolCalls(ChatRequest request) {
        boolean wanted = findsToolCalls && !request.tools().isEmpty() && request.toolChoice() == ToolChoice.AUTO
                && !(request.format() instanceof ResponseFormat.JsonSchema); // its strings may hold any tag
        return wanted ? new ToolCallScanner(() -> "call_" + callIds.incrementAndGet()) : null;
    }

    /** A close may have come between the first check and the registration. */
    private void cancelIfClosed(ChatJob job) {
        try {
            lease.checkOpen();
        } catch (IllegalStateException e) {
            job.cancel();
            throw e;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>In a session, the earlier prompts decide where the text is parted before it is split into tokens. So ask with the
     * session of the request to come: the number is exact for the next request of that session.
     */
    @Override
    public int countTokens(ChatRequest request) {
        lease.checkOpen();
        return prompts.count(request);
    }

    @Override
    public void awaitReady(Optional<Duration> limit) {
        lease.engine().awaitReady(limit);
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    /**
     * Returns what the model's file says.
     *
     * @return the file's metadata and tensors
     */
    public GgufFile gguf() {
        return lease.gguf();
    }

    /**
     * Returns how many threads compute.
     *
     * @return at least 1
     */
    public int threads() {
        return lease.threads().count();
    }

    /**
     * Tells how the number of threads was chosen.
     *
     * @return a sentence for people, with the measured speeds where they were measured
     */
    public String threadsReason() {
        return lease.threads().reason();
    }

    /**
     * Returns the sampling of requests that bring none.
     *
     * @return the builder's, or the one that the model's file recommends, or the defaults
     */
    public Sampling sampling() {
        return sampling;
    }

    /**
     * Tells how busy the model is. All who share the engine, by opening the same file with the same options, share one line.
     *
     * @return a snapshot
     */
    public AdmissionStatistics admission() {
        return lease.scheduler().statistics();
    }

    /**
     * Takes on no more requests, for good, and waits until those that run and wait have ended. Requests made through other
     * objects on the same engine are not affected. Close the model afterwards: that cancels what is left.
     *
     * @param limit how long to wait at most; zero to only look
     * @return whether all have ended; false if the time was up before or the thread is interrupted, which it then stays
     * @throws IllegalArgumentException if the time is negative
     */
    public boolean drain(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit must not be negative, was %s".formatted(limit));
        }
        return jobs.drain(limit);
    }

    /** Waits until no request runs or waits on the shared engine. */
    void awaitIdle() throws InterruptedException {
        lease.scheduler().awaitIdle();
    }

    @Override
    public void close() {
        lease.refuse();
        jobs.cancel();
        lease.close();
    }

    /** Collects how a model is set up; setters check at once. Not safe for use by several threads. */
    public static final class Builder implements Cloneable {

        private static final int DEFAULT_CONTEXT = 4096;
        private static final int BATCH = 512;

        private final Path file;
        private int contextTokens;
        private int slots = 4;
        private int threads;
        private int gpuLayers = EngineOptions.DEFAULT_GPU_LAYERS;
        private Admission admission = Admission.defaults();
        private KvType kvType = KvType.F16;
        private boolean flashAttention;
        private boolean exitWhenMainReturns = true;
        private Residence residence = Residence.IN_PROCESS;
        private @Nullable Sampling sampling;
        private @Nullable String chatTemplate;

        private Builder(Path file) {
            this.file = Objects.requireNonNull(file, "file");
        }

        /**
         * Sets how many tokens one conversation may hold, prompt and answer together.
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
         * Sets how many requests run at once; each holds {@link #contextTokens} of cache.
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
         * Sets how many threads compute.
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
         * Sets how many layers run on a GPU. The library that comes with LLF has GPU support on macOS only.
         *
         * @param gpuLayers at least 0; default all where the library has GPU support
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder gpuLayers(int gpuLayers) {
            this.gpuLayers = within(gpuLayers, 0, 10_000, "gpuLayers");
            return this;
        }

        /**
         * Sets which requests may wait for a slot, and what may pass in the long run. The policy belongs to the engine: the
         * same file with another policy is loaded a second time.
         *
         * @param admission default {@link Admission#defaults()}: 1024 requests may wait, and no rate is limited
         * @return this builder
         */
        public Builder admission(Admission admission) {
            this.admission = Objects.requireNonNull(admission, "admission");
            return this;
        }

        /**
         * Sets how the cache of past tokens is stored. Quantised types save memory, need {@link #flashAttention}
         * and fit most models, those with heads of a multiple of 32 numbers; F32 cannot have it.
         *
         * @param kvType the type, default {@link KvType#F16}
         * @return this builder
         */
        public Builder kvType(KvType kvType) {
            this.kvType = Objects.requireNonNull(kvType, "kvType");
            return this;
        }

        /**
         * Sets whether attention is computed in one fused step.
         *
         * @param flashAttention default false
         * @return this builder
         */
        public Builder flashAttention(boolean flashAttention) {
            this.flashAttention = flashAttention;
            return this;
        }

        /**
         * Sets the sampling of requests that bring none.
         *
         * @param sampling default the one that the model's file recommends, else {@link Sampling#defaults()}
         * @return this builder
         */
        public Builder sampling(Sampling sampling) {
            this.sampling = Objects.requireNonNull(sampling, "sampling");
            return this;
        }

        /**
         * Replaces the model's own chat template.
         *
         * @param chatTemplate a Jinja chat template
         * @return this builder
         */
        public Builder chatTemplate(String chatTemplate) {
            this.chatTemplate = Objects.requireNonNull(chatTemplate, "chatTemplate");
            return this;
        }

        /**
         * Sets whether the JVM ends when only the engine's own threads are left. The engine leaves a thread behind that
         * would keep the JVM alive for ever; a watchdog ends the JVM once {@code main} and all other threads that are no
         * daemons have ended. If any model of the JVM was opened with it on, it stays on.
         *
         * @param exitWhenMainReturns default true
         * @return this builder
         */
        public Builder exitWhenMainReturns(boolean exitWhenMainReturns) {
            this.exitWhenMainReturns = exitWhenMainReturns;
            return this;
        }

        /**
         * Sets where the engine runs: in this process, or in a watched child process that a native crash ends alone.
         *
         * @param isolation default {@link Isolation#IN_PROCESS}
         * @return this builder
         */
        public Builder isolation(Isolation isolation) {
            residence = residence.withIsolation(Objects.requireNonNull(isolation, "isolation"));
            return this;
        }

        /**
         * Sets after how long without work a {@linkplain Isolation#WORKER_JVM worker} process ends, which frees its memory; the
         * next call starts it again.
         *
         * @param idleUnload more than zero, at most 365 days; by default it stays until the model is closed
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder idleUnload(Duration idleUnload) {
            residence = residence.withIdleUnload(idleUnload);
            return this;
        }

        private static int within(int value, int min, int max, String what) {
            if (value < min || value > max) {
                throw new IllegalArgumentException("%s must be %d to %d, was %d".formatted(what, min, max, value));
            }
            return value;
        }

        /**
         * Checks the file and loads the model, or joins those who have loaded it with the same options.
         *
         * @return the model; the caller closes it
         * @throws dev.llf.error.ModelFileException          if the file is missing, damaged or not runnable
         * @throws dev.llf.template.TemplateException        if the chat template cannot be parsed
         * @throws dev.llf.error.InsufficientMemoryException if the machine has too little memory free
         * @throws ConfigurationException                    if the options do not fit the model or the machine
         */
        public LlamaChatModel build() {
            EngineLease lease = EngineLease.open(file, this::options, exitWhenMainReturns);
            try {
                return new LlamaChatModel(lease, template(lease.gguf()), sampling);
            } catch (RuntimeException e) {
                lease.close();
                throw e;
            }
        }

        /**
         * Checks what {@link #build()} would check, without loading.
         *
         * @return what was found
         */
        public Preflight preflight() {
            return PreflightCheck.of(file, this::options);
        }

        /**
         * Copies this builder.
         *
         * @return a builder with the same settings, which changes apart from this one
         */
        public Builder copy() {
            try {
                return (Builder) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError("it is Cloneable", e);
            }
        }

        private EngineOptions options(GgufFile gguf, EngineLease.FileState state) {
            checkCacheType();
            template(gguf); // a fault in it is told before minutes of loading
            if (!gguf.causal()) {
                throw new ConfigurationException(
                        "%s is an encoder (%s), which cannot chat; open it as an embedding model."
                                .formatted(file, gguf.architecture()));
            }
            int context = contextTokens > 0 ? contextTokens : Math.min(DEFAULT_CONTEXT, gguf.contextLength());
            if (context > gguf.contextLength()) {
                throw new ConfigurationException("contextTokens is %d, but %s was made for %d."
                        .formatted(context, file.getFileName(), gguf.contextLength()));
            }
            if ((long) context * slots > Integer.MAX_VALUE / 2) {
                throw new ConfigurationException(
                        "%d slots of %d tokens are more than the engine can address; use fewer."
                                .formatted(slots, context));
            }
            checkCacheBlocks(gguf);
            return new EngineOptions(state.path(), state.size(), state.modified(), EngineOptions.Purpose.CHAT, context,
                    slots, threads, Math.min(BATCH, context), kvType, flashAttention, gpuLayers, admission,
                    residence.checked());
        }

        private void checkCacheType() {
            if (kvType.isQuantised() && !flashAttention) {
                throw new ConfigurationException("kvType %s needs flashAttention(true); or use F16.".formatted(kvType));
            }
            if (kvType == KvType.F32 && flashAttention) {
                throw new ConfigurationException(
                        "The engine has no fused attention over a cache of type F32; use F16.");
            }
        }

        /** A quantised type stores numbers in blocks; a head that ends inside one would end the process. */
        private void checkCacheBlocks(GgufFile gguf) {
            int block = kvType.tensorType().blockSize();
            if (gguf.keyLength() % block != 0 || gguf.valueLength() % block != 0) {
                throw new ConfigurationException(
                        "kvType %s stores blocks of %d numbers, but the heads of %s have %d and %d; use F16.".formatted(
                                kvType, block, file.getFileName(), gguf.keyLength(), gguf.valueLength()));
            }
        }

        private ChatTemplate template(GgufFile gguf) {
            String source = chatTemplate != null ? chatTemplate
                    : gguf.chatTemplate().orElseThrow(() -> new ConfigurationException(
                            ("%s has no chat template, so it is no chat model or an old file; give it one with "
                                    + "chatTemplate(...).").formatted(file)));
            return ChatTemplate.parse(source);
        }
    }
}
