package dev.llf.models;

import dev.llf.spi.Reranker;
import java.util.List;

/**
 * A reranker of the pool: loaded at the first call, held open while it computes.
 *
 * @param pooled    the model
 * @param residents those that are open
 */
record PooledReranker(PooledModel<Reranker> pooled, Residents residents) implements Reranker, Pooled {

    @Override
    public List<Score> rerank(String query, List<String> documents) {
        return residents.with(pooled, model -> model.rerank(query, documents));
    }

    @Override
    public void warmUp() {
        rerank("Hello", List.of("Hello"));
    }

    /** Does nothing: the model is shared and lives as long as the pool. */
    @Override
    public void close() {}
}
