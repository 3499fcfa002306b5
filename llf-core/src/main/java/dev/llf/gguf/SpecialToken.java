package dev.llf.gguf;

/**
 * The roles that a token can have.
 *
 * <p>llama.cpp takes the token of a role from the metadata; for ends of turns and for filling in the middle it falls back
 * to well-known texts.
 */
public enum SpecialToken {
    /** Begins a text. */
    BOS("bos_token_id"),
    /** Ends a text. */
    EOS("eos_token_id"),
    /** Ends a turn. */
    EOT("eot_token_id"),
    /** Ends a message that calls a tool. */
    EOM("eom_token_id"),
    /** Stands for what the vocabulary cannot express. */
    UNKNOWN("unknown_token_id"),
    /** Separates two texts. The key really is spelt so. */
    SEPARATOR("seperator_token_id"),
    /** Fills up. */
    PADDING("padding_token_id"),
    /** Hides a token. */
    MASK("mask_token_id"),
    /** Begins a text whose meaning is wanted; llama.cpp uses {@link #BOS} for it. */
    CLS("cls_token_id"),
    /** Filling in the middle: what stands before the gap. */
    FIM_PREFIX("fim_pre_token_id"),
    /** Filling in the middle: what stands after the gap. */
    FIM_SUFFIX("fim_suf_token_id"),
    /** Filling in the middle: the gap. */
    FIM_MIDDLE("fim_mid_token_id"),
    /** Filling in the middle: padding. */
    FIM_PADDING("fim_pad_token_id"),
    /** Filling in the middle: the name of a repository follows. */
    FIM_REPOSITORY("fim_rep_token_id"),
    /** Filling in the middle: separates files. */
    FIM_SEPARATOR("fim_sep_token_id");

    private final String key;

    SpecialToken(String key) {
        this.key = "tokenizer.ggml." + key;
    }

    /**
     * Returns the metadata key that holds the id.
     *
     * @return for example {@code tokenizer.ggml.bos_token_id}
     */
    public String key() {
        return key;
    }
}
