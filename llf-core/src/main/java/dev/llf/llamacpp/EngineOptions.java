package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.gguf.KvType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the engine loads a model: the key under which a loaded model is shared, and the source of its command line.
 *
 * @param file           the model file, real path
 * @param size           its size in bytes when it was checked
 * @param modified       its time of change when it was checked, milliseconds since 1970
 * @param purpose        what the instance is for
 * @param slotTokens     tokens that each slot holds
 * @param slots          slots
 * @param threads        threads that compute; 0 to have them chosen by measuring
 * @param batchTokens    tokens evaluated at once
 * @param kvType         how the cache is stored
 * @param flashAttention whether attention is fused
 * @param gpuLayers      layers on a GPU, or {@link #DEFAULT_GPU_LAYERS}
 * @param admission      who may wait for a slot, and what passes
 * @param residence      where it is loaded
 */
record EngineOptions(Path file, long size, long modified, Purpose purpose, int slotTokens, int slots, int threads,
        int batchTokens, KvType kvType, boolean flashAttention, int gpuLayers, Admission admission,
        Residence residence) {

    /** Leaves it to the library: all on macOS with Metal, none elsewhere. */
    static final int DEFAULT_GPU_LAYERS = -1;

    /** Tokens up to which the engine does not compact its cache, and free places that it then leaves at most. */
    private static final int COMPACTED_FROM = 2048;
    private static final int COMPACTED_TO = 256;

    /** What an instance is for; chat and embedding evict each other, so each has its own. */
    enum Purpose {
        CHAT(null), EMBED_MEAN("mean"), EMBED_CLS("cls"), EMBED_LAST("last"), RERANK("rank");

        private final @Nullable String pooling;

        Purpose(@Nullable String pooling) {
            this.pooling = pooling;
        }
    }

    /** Options of an engine in this process. */
    EngineOptions(Path file, long size, long modified, Purpose purpose, int slotTokens, int slots, int threads,
            int batchTokens, KvType kvType, boolean flashAttention, int gpuLayers, Admission admission) {
        this(file, size, modified, purpose, slotTokens, slots, threads, batchTokens, kvType, flashAttention, gpuLayers,
                admission, Residence.IN_PROCESS);
    }

    EngineOptions in(Residence other) {
        return new EngineOptions(file, size, modified, purpose, slotTokens, slots, threads, batchTokens, kvType,
                flashAttention, gpuLayers, admission, other);
    }

    EngineOptions withThreads(int count) {
        return new EngineOptions(file, size, modified, purpose, slotTokens, slots, count, batchTokens, kvType,
                flashAttention, gpuLayers, admission, residence);
    }

    /** A tiny instance of the same model, to measure with. */
    EngineOptions probe(int count) {
        int tokens = Math.min(slotTokens, 128);
        return new EngineOptions(file, size, modified, purpose, tokens, 1, count, Math.min(batchTokens, 32), kvType,
                flashAttention, gpuLayers, admission, residence);
    }

    /**
     * Returns the tokens that the engine's cache holds, at least what the slots may fill.
     *
     * <p>A batch needs room in one piece, and slots that answer at the same time leave theirs in turns, one token each.
     * Where a batch finds no such room the engine ends all requests. It moves tokens together only if they reach beyond the
     * first {@value #COMPACTED_FROM}, so there is always room for a batch behind those that are moved or the slots fill.
     */
    int cacheTokens() {
        int filled = slotTokens * slots;
        return purpose == Purpose.CHAT && slots > 1
                ? Math.max(filled, COMPACTED_FROM) + batchTokens + COMPACTED_TO
                : filled;
    }

    /**
     * Returns the command line, a value or null for each flag.
     *
     * <p>What an environment variable could change is named, with its default where it is not ours. The chat template is fixed because prompts are
     * rendered in Java: the engine must not parse the file's own.
     */
    Map<String, @Nullable String> commandLine() {
        Map<String, @Nullable String> flags = new LinkedHashMap<>();
        flags.put("--model", file.toString());
        flags.put("--ctx-size", String.valueOf(cacheTokens()));
        flags.put("--parallel", String.valueOf(slots));
        flags.put("--batch-size", String.valueOf(batchTokens));
        flags.put("--ubatch-size", String.valueOf(batchTokens));
        flags.put("--threads", String.valueOf(threads));
        flags.put("--threads-batch", String.valueOf(threads));
        flags.put("--cache-type-k", kvType.name().toLowerCase(Locale.ROOT));
        flags.put("--cache-type-v", kvType.name().toLowerCase(Locale.ROOT));
        flags.put("--defrag-thold", "0.0001");
        flags.put("--slot-prompt-similarity", "0");
        flags.put("--no-context-shift", null);
        flags.put("--predict", "-1");
        flags.put("--rope-freq-base", "0");
        flags.put("--rope-freq-scale", "0");
        for (String other : List.of("--hf-repo", "--hf-repo-draft", "--hf-repo-v", "--model-url", "--model-draft")) {
            flags.put(other, ""); // the engine ends the process if it is to download a model
        }
        if (gpuLayers != DEFAULT_GPU_LAYERS) {
            flags.put("--gpu-layers", String.valueOf(gpuLayers));
        }
        if (flashAttention) {
            flags.put("--flash-attn", null);
        }
        switch (purpose) {
            case CHAT -> flags.put("--chat-template", "chatml");
            case EMBED_MEAN, EMBED_CLS, EMBED_LAST -> flags.put("--embedding", null);
            case RERANK -> flags.put("--reranking", null);
        }
        if (purpose.pooling != null) {
            flags.put("--pooling", purpose.pooling);
        }
        return flags;
    }

    /** Names the environment variables that the engine would read on its own. */
    static List<String> environmentNoise(Map<String, String> environment) {
        List<String> names = new ArrayList<>();
        for (String name : environment.keySet()) {
            if (name.startsWith("LLAMA_ARG_") || name.startsWith("LLAMA_LOG_")) {
                names.add(name);
            }
        }
        names.sort(null);
        return names;
    }
}
