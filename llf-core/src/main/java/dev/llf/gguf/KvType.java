package dev.llf.gguf;

/** How keys and values of past tokens are stored, for {@link GgufFile#estimateMemory}. */
public enum KvType {
    /** 32 bits a number. */
    F32(TensorType.F32),
    /** 16 bits a number: the usual choice. */
    F16(TensorType.F16),
    /** 16 bits a number, brain floating point. */
    BF16(TensorType.BF16),
    /** 8.5 bits a number. */
    Q8_0(TensorType.Q8_0),
    /** 4.5 bits a number. */
    Q4_0(TensorType.Q4_0),
    /** 5 bits a number. */
    Q4_1(TensorType.Q4_1),
    /** 4.5 bits a number, not linear. */
    IQ4_NL(TensorType.IQ4_NL),
    /** 5.5 bits a number. */
    Q5_0(TensorType.Q5_0),
    /** 6 bits a number. */
    Q5_1(TensorType.Q5_1);

    private final TensorType type;

    KvType(TensorType type) {
        this.type = type;
    }

    /**
     * Returns the same layout as the type of a tensor.
     *
     * @return the tensor type with its block size
     */
    public TensorType tensorType() {
        return type;
    }

    /**
     * Tells whether several numbers share a scale.
     *
     * @return false for the floating point types
     */
    public boolean isQuantised() {
        return type.blockSize() > 1;
    }

    /** Returns the bytes of a row of so many numbers; a last block that is not full counts whole. */
    long rowBytes(long numbers) {
        return Math.multiplyExact(Math.ceilDiv(numbers, (long) type.blockSize()), type.blockBytes());
    }
}
