package dev.llf.gguf;

/** How the vectors of the tokens become the vector of the text, in the order of the numbers in the file. */
public enum PoolingType {
    /** One vector for each token. */
    NONE,
    /** The mean of all vectors. */
    MEAN,
    /** The vector of the first token. */
    CLS,
    /** The vector of the last token. */
    LAST,
    /** A score from the classifier head: the model is a reranker. */
    RANK
}
