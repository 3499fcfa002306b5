package dev.llf.models;

import dev.llf.spi.EmbeddingModel;
import java.util.List;

/**
 * An embedding model of the pool: loaded at the first call, held open while it computes.
 *
 * @param pooled    the model
 * @param residents those that are open
 */
record PooledEmbedding(PooledModel<EmbeddingModel> pooled, Residents residents) implements EmbeddingModel, Pooled {

    @Override
    public List<float[]> embedAll(List<String> texts) {
        return residents.with(pooled, model -> model.embedAll(texts));
    }

    @Override
    public int countTokens(String text) {
        return residents.with(pooled, model -> model.countTokens(text));
    }

    @Override
    public int dimension() {
        return residents.with(pooled, EmbeddingModel::dimension);
    }

    @Override
    public int maxTokens() {
        return residents.with(pooled, EmbeddingModel::maxTokens);
    }

    @Override
    public String fingerprint() {
        return residents.with(pooled, EmbeddingModel::fingerprint);
    }

    @Override
    public void warmUp() {
        embed("Hello");
    }

    /** Does nothing: the model is shared and lives as long as the pool. */
    @Override
    public void close() {}
}
