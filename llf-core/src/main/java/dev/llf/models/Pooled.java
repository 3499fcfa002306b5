package dev.llf.models;

import java.util.OptionalDouble;

/** What the pool hands out in place of a model, which may not be loaded yet. */
sealed interface Pooled permits PooledChat, PooledEmbedding, PooledReranker {

    /** Returns the model that it stands for. */
    PooledModel<?> pooled();

    /** Loads the model and has it do a little work. */
    void warmUp();

    /** Returns what was measured and derived of the model. */
    default ModelProfile measured() {
        return ModelProfile.NONE;
    }

    /** Returns the speed of late; empty if it was not measured. */
    default OptionalDouble tokensPerSecond() {
        return OptionalDouble.empty();
    }
}
