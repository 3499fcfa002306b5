package dev.llf.gguf;

/**
 * What a model would take in memory.
 *
 * @param weightBytes   the tensors, in bytes; exact. On a CPU they are pages of the file, which the system can drop and
 *                      read again
 * @param kvCacheBytes  keys and values of past tokens, or the state of a recurrent model, in bytes; exact up to the
 *                      rounding of the context
 * @param computeBytes  intermediate results, in bytes; approximated
 */
public record MemoryEstimate(long weightBytes, long kvCacheBytes, long computeBytes) {

    /**
     * Returns the sum.
     *
     * @return bytes
     */
    public long totalBytes() {
        return weightBytes + kvCacheBytes + computeBytes;
    }
}
