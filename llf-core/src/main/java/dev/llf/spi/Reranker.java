package dev.llf.spi;

import java.util.List;

/**
 * Scores how well documents answer a query.
 *
 * <p>Implementations are safe for use by many threads. Who opens a model closes it.
 */
public interface Reranker extends AutoCloseable {

    /**
     * Scores documents against a query; equal documents are scored once.
     *
     * @param query     the query
     * @param documents the documents, possibly none
     * @return one score a document, best first; equal scores keep the order of the documents
     * @throws dev.llf.error.ContextOverflowException if query and a document together have too many tokens
     */
    List<Score> rerank(String query, List<String> documents);

    /** Closes the model. Idempotent. */
    @Override
    void close();

    /**
     * The score of one document.
     *
     * @param index     the document's place in the list given
     * @param relevance 0 to 1, higher is better
     */
    record Score(int index, double relevance) {}
}
