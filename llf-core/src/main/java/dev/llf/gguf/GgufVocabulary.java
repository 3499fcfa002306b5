package dev.llf.gguf;

import java.util.AbstractList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The vocabulary of a model, as llama.cpp b4916 understands it: where the file is silent, its defaults apply.
 *
 * <p>An id is a number from 0 to {@link #size()}-1. Immutable and safe for use by several threads.
 */
public final class GgufVocabulary {

    static final String TOKENS_KEY = "tokenizer.ggml.tokens";
    static final String TYPES_KEY = "tokenizer.ggml.token_type";
    static final String SCORES_KEY = "tokenizer.ggml.scores";
    static final String MODEL_KEY = "tokenizer.ggml.model";
    static final String PRE_KEY = "tokenizer.ggml.pre";

    /** Texts that give a token a role where the key of the role is missing, in the order of preference. */
    private static final Map<SpecialToken, List<String>> ROLE_TEXTS = Map.ofEntries(
            Map.entry(SpecialToken.EOT,
                    List.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<EOT>",
                            "<\uff5cend\u2581of\u2581sentence\uff5c>")),
            Map.entry(SpecialToken.EOM, List.of("<|eom_id|>")),
            Map.entry(SpecialToken.FIM_PREFIX,
                    List.of("<|fim_prefix|>", "<fim-prefix>", "<\uff5cfim\u2581begin\uff5c>", "<PRE>")),
            Map.entry(SpecialToken.FIM_SUFFIX,
                    List.of("<|fim_suffix|>", "<fim-suffix>", "<\uff5cfim\u2581hole\uff5c>", "<SUF>")),
            Map.entry(SpecialToken.FIM_MIDDLE,
                    List.of("<|fim_middle|>", "<fim-middle>", "<\uff5cfim\u2581end\uff5c>", "<MID>")),
            Map.entry(SpecialToken.FIM_PADDING, List.of("<|fim_pad|>", "<fim-pad>", "<PAD>")),
            Map.entry(SpecialToken.FIM_REPOSITORY, List.of("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>")),
            Map.entry(SpecialToken.FIM_SEPARATOR, List.of("<|file_sep|>")));
    /** Texts that end a generation whatever the metadata says. */
    private static final List<String> END_TEXTS = List.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>",
            "<|endoftext|>", "<|eom_id|>", "<EOT>");
    /** Pre-tokenizers that begin a text with BOS unless the file says otherwise. */
    private static final Set<String> PRE_WITH_BOS = Set.of("llama3", "llama-v3", "llama-bpe", "falcon3", "tekken",
            "chameleon");

    private final GgufMetadata metadata;
    private final TokenizerKind kind;
    private final StringTable tokens;
    private final StringTable.Index index;
    private final GgufValue.@Nullable Numbers types;
    private final GgufValue.@Nullable Numbers scores;
    private final Map<SpecialToken, Integer> special = new EnumMap<>(SpecialToken.class);
    private final Set<Integer> forcedControl = new TreeSet<>();
    private final Set<Integer> endIds;
    private final boolean addsBos;
    private final boolean addsEos;
    private final boolean addsSpacePrefix;

    private GgufVocabulary(GgufMetadata metadata, StringTable texts) {
        this.metadata = metadata;
        this.tokens = texts.asTokens();
        this.index = new StringTable.Index(tokens);
        this.kind = TokenizerKind.of(metadata.string(MODEL_KEY).orElse(""));
        this.types = sized(TYPES_KEY, ValueType.I32);
        this.scores = sized(SCORES_KEY, ValueType.F32);
        findSpecialTokens();
        this.endIds = Collections.unmodifiableSet(endOfGeneration());
        this.addsBos = flag("tokenizer.ggml.add_bos_token", defaultBos());
        this.addsEos = flag("tokenizer.ggml.add_eos_token", kind == TokenizerKind.UGM);
        this.addsSpacePrefix = flag("tokenizer.ggml.add_space_prefix", kind == TokenizerKind.SPM);
    }

    /** Reads the vocabulary out of the metadata, or returns null if there is none. */
    static @Nullable GgufVocabulary of(GgufMetadata metadata) {
        StringTable texts = metadata.texts(TOKENS_KEY);
        return texts == null ? null : new GgufVocabulary(metadata, texts);
    }

    /**
     * Returns the family of the tokenizer.
     *
     * @return the family, {@link TokenizerKind#OTHER} if the bundled llama.cpp does not know it
     */
    public TokenizerKind kind() {
        return kind;
    }

    /**
     * Returns the name of the pre-tokenizer, which splits text before byte pairs are joined.
     *
     * @return {@code tokenizer.ggml.pre}; empty if the file has none
     */
    public Optional<String> preTokenizer() {
        return metadata.string(PRE_KEY);
    }

    /**
     * Returns the number of tokens.
     *
     * @return the size of the vocabulary
     */
    public int size() {
        return tokens.size();
    }

    /**
     * Returns the text of a token as the vocabulary writes it: byte-level vocabularies write a space as {@code Ġ},
     * SentencePiece as {@code ▁}.
     *
     * @param id the token
     * @return the text, with bytes that are not UTF-8 replaced; {@code [EMPTY_7]} for an empty token 7, as llama.cpp names it
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public String text(int id) {
        return tokens.text(Objects.checkIndex(id, size()));
    }

    /**
     * Returns the texts of all tokens.
     *
     * @return an immutable view, decoded on access
     */
    public List<String> texts() {
        return new AbstractList<>() {
            @Override
            public String get(int id) {
                return text(id);
            }

            @Override
            public int size() {
                return tokens.size();
            }
        };
    }

    /**
     * Finds a token by its text.
     *
     * @param text the text as the vocabulary writes it
     * @return the id; empty if there is no such token
     */
    public OptionalInt find(String text) {
        int id = index.find(text);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Returns what a token is for. llama.cpp treats the well-known ends of turns and marks for filling in the middle as
     * control tokens even if the file calls them text; so does this method.
     *
     * @param id the token
     * @return its type; {@link TokenType#NORMAL} if the file has no types
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public TokenType type(int id) {
        Objects.checkIndex(id, size());
        if (forcedControl.contains(id)) {
            return TokenType.CONTROL;
        }
        return types == null ? TokenType.NORMAL : TokenType.of((int) types.whole(id));
    }

    /**
     * Returns the score of a token, by which SentencePiece vocabularies prefer one to another.
     *
     * @param id the token
     * @return the score, 0 if the file has none
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public float score(int id) {
        Objects.checkIndex(id, size());
        return scores == null ? 0 : scores.real(id);
    }

    /**
     * Returns the token of a role. An id outside the vocabulary counts as missing, as in llama.cpp.
     *
     * @param role the role
     * @return the id; empty if no token has the role
     */
    public OptionalInt id(SpecialToken role) {
        Integer id = special.get(role);
        return id == null || id >= size() ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Returns the tokens that end a generation: those that end texts, turns and messages, and all with a well-known text.
     *
     * @return the ids in ascending order, not modifiable
     */
    public Set<Integer> endOfGenerationIds() {
        return endIds;
    }

    /**
     * Tells whether a text begins with BOS when llama.cpp splits it into tokens.
     *
     * @return the setting of the file or llama.cpp's default for the tokenizer
     */
    public boolean addsBos() {
        return addsBos;
    }

    /**
     * Tells whether a text ends with EOS when llama.cpp splits it into tokens.
     *
     * @return the setting of the file or llama.cpp's default for the tokenizer
     */
    public boolean addsEos() {
        return addsEos;
    }

    /**
     * Tells whether llama.cpp puts a space in front of a text before it splits it into tokens.
     *
     * @return the setting of the file or llama.cpp's default for the tokenizer
     */
    public boolean addsSpacePrefix() {
        return addsSpacePrefix;
    }

    /** Returns the id of a role even if it lies outside the vocabulary, or -1. */
    int rawId(SpecialToken role) {
        return special.getOrDefault(role, -1);
    }

    private boolean defaultBos() {
        return switch (kind) {
            case SPM, WPM -> true;
            case BPE -> PRE_WITH_BOS.contains(preTokenizer().orElse(""));
            case UGM, RWKV, NONE, OTHER -> false;
        };
    }

    private boolean flag(String key, boolean otherwise) {
        return metadata.bool(key).orElse(otherwise);
    }

    private GgufValue.@Nullable Numbers sized(String key, ValueType elementType) {
        GgufValue.Numbers numbers = metadata.numbers(key, elementType);
        if (numbers != null && numbers.size() != tokens.size()) {
            throw metadata.refusal(key, "key '%s' has %d elements, expected one for each of the %d tokens"
                    .formatted(key, numbers.size(), tokens.size()));
        }
        return numbers;
    }

    private void findSpecialTokens() {
        for (SpecialToken role : SpecialToken.values()) {
            long id = metadata.uint32(role.key()).orElse(Long.MAX_VALUE);
            if (id < size()) {
                special.put(role, (int) id);
            } else if (kind.defaultId(role) >= 0) {
                special.put(role, kind.defaultId(role));
            } else {
                findByText(role);
            }
        }
    }

    /**
     * llama.cpp takes whichever of the texts its hash table yields first and makes it a control token. All of them are
     * made control tokens here, so that a text from outside cannot smuggle one in.
     */
    private void findByText(SpecialToken role) {
        for (String text : ROLE_TEXTS.getOrDefault(role, List.of())) {
            find(text).ifPresent(id -> {
                special.putIfAbsent(role, id);
                forcedControl.add(id);
            });
        }
    }

    private Set<Integer> endOfGeneration() {
        Set<Integer> ids = new TreeSet<>();
        for (String text : END_TEXTS) {
            find(text).ifPresent(ids::add);
        }
        forcedControl.addAll(ids);
        for (SpecialToken role : List.of(SpecialToken.EOS, SpecialToken.EOT, SpecialToken.EOM, SpecialToken.FIM_PADDING,
                SpecialToken.FIM_REPOSITORY, SpecialToken.FIM_SEPARATOR)) {
            id(role).ifPresent(ids::add);
        }
        return ids;
    }

    /**
     * Returns the family and the size, for logs.
     *
     * @return for example {@code BPE, 3072 tokens}
     */
    @Override
    public String toString() {
        return "%s, %d tokens".formatted(kind, size());
    }
}
