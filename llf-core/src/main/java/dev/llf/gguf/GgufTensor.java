package dev.llf.gguf;

import java.util.List;

/**
 * One row of the tensor table.
 *
 * @param name     the name, unique in the model, for example {@code blk.0.attn_q.weight}
 * @param shape    one to four dimensions, the contiguous one first, as llama.cpp counts them: a matrix of 5 rows and 3
 *                 columns has the shape {@code [3, 5]}; each at least 1
 * @param type     how the numbers are stored
 * @param part     which file of {@link GgufFile#parts()} holds the data, from 0
 * @param offset   where the data begins, in bytes from the start of that file
 * @param byteSize the size of the data in bytes, without padding
 */
public record GgufTensor(String name, List<Long> shape, TensorType type, int part, long offset, long byteSize) {

    /** Copies the shape. */
    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /**
     * Returns the number of values.
     *
     * @return the product of the shape
     */
    public long elementCount() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
