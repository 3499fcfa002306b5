package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.WellFormed;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.llamacpp.Preflight;
import dev.llf.spi.EmbeddingModel;
import dev.llf.spi.Reranker;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Models under names, loaded at their first request and shared by all who ask for them.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ModelPool implements AutoCloseable {

    private ModelPool() {}

    static String checkName(String name) {
        return WellFormed.name(name, "model name");
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
        throw new UnsupportedOperationException();
    }

    /**
     * Returns a chat model, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no chat model with this name
     */
    public ChatModel chat(String name) {
        throw new UnsupportedOperationException(name);
    }

    /**
     * Returns an embedding model, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no embedding model with this name
     */
    public EmbeddingModel embedding(String name) {
        throw new UnsupportedOperationException(name);
    }

    /**
     * Returns a reranker, which is loaded at the first request to it.
     *
     * @param name its name
     * @return the model, always the same; closing it does nothing, it lives as long as the pool
     * @throws dev.llf.error.ConfigurationException if there is no reranker with this name
     */
    public Reranker reranker(String name) {
        throw new UnsupportedOperationException(name);
    }

    /**
     * Returns what is known of a model.
     *
     * @param name its name
     * @return the profile that the host gave, and where that says nothing what was measured
     * @throws dev.llf.error.ConfigurationException if there is no model with this name
     */
    public ModelProfile profile(String name) {
        throw new UnsupportedOperationException(name);
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
        throw new UnsupportedOperationException(String.join(" ", names));
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
        throw new UnsupportedOperationException(String.join(" ", names));
    }

    /**
     * Loads models and has each do a little work, so that the first request need not wait for that.
     *
     * @param names their names; none for all models
     * @throws dev.llf.error.ConfigurationException if there is no model with one of the names
     * @throws dev.llf.error.LlfException           if a model cannot be loaded
     */
    public void warmUp(String... names) {
        throw new UnsupportedOperationException(String.join(" ", names));
    }

    /**
     * Checks all models that the pool opens itself, without loading any.
     *
     * @return a report for each, by name and in order
     */
    public Map<String, Preflight> preflight() {
        throw new UnsupportedOperationException();
    }

    /**
     * Tells how the models are doing.
     *
     * @return the state now
     */
    public PoolStatistics statistics() {
        throw new UnsupportedOperationException();
    }

    /** Closes the models that the pool opened, the last opened first; running responses are cancelled. Idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    /** Collects the models; setters check at once. Not safe for use by several threads. */
    public static final class Builder {

        private Builder() {}

        /**
         * Adds a chat model that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
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
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder model(String name, LlamaChatModel.Builder model, ModelProfile profile) {
            return this;
        }

        /**
         * Adds a chat model that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
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
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder model(String name, ChatModel model, ModelProfile profile) {
            return this;
        }

        /**
         * Adds an embedding model that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder embedding(String name, LlamaEmbeddingModel.Builder model) {
            return this;
        }

        /**
         * Adds an embedding model that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder embedding(String name, EmbeddingModel model) {
            return this;
        }

        /**
         * Adds a reranker that the pool opens.
         *
         * @param name  its name
         * @param model how to open it; copied
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder reranker(String name, LlamaReranker.Builder model) {
            return this;
        }

        /**
         * Adds a reranker that the host has opened and closes.
         *
         * @param name  its name
         * @param model the model; must stay open as long as the pool
         * @return this builder
         * @throws IllegalArgumentException if the name is blank or taken
         */
        public Builder reranker(String name, Reranker model) {
            return this;
        }

        /**
         * Limits what the models may take in memory together, by estimate.
         *
         * @param bytes at least 1; default no limit but what the machine has free
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder memoryBudget(long bytes) {
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
            return this;
        }

        /**
         * Closes models that give their memory back once they have been idle for a time.
         *
         * @param idle a positive time; default they are kept
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder keepAlive(Duration idle) {
            return this;
        }

        /**
         * Makes the pool. Nothing is loaded yet.
         *
         * @return the pool; the caller closes it
         * @throws dev.llf.error.ConfigurationException if no model was set
         */
        public ModelPool build() {
            return new ModelPool();
        }
    }
}
