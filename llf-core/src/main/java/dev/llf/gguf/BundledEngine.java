package dev.llf.gguf;

import java.util.Set;

/**
 * What the llama.cpp inside java-llama.cpp 4.2.0 (release b4916 of March 2025) knows. Names only; each was tried with
 * that library.
 */
final class BundledEngine {

    static final String RELEASE = "b4916";

    /** Values of {@code general.architecture}. gptj is a name it knows but cannot load. */
    static final Set<String> ARCHITECTURES = Set.of("arctic", "arwkv7", "baichuan", "bert", "bitnet", "bloom",
            "chameleon", "chatglm", "codeshell", "cohere2", "command-r", "dbrx", "deci", "deepseek", "deepseek2",
            "exaone", "falcon", "gemma", "gemma2", "gemma3", "gpt2", "gptneox", "granite", "granitemoe", "grok",
            "internlm2", "jais", "jina-bert-v2", "llama", "mamba", "minicpm", "minicpm3", "mpt", "nemotron",
            "nomic-bert", "olmo", "olmo2", "olmoe", "openelm", "orion", "phi2", "phi3", "phimoe", "plamo", "qwen",
            "qwen2", "qwen2moe", "qwen2vl", "refact", "rwkv6", "rwkv6qwen2", "rwkv7", "stablelm", "starcoder",
            "starcoder2", "t5", "t5encoder", "wavtokenizer-dec", "xverse");

    /** Those that need {@code ARCH.attention.layer_norm_rms_epsilon}. */
    static final Set<String> RMS_NORM = Set.of("arctic", "baichuan", "bitnet", "chameleon", "chatglm", "deci",
            "deepseek",
            "deepseek2", "exaone", "gemma", "gemma2", "gemma3", "granite", "granitemoe", "grok", "internlm2", "llama",
            "minicpm", "minicpm3", "olmo2", "olmoe", "openelm", "phi3", "phimoe", "plamo", "qwen", "qwen2", "qwen2moe",
            "qwen2vl", "refact", "t5", "t5encoder", "xverse");

    /** Those that need {@code ARCH.attention.layer_norm_epsilon}. */
    static final Set<String> LAYER_NORM = Set.of("bert", "bloom", "codeshell", "cohere2", "command-r", "dbrx", "falcon",
            "gpt2", "gptneox", "jais", "jina-bert-v2", "mpt", "nemotron", "nomic-bert", "olmo", "orion", "phi2",
            "stablelm", "starcoder", "starcoder2");

    /** Encoders, which need {@code ARCH.attention.causal}. */
    static final Set<String> ENCODERS = Set.of("bert", "jina-bert-v2", "nomic-bert");

    /** Values of {@code tokenizer.ggml.pre} with {@code tokenizer.ggml.model} gpt2; any other fails the load. */
    static final Set<String> PRE_TOKENIZERS = Set.of("bloom", "chameleon", "chatglm-bpe", "codeshell", "command-r",
            "dbrx",
            "deepseek-coder", "deepseek-llm", "deepseek-r1-qwen", "deepseek-v3", "default", "exaone", "falcon",
            "falcon3", "gigachat", "gpt-2", "gpt-4o", "gpt3-finnish", "jais", "jina-de", "jina-es",
            "jina-v1-en", "jina-v2-code", "jina-v2-de", "jina-v2-es", "llama-bpe", "llama-v3", "llama3", "megrez",
            "minerva-7b", "mpt", "olmo", "phi-2", "poro-chat", "qwen2", "refact", "roberta-bpe", "smaug-bpe", "smollm",
            "stablelm2", "starcoder", "tekken", "viking");

    /** Those of them that look up the token {@code <mask>}. */
    static final Set<String> PRE_TOKENIZERS_WITH_MASK = Set.of("jina-v2-code", "jina-v2-de", "jina-v2-es");

    /** Values of {@code ARCH.rope.scaling.type}; any other ends the process. */
    static final Set<String> ROPE_SCALINGS = Set.of("none", "linear", "yarn", "longrope");

    static final int MAX_EXPERTS = 256;

    private BundledEngine() {}
}
