package dev.llf.chat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a model is asked: the messages and how to answer them.
 *
 * <p>The order of roles is checked here, once for all models: at most one system message, in front; a tool result only
 * after the call that it answers.
 */
public final class ChatRequest {

    /** The most stop strings that a request may have. */
    public static final int MAX_STOP_STRINGS = 16;
    /** The most characters that a stop string may have. */
    public static final int MAX_STOP_LENGTH = 256;

    private final List<Message> messages;
    private final List<ToolSpec> tools;
    private final ToolChoice toolChoice;
    private final @Nullable Sampling sampling;
    private final int maxTokens;
    private final List<String> stop;
    private final ResponseFormat format;
    private final @Nullable Duration timeout;
    private final @Nullable String session;
    private final Priority priority;
    private final @Nullable String tenant;

    private ChatRequest(Builder builder) {
        messages = List.copyOf(builder.messages);
        tools = List.copyOf(builder.tools);
        toolChoice = builder.toolChoice;
        sampling = builder.sampling;
        maxTokens = builder.maxTokens;
        stop = builder.stop;
        format = builder.format;
        timeout = builder.timeout;
        session = builder.session;
        priority = builder.priority;
        tenant = builder.tenant;
        RoleOrder.check(messages);
        if (tools.size() > 1 && tools.stream().map(ToolSpec::name).distinct().count() != tools.size()) {
            throw new IllegalArgumentException("tool names must differ, were %s"
                    .formatted(tools.stream().map(ToolSpec::name).toList()));
        }
    }

    /**
     * Creates a request of messages alone.
     *
     * @param messages the messages, oldest first
     * @return the request
     * @throws IllegalArgumentException if the roles are in an order that no model could follow
     */
    public static ChatRequest of(Message... messages) {
        return builder().messages(List.of(messages)).build();
    }

    /**
     * Starts a request.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this request.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.messages = messages;
        builder.tools = tools;
        builder.toolChoice = toolChoice;
        builder.sampling = sampling;
        builder.maxTokens = maxTokens;
        builder.stop = stop;
        builder.format = format;
        builder.timeout = timeout;
        builder.session = session;
        builder.priority = priority;
        builder.tenant = tenant;
        return builder;
    }

    /**
     * Returns the messages.
     *
     * @return oldest first, at least one; unmodifiable
     */
    public List<Message> messages() {
        return messages;
    }

    /**
     * Returns the tools that the model may call.
     *
     * @return the tools in prompt order; unmodifiable, possibly empty
     */
    public List<ToolSpec> tools() {
        return tools;
    }

    /**
     * Returns whether the model may call the tools.
     *
     * @return the choice, {@link ToolChoice#AUTO} unless set
     */
    public ToolChoice toolChoice() {
        return toolChoice;
    }

    /**
     * Returns how tokens are chosen.
     *
     * @return the sampling, or empty for the model's own
     */
    public Optional<Sampling> sampling() {
        return Optional.ofNullable(sampling);
    }

    /**
     * Returns the most tokens that may be generated.
     *
     * @return at least 1, or empty for as many as the context holds
     */
    public OptionalInt maxTokens() {
        return maxTokens == 0 ? OptionalInt.empty() : OptionalInt.of(maxTokens);
    }

    /**
     * Returns the texts that end the answer; they are not part of it.
     *
     * @return the stop strings; unmodifiable, possibly empty
     */
    public List<String> stop() {
        return stop;
    }

    /**
     * Returns the form that the answer must have.
     *
     * @return the form, {@link ResponseFormat#TEXT} unless set
     */
    public ResponseFormat format() {
        return format;
    }

    /**
     * Returns how long the whole call may take, waiting included.
     *
     * @return a positive time, or empty for no limit
     */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /**
     * Returns the session that the request belongs to.
     *
     * @return a key by which a model finds what it still holds of the session's earlier prompts; empty for none
     */
    public Optional<String> session() {
        return Optional.ofNullable(session);
    }

    /**
     * Returns how much the request matters among those that wait for the model.
     *
     * @return the priority, {@link Priority#NORMAL} unless set
     */
    public Priority priority() {
        return priority;
    }

