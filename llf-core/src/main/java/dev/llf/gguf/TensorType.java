package dev.llf.gguf;

import org.jspecify.annotations.Nullable;

/**
 * How the numbers of a tensor are stored: as they are, or in blocks of a fixed number of values and bytes.
 *
 * <p>Source: the type table of ggml. Numbers 4, 5, 31-33 and 36-38 belonged to types that have been removed.
 */
public enum TensorType {
    /** Numbers of 32 bits. */
    F32(0, 1, 4),
    /** Numbers of 16 bits. */
    F16(1, 1, 2),
    /** 4 bits a value, one scale. */
    Q4_0(2, 32, 18),
    /** 4 bits a value, scale and minimum. */
    Q4_1(3, 32, 20),
    /** 5 bits a value, one scale. */
    Q5_0(6, 32, 22),
    /** 5 bits a value, scale and minimum. */
    Q5_1(7, 32, 24),
    /** 8 bits a value, one scale. */
    Q8_0(8, 32, 34),
    /** 8 bits a value, scale and sum; for intermediate results only. */
    Q8_1(9, 32, 36),
    /** About 2.6 bits a value, superblocks. */
    Q2_K(10, 256, 84),
    /** About 3.4 bits a value, superblocks. */
    Q3_K(11, 256, 110),
    /** 4.5 bits a value, superblocks. */
    Q4_K(12, 256, 144),
    /** 5.5 bits a value, superblocks. */
    Q5_K(13, 256, 176),
    /** About 6.6 bits a value, superblocks. */
    Q6_K(14, 256, 210),
    /** 8 bits a value, superblocks; for intermediate results only. */
    Q8_K(15, 256, 292),
    /** 2.06 bits a value, by codebook. */
    IQ2_XXS(16, 256, 66),
    /** 2.31 bits a value, by codebook. */
    IQ2_XS(17, 256, 74),
    /** 3.06 bits a value, by codebook. */
    IQ3_XXS(18, 256, 98),
    /** 1.56 bits a value, by codebook. */
    IQ1_S(19, 256, 50),
    /** 4.5 bits a value, not linear. */
    IQ4_NL(20, 32, 18),
    /** 3.44 bits a value, by codebook. */
    IQ3_S(21, 256, 110),
    /** 2.56 bits a value, by codebook. */
    IQ2_S(22, 256, 82),
    /** 4.25 bits a value, not linear. */
    IQ4_XS(23, 256, 136),
    /** Signed integers of 8 bits. */
    I8(24, 1, 1),
    /** Signed integers of 16 bits. */
    I16(25, 1, 2),
    /** Signed integers of 32 bits. */
    I32(26, 1, 4),
    /** Signed integers of 64 bits. */
    I64(27, 1, 8),
    /** Numbers of 64 bits. */
    F64(28, 1, 8),
    /** 1.75 bits a value, by codebook. */
    IQ1_M(29, 256, 56),
    /** Brain floating point numbers of 16 bits. */
    BF16(30, 1, 2),
    /** 1.69 bits a value, three values. */
    TQ1_0(34, 256, 54),
    /** 2.06 bits a value, three values. */
    TQ2_0(35, 256, 66),
    /** 4.25 bits a value, microscaling; newer than the bundled llama.cpp. */
    MXFP4(39, 32, 17),
    /** 4.5 bits a value, two levels of scales; newer than the bundled llama.cpp. */
    NVFP4(40, 64, 36);

    private static final @Nullable TensorType[] BY_ID = new @Nullable TensorType[41];

    static {
        for (TensorType type : values()) {
            BY_ID[type.id] = type;
        }
    }

    private final int id;
    private final int blockSize;
    private final int blockBytes;

    TensorType(int id, int blockSize, int blockBytes) {
        this.id = id;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    /** Returns the type with this number in the file, or null if there is none or it has been removed. */
    static @Nullable TensorType of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /**
     * Returns the number of this type in the file.
     *
     * @return the ggml type number
     */
    public int id() {
        return id;
    }

    /**
     * Returns how many values a block holds.
     *
     * @return the values of a block, 1 for plain numbers
     */
    public int blockSize() {
        return blockSize;
    }

    /**
     * Returns how many bytes a block takes.
     *
     * @return the bytes of a block
     */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether the bundled llama.cpp can multiply with weights of this type. */
    boolean isWeightType() {
        return switch (this) {
            case Q8_1, Q8_K, I8, I16, I32, I64, F64, MXFP4, NVFP4 -> false;
            default -> true;
        };
    }
}
