package dev.llf.gguf;

/** What a token of the vocabulary is for, in the order of the numbers in {@code tokenizer.ggml.token_type}. */
public enum TokenType {
    /** The file gives a number without a meaning. */
    UNDEFINED,
    /** A piece of text. */
    NORMAL,
    /** Stands for what the vocabulary cannot express. */
    UNKNOWN,
    /** Steers the model, for example the end of a turn; has no text of its own in the output. */
    CONTROL,
    /** Added by the model's author; matched before the tokenizer runs. */
    USER_DEFINED,
    /** A place held free. */
    UNUSED,
    /** One byte, written {@code <0x0A>}. */
    BYTE;

    private static final TokenType[] BY_ID = values();

    static TokenType of(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : UNDEFINED;
    }
}