    /**
     * Returns for whom the request is made.
     *
     * @return whoever shares the model fairly with others, such as a user or a customer; empty for all who are not named,
     *         together
     */
    public Optional<String> tenant() {
        return Optional.ofNullable(tenant);
    }

    /** Collects the parts of a {@link ChatRequest}; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private List<Message> messages = List.of();
        private List<ToolSpec> tools = List.of();
        private ToolChoice toolChoice = ToolChoice.AUTO;
        private @Nullable Sampling sampling;
        private int maxTokens;
        private List<String> stop = List.of();
        private ResponseFormat format = ResponseFormat.TEXT;
        private @Nullable Duration timeout;
        private @Nullable String session;
        private Priority priority = Priority.NORMAL;
        private @Nullable String tenant;

        private Builder() {}

        /**
         * Sets the messages.
         *
         * @param messages oldest first; copied
         * @return this builder
         */
        public Builder messages(List<? extends Message> messages) {
            this.messages = List.copyOf(messages);
            return this;
        }

        /**
         * Sets the tools that the model may call.
         *
         * @param tools in prompt order; copied
         * @return this builder
         */
        public Builder tools(List<ToolSpec> tools) {
            this.tools = List.copyOf(tools);
            return this;
        }

        /**
         * Sets whether the model may call the tools.
         *
         * @param toolChoice the choice
         * @return this builder
         */
        public Builder toolChoice(ToolChoice toolChoice) {
            this.toolChoice = Objects.requireNonNull(toolChoice, "toolChoice");
            return this;
        }

        /**
         * Sets how tokens are chosen.
         *
         * @param sampling the sampling
         * @return this builder
         */
        public Builder sampling(Sampling sampling) {
            this.sampling = Objects.requireNonNull(sampling, "sampling");
            return this;
        }

        /**
         * Sets the most tokens that may be generated.
         *
         * @param maxTokens at least 1
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
         * Sets the texts that end the answer.
         *
         * @param stop at most 16, each 1 to 256 characters
         * @return this builder
         * @throws IllegalArgumentException if there are more, or one is empty, longer or not well-formed
         */
        public Builder stop(List<String> stop) {
            List<String> copy = List.copyOf(stop);
            if (copy.size() > MAX_STOP_STRINGS) {
                throw new IllegalArgumentException("at most %d stop strings, were %d"
                        .formatted(MAX_STOP_STRINGS, copy.size()));
            }
            for (String text : copy) {
                int length = WellFormed.text(text, "stop string").length();
                if (length == 0 || length > MAX_STOP_LENGTH) {
                    throw new IllegalArgumentException("a stop string must have 1 to %d characters, has %d"
                            .formatted(MAX_STOP_LENGTH, length));
                }
            }
            this.stop = copy;
            return this;
        }

        /**
         * Sets the form that the answer must have.
         *
         * @param format the form
         * @return this builder
         */
        public Builder format(ResponseFormat format) {
            this.format = Objects.requireNonNull(format, "format");
            return this;
        }

        /**
         * Sets how long the whole call may take, waiting included.
         *
         * @param timeout a positive time
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
         * Sets the session that the request belongs to.
         *
         * @param session any key that is not blank
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder session(String session) {
            this.session = WellFormed.name(session, "session");
            return this;
        }

        /**
         * Sets how much the request matters among those that wait for the model.
         *
         * @param priority the priority
         * @return this builder
         */
        public Builder priority(Priority priority) {
            this.priority = Objects.requireNonNull(priority, "priority");
            return this;
        }

        /**
         * Sets for whom the request is made.
         *
         * @param tenant whoever shares the model fairly with others, not blank
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder tenant(String tenant) {
            this.tenant = WellFormed.name(tenant, "tenant");
            return this;
        }

        /**
         * Checks how the parts go together.
         *
         * @return the request
         * @throws IllegalArgumentException if the roles are in an order that no model could follow, or two tools share a
         *                                  name
         */
        public ChatRequest build() {
            return new ChatRequest(this);
        }
    }
}
