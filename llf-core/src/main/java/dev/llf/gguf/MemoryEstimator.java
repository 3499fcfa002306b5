package dev.llf.gguf;

import dev.llf.error.ModelFileException;

/**
 * Adds up what a model takes in memory.
 *
 * @param shape       the model's keys
 * @param weightBytes the size of the tensors
 * @param tokens      the size of the vocabulary
 */
record MemoryEstimator(ModelShape shape, long weightBytes, int tokens) {

    private static final int BATCH = 512;
    private static final int CONTEXT_STEP = 256;

    MemoryEstimate estimate(long contextTokens, int slots, KvType key, KvType value) {
        long cells = Math.ceilDiv(contextTokens, CONTEXT_STEP) * CONTEXT_STEP;
        try {
            long cache = Math.addExact(attentionBytes(cells, key, value), recurrentBytes(slots));
            long compute = computeBytes(cells);
            Math.addExact(weightBytes, Math.addExact(cache, compute));
            return new MemoryEstimate(weightBytes, cache, compute);
        } catch (ArithmeticException e) {
            throw new ModelFileException(shape.file(), -1,
                    "the sizes in the metadata make more than 2^63 bytes. The file is damaged.", e);
        }
    }

    private long attentionBytes(long cells, KvType key, KvType value) {
        if (isRecurrent()) {
            return 0;
        }
        int keyLength = shape.headLength("attention.key_length");
        int valueLength = shape.headLength("attention.value_length");
        long row = 0;
        for (int layer = 0; layer < layers(); layer++) {
            long heads = shape.headCountKv(layer);
            row = Math.addExact(row, key.rowBytes(Math.multiplyExact(heads, keyLength)));
            row = Math.addExact(row, value.rowBytes(Math.multiplyExact(heads, valueLength)));
        }
        return Math.multiplyExact(cells, row);
    }

    /** The states of Mamba and RWKV: 32-bit numbers, the same however long the conversation. */
    private long recurrentBytes(int slots) {
        long width = shape.required("embedding_length");
        long inner = shape.optional("ssm.inner_size", 0);
        long mamba = Math.multiplyExact(inner,
                Math.max(0, shape.optional("ssm.conv_kernel", 0) - 1) + shape.optional("ssm.state_size", 0));
        long headSize = shape.optional("wkv.head_size", 0);
        long rwkv = headSize == 0 ? 0 : Math.multiplyExact(width, shape.optional("token_shift_count", 2) + headSize);
        return Math.multiplyExact(Float.BYTES * (long) slots * layers(), Math.addExact(mamba, rwkv));
    }

    private boolean isRecurrent() {
        return shape.optional("ssm.inner_size", 0) > 0 || shape.optional("wkv.head_size", 0) > 0;
    }

    private long computeBytes(long cells) {
        long heads = 0;
        long feedForward = 0;
        for (int layer = 0; layer < layers(); layer++) {
            heads = Math.max(heads, shape.headCount(layer));
            feedForward = Math.max(feedForward, shape.perLayer("feed_forward_length", layer, 0));
        }
        long scores = isRecurrent() ? 0 : Math.multiplyExact(heads, cells);
        long largest = Math.max(Math.max(scores, tokens), 2 * feedForward);
        long masks = shape.causal() ? cells : 2 * cells;
        long numbers = Math.addExact(Math.addExact(masks, largest), 8L * shape.required("embedding_length"));
        return Math.multiplyExact(numbers, Float.BYTES * (shape.causal() ? Math.min(BATCH, cells) : cells));
    }

    private int layers() {
        int layers = shape.required("block_count");
        if (layers > ModelShape.MAX_LAYERS) {
            throw shape.metadata().refusal(shape.key("block_count"),
                    "the model has %d layers, expected at most %d".formatted(layers, ModelShape.MAX_LAYERS));
        }
        return layers;
    }
}
