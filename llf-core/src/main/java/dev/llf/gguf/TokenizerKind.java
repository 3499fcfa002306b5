package dev.llf.gguf;

/** The families of tokenizers, by {@code tokenizer.ggml.model}. */
public enum TokenizerKind {
    /** SentencePiece byte pairs with byte tokens: {@code llama}. */
    SPM("llama"),
    /** Byte-level byte pairs: {@code gpt2}. */
    BPE("gpt2"),
    /** Word pieces: {@code bert}. */
    WPM("bert"),
    /** SentencePiece unigrams: {@code t5}. */
    UGM("t5"),
    /** Greedy longest match: {@code rwkv}. */
    RWKV("rwkv"),
    /** The model has no vocabulary: {@code no_vocab} or {@code none}. */
    NONE("no_vocab"),
    /** A family that the bundled llama.cpp does not know. */
    OTHER("");

    private final String model;

    TokenizerKind(String model) {
        this.model = model;
    }

    static TokenizerKind of(String model) {
        if (model.equals("none")) {
            return NONE;
        }
        for (TokenizerKind kind : values()) {
            if (kind.model.equals(model) && kind != OTHER) {
                return kind;
            }
        }
        return OTHER;
    }

    /** Returns the id that llama.cpp assumes where the file names none, or -1. */
    int defaultId(SpecialToken token) {
        return switch (this) {
            case SPM -> choose(token, 1, 2, 0);
            case BPE -> choose(token, 11, 11, -1);
            case UGM -> token == SpecialToken.PADDING ? 0 : choose(token, -1, 1, 2);
            case WPM -> switch (token) {
                case SEPARATOR -> 102;
                case PADDING -> 0;
                case MASK -> 103;
                default -> choose(token, 101, -1, 100);
            };
            case RWKV, NONE, OTHER -> -1;
        };
    }

    private static int choose(SpecialToken token, int bos, int eos, int unknown) {
        return switch (token) {
            case BOS -> bos;
            case EOS -> eos;
            case UNKNOWN -> unknown;
            default -> -1;
        };
    }
}
