package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.Objects;

/** The keys whose names begin with the architecture, with llama.cpp's defaults. */
final class ModelShape {

    private static final String ARCHITECTURE_KEY = "general.architecture";
    /** LLAMA_MAX_LAYERS of llama.cpp b4916. */
    static final int MAX_LAYERS = 512;

    private final Path file;
    private final GgufMetadata metadata;

    ModelShape(Path file, GgufMetadata metadata) {
        this.file = file;
        this.metadata = metadata;
    }

    Path file() {
        return file;
    }

    GgufMetadata metadata() {
        return metadata;
    }

    String architecture() {
        return metadata.string(ARCHITECTURE_KEY)
                .orElseThrow(() -> missing(ARCHITECTURE_KEY, "the name of an architecture"));
    }

    String key(String suffix) {
        return architecture() + "." + suffix;
    }

    int required(String suffix) {
        return (int) number(suffix, metadata.uint32(key(suffix))
                .orElseThrow(() -> missing(key(suffix), "a number of type u32")));
    }

    long optional(String suffix, long otherwise) {
        return metadata.uint32(key(suffix)).orElse(otherwise);
    }

    boolean causal() {
        return metadata.bool(key("attention.causal")).orElse(true);
    }

    int headCount(int layer) {
        return perLayer("attention.head_count", layer, 0);
    }

    int headCountKv(int layer) {
        String suffix = "attention.head_count_kv";
        return metadata.contains(key(suffix)) ? perLayer(suffix, layer, 0) : headCount(layer);
    }

    /** The length of a key or value: the given one, or the width divided by the heads of the first layer. */
    int headLength(String suffix) {
        int heads = required("block_count") == 0 ? 0 : headCount(0);
        long derived = heads == 0 ? 0 : required("embedding_length") / heads;
        return (int) number(suffix, optional(suffix, derived));
    }

    /** Returns a value that is one number for all layers, or an array of one for each. */
    int perLayer(String suffix, int layer, int otherwise) {
        int layers = required("block_count");
        Objects.checkIndex(layer, layers);
        if (!(metadata.value(key(suffix)) instanceof GgufValue.Numbers numbers)) {
            return (int) number(suffix, optional(suffix, otherwise));
        }
        if (!numbers.elementType().isInteger()) {
            throw metadata.wrongType(key(suffix), numbers, "u32 or arr[i32]");
        }
        if (numbers.size() != layers) {
            throw metadata.refusal(key(suffix), "key '%s' has %d elements, expected one for each of the %d layers"
                    .formatted(key(suffix), numbers.size(), layers));
        }
        return (int) number(suffix, numbers.whole(layer));
    }

    private long number(String suffix, long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw metadata.refusal(key(suffix), "key '%s' is %d, expected at most %d".formatted(key(suffix), value,
                    Integer.MAX_VALUE));
        }
        return value;
    }

    ModelFileException missing(String key, String expected) {
        return new ModelFileException(file, -1, "key '%s' is missing, expected %s".formatted(key, expected));
    }
}
