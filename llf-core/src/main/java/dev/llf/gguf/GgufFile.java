package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF model file: its metadata and its table of tensors, without the tensors' data.
 *
 * <p>{@link #read} checks the structure: types, lengths, offsets, alignment, unique keys, names and tokens, and that the
 * file is as long as its table says. {@link #checkRunnable} checks whether the bundled llama.cpp can run the model.
 *
 * <p>Immutable and safe for use by several threads. No file stays open. Methods that read a key of the metadata refuse a
 * value of the wrong type with a {@link ModelFileException}, even where they do not say so.
 *
 * <p>Source: GGUF specification, ggml-org/ggml docs/gguf.md.
 */
public final class GgufFile {

    private final Path file;
    private final List<Path> parts;
    private final int version;
    private final long byteSize;
    private final GgufMetadata metadata;
    private final Map<String, GgufHeader.Row> tensors;
    private final ModelShape shape;
    private volatile @Nullable GgufVocabulary vocabulary;

    private GgufFile(List<Path> parts, List<GgufHeader> headers) {
        GgufHeader first = headers.getFirst();
        this.file = parts.getFirst();
        this.parts = List.copyOf(parts);
        this.version = first.version();
        this.byteSize = headers.stream().mapToLong(GgufHeader::size).sum();
        this.metadata = first.metadata();
        this.tensors = collect(parts, headers);
        this.shape = new ModelShape(file, metadata);
    }

    /**
     * Reads a model file and checks its structure. Of a model that is split into several files pass the first; the others
     * are found beside it.
     *
     * @param file the file
     * @return what the file says
     * @throws ModelFileException if the file is missing, cannot be read or is not a sound GGUF file of version 2 or 3
     */
    public static GgufFile read(Path file) {
        GgufHeader first = GgufHeader.read(file, 0);
        List<Path> parts = SplitFiles.parts(file, first.metadata());
        List<GgufHeader> headers = new ArrayList<>(List.of(first));
        for (int i = 1; i < parts.size(); i++) {
            headers.add(GgufHeader.read(parts.get(i), i));
        }
        SplitFiles.check(parts, headers);
        return new GgufFile(parts, headers);
    }

    private static Map<String, GgufHeader.Row> collect(List<Path> parts, List<GgufHeader> headers) {
        Map<String, GgufHeader.Row> all = new LinkedHashMap<>();
        for (GgufHeader header : headers) {
            for (GgufHeader.Row row : header.tensors()) {
                GgufHeader.Row before = all.putIfAbsent(row.tensor().name(), row);
                if (before != null) {
                    throw new ModelFileException(parts.get(row.tensor().part()), row.infoOffset(),
                            "found tensor '%s', which %s holds too, expected each name once".formatted(
                                    row.tensor().name(), parts.get(before.tensor().part()).getFileName()));
                }
            }
        }
        return all;
    }

    /**
     * Returns the file, of a split model the first.
     *
     * @return the path as it was given
     */
    public Path file() {
        return file;
    }

    /**
     * Returns all files of the model.
     *
     * @return one path, or several for a split model, in their order; not modifiable
     */
    public List<Path> parts() {
        return parts;
    }

    /**
     * Returns the version of the format.
     *
     * @return 2 or 3
     */
    public int version() {
        return version;
    }

    /**
     * Returns the size of all files together.
     *
     * @return bytes
     */
    public long byteSize() {
        return byteSize;
    }

    /**
     * Returns the metadata, of a split model that of the first file.
     *
     * @return the keys and their values
     */
    public GgufMetadata metadata() {
        return metadata;
    }

    /**
     * Returns the tensors of all files.
     *
     * @return the tensors in the order of the files, not modifiable
     */
    public List<GgufTensor> tensors() {
        return tensors.values().stream().map(GgufHeader.Row::tensor).toList();
    }

    /**
     * Finds a tensor by its name.
     *
     * @param name the name, for example {@code output.weight}
     * @return the tensor; empty if there is none of this name
     */
    public Optional<GgufTensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name)).map(GgufHeader.Row::tensor);
    }

    /**
     * Returns the architecture.
     *
     * @return {@code general.architecture}, for example {@code llama}
     * @throws ModelFileException if the file does not name one
     */
    public String architecture() {
        return shape.architecture();
    }

    /**
     * Returns the name of the model.
     *
     * @return {@code general.name}, or the file name without its extension if the file does not name one
     */
    public String name() {
        return metadata.string("general.name").filter(name -> !name.isBlank()).orElseGet(this::fileName);
    }

    private String fileName() {
        SplitName split = SplitName.of(file);
        Path name = file.getFileName();
        String text = name == null ? file.toString() : name.toString();
        return split == null ? text.replaceFirst("\\.gguf$", "") : split.prefix();
    }

    /**
     * Returns the number of parameters: the values of all tensors.
     *
     * @return the number
     */
    public long parameterCount() {
        return tensors.values().stream().mapToLong(row -> row.tensor().elementCount()).sum();
    }

    /**
     * Returns the size of all tensors, without padding.
     *
     * @return bytes
     */
    public long weightBytes() {
        return tensors.values().stream().mapToLong(row -> row.tensor().byteSize()).sum();
    }

    /**
     * Returns how the weights are quantised, as a person calls it.
     *
     * @return for example {@code Q4_K - Medium}: the name of {@code general.file_type} or, without that key, the type that
     *         takes the most bytes; {@code none} if there are no tensors
     */
    public String quantisation() {
        OptionalInt fileType = metadata.integer32("general.file_type");
        String name = fileType.isPresent() ? Quantisation.name(fileType.getAsInt()) : null;
        return name != null ? name : dominantType();
    }

    private String dominantType() {
        Map<TensorType, Long> bytes = new EnumMap<>(TensorType.class);
        for (GgufHeader.Row row : tensors.values()) {
            bytes.merge(row.tensor().type(), row.tensor().byteSize(), Long::sum);
        }
        return bytes.entrySet().stream().max(Comparator.comparingLong(Map.Entry::getValue))
                .map(most -> most.getKey().name()).orElse("none");
    }

    /**
     * Returns the length of the texts that the model was trained on.
     *
     * @return tokens
     * @throws ModelFileException if the file does not say
     */
    public int contextLength() {
        return shape.required("context_length");
    }

    /**
     * Returns the width of the model, which is also the length of its embeddings.
     *
     * @return numbers for each token
     * @throws ModelFileException if the file does not say
     */
    public int embeddingLength() {
        return shape.required("embedding_length");
    }

    /**
     * Returns the number of layers.
     *
     * @return layers
     * @throws ModelFileException if the file does not say
     */
    public int blockCount() {
        return shape.required("block_count");
    }

    /**
     * Returns the number of attention heads of a layer.
     *
     * @param layer the layer, from 0
     * @return heads; 0 if the layer has no attention or the file does not say
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public int headCount(int layer) {
        return shape.headCount(layer);
    }

    /**
     * Returns the number of heads of a layer that keep keys and values.
     *
     * @param layer the layer, from 0
     * @return heads; {@link #headCount} if the file does not say
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public int headCountKv(int layer) {
        return shape.headCountKv(layer);
    }

    /**
     * Returns the length of the key of one head.
     *
     * @return numbers; 0 if the model has no attention
     */
    public int keyLength() {
        return shape.headLength("attention.key_length");
    }

    /**
     * Returns the length of the value of one head.
     *
     * @return numbers; 0 if the model has no attention
     */
    public int valueLength() {
        return shape.headLength("attention.value_length");
    }

    /**
     * Tells whether a token sees only the tokens before it, as in a model that writes text.
     *
     * @return false for an encoder, as used for embeddings
     */
    public boolean causal() {
        return shape.causal();
    }

    /**
     * Returns how the model makes the vector of a text out of those of its tokens.
     *
     * @return the pooling; empty if the file does not say or names one that is not known
     */
    public Optional<PoolingType> poolingType() {
        int id = metadata.integer32(shape.key("pooling_type")).orElse(-1);
        PoolingType[] types = PoolingType.values();
        return id >= 0 && id < types.length ? Optional.of(types[id]) : Optional.empty();
    }

    /**
     * Tells whether the model has the classifier head of a reranker. Without one, llama.cpp ends the process when it is
     * told to rerank.
     *
     * @return true if the tensors {@code cls} are complete
     */
    public boolean hasClassifierHead() {
        boolean output = tensors.containsKey("cls.output.weight");
        return tensors.containsKey("cls.weight") && tensors.containsKey("cls.bias")
                && (!output || tensors.containsKey("cls.output.bias"));
    }

    /**
     * Returns the template that turns a conversation into a prompt.
     *
     * @return {@code tokenizer.chat_template}, in the Jinja language; empty if the file has none
     */
    public Optional<String> chatTemplate() {
        return metadata.string("tokenizer.chat_template");
    }

    /**
     * Returns the templates for special purposes.
     *
     * @return {@code tokenizer.chat_template.NAME} by {@code NAME}, for example {@code tool_use}; not modifiable, often
     *         empty
     */
    public Map<String, String> namedChatTemplates() {
        String prefix = "tokenizer.chat_template.";
        Map<String, String> templates = new TreeMap<>();
        for (String key : metadata.keys()) {
            if (key.startsWith(prefix)) {
                metadata.string(key).ifPresent(text -> templates.put(key.substring(prefix.length()), text));
            }
        }
        return Map.copyOf(templates);
    }

    /**
     * Returns the sampling settings that the model's author recommends.
     *
     * @return the settings, all empty if the file has none
     */
    public RecommendedSampling recommendedSampling() {
        return RecommendedSampling.of(metadata);
    }

    /**
     * Returns the vocabulary.
     *
     * @return the vocabulary; empty if the file has none
     * @throws ModelFileException if a key of the tokenizer has the wrong type or length
     */
    public Optional<GgufVocabulary> vocabulary() {
        GgufVocabulary known = vocabulary;
        if (known == null) {
            known = GgufVocabulary.of(metadata);
            vocabulary = known;
        }
        return Optional.ofNullable(known);
    }

    /**
     * Estimates what the model takes in memory with llama.cpp on a CPU.
     *
     * <p>Keys and values: the tokens of all conversations, rounded up to a multiple of 256, times the sum over the layers
     * of {@code headCountKv * (keyLength + valueLength)} numbers of the given types. Of a recurrent model (Mamba, RWKV)
     * one state of 32-bit numbers for each conversation instead. Models with a sliding window are counted in full, as
     * llama.cpp b4916 allocates them.
     *
     * <p>Intermediate results are approximated from above for batches of 512 tokens without flash attention:
     * {@code 4 * batch * (context + max(heads * context, vocabulary, 2 * feedForward) + 8 * width)} bytes. An encoder takes
     * a text in one batch, whose size is then the context, and {@code context} more numbers for each token to pool them.
     * Measured with llama.cpp b4916 on small models the result was between 1 % and 45 % too high, least for long contexts.
     *
     * @param contextTokens the tokens of one conversation, at least 1
     * @param slots         how many conversations are kept at the same time, at least 1
     * @param key           how keys are stored
     * @param value         how values are stored; quantised types need flash attention
     * @return the estimate
     * @throws IllegalArgumentException if a number is below 1
     * @throws ModelFileException       if the file does not say what is needed
     */
    public MemoryEstimate estimateMemory(int contextTokens, int slots, KvType key, KvType value) {
        if (contextTokens < 1) {
            throw new IllegalArgumentException("contextTokens must be >= 1, was " + contextTokens);
        }
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be >= 1, was " + slots);
        }
        int tokens = vocabulary().map(GgufVocabulary::size).orElse(0);
        return new MemoryEstimator(shape, weightBytes(), tokens).estimate((long) contextTokens * slots, slots, key,
                value);
    }

    /**
     * Checks that the llama.cpp that comes with LLF (release b4916) can run the model and will not end the process on it:
     * architecture, tokenizer, keys and, for the architecture {@code llama}, the shapes of the tensors.
     *
     * @throws ModelFileException if it cannot; the message says what was found and expected and what to do
     */
    public void checkRunnable() {
        new EngineCheck(this, shape, tensors).run();
    }

    /**
     * Returns the path and what is in the file in a few words, for logs.
     *
     * @return for example {@code tiny.gguf (28 keys, 57 tensors)}
     */
    @Override
    public String toString() {
        return "%s (%s, %d tensors)".formatted(file, metadata, tensors.size());
    }
}
