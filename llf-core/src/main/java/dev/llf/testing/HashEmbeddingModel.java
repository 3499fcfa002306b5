package dev.llf.testing;

import dev.llf.error.ContextOverflowException;
import dev.llf.spi.EmbeddingModel;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An embedding model without a model: texts that share words, or parts of words, get vectors that point alike.
 *
 * <p>Each word in lower case, and with half its weight each run of three characters in a word and its borders, is hashed to a
 * place of the vector and a sign; the sum is scaled to length 1. The same text gives the same vector on every machine and in
 * every release with the same {@link #fingerprint()}. It knows nothing of meaning: a synonym is a stranger to it.
 *
 * <p>A token is a word: a run of Unicode letters, marks and digits. Safe for use by many threads.
 *
 * <p>Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
 */
public final class HashEmbeddingModel implements EmbeddingModel {

    private static final int MIN_DIMENSION = 8;
    private static final int MAX_DIMENSION = 4096;
    private static final double TRIGRAM_WEIGHT = 0.5;
    private static final long WORD_SEED = 0x6a09e667f3bcc908L;
    private static final long TRIGRAM_SEED = 0xbb67ae8584caa73bL;

    private final int dimension;
    private final int maxTokens;
    private volatile boolean closed;

    /** Creates a model with vectors of 256 numbers for texts of at most 512 words. */
    public HashEmbeddingModel() {
        this(256, 512);
    }

    /**
     * Creates a model.
     *
     * @param dimension length of the vectors, 8 to 4096
     * @param maxTokens words that a text may have, at least 1
     * @throws IllegalArgumentException if a number is outside its range
     */
    public HashEmbeddingModel(int dimension, int maxTokens) {
        if (dimension < MIN_DIMENSION || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException("dimension must be %d to %d, was %d"
                    .formatted(MIN_DIMENSION, MAX_DIMENSION, dimension));
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens must be >= 1, was %d".formatted(maxTokens));
        }
        this.dimension = dimension;
        this.maxTokens = maxTokens;
    }

    @Override
    public List<float[]> embedAll(List<String> texts) {
        requireOpen();
        List<List<String>> words = new ArrayList<>(texts.size());
        for (String text : texts) {
            words.add(checkedWords(text));
        }
        Map<List<String>, float[]> vectors = new HashMap<>();
        List<float[]> all = new ArrayList<>(texts.size());
        for (List<String> list : words) {
            all.add(vectors.computeIfAbsent(list, this::vector).clone());
        }
        return all;
    }

    /**
     * Counts the words of a text.
     *
     * @param text the text
     * @return its words
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     * @throws IllegalStateException    if the model is closed
     */
    @Override
    public int countTokens(String text) {
        requireOpen();
        return words(text).size();
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public String fingerprint() {
        return "hash-v1-" + dimension;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("HashEmbeddingModel is closed");
        }
    }

    private List<String> checkedWords(String text) {
        List<String> words = words(text);
        if (words.isEmpty()) {
            throw new IllegalArgumentException(
                    "a text without letters or digits has no tokens to embed, it has %d characters"
                            .formatted(text.length()));
        }
        if (words.size() > maxTokens) {
            throw new ContextOverflowException(words.size(), 0, maxTokens);
        }
        return words;
    }

    private static List<String> words(String text) {
        String folded = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        int start = -1;
        int next;
        for (int i = 0; i < folded.length(); i = next) {
            int codePoint = folded.codePointAt(i);
            next = i + Character.charCount(codePoint);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException("the text is not well-formed Unicode: unpaired surrogate U+%04X"
                        .formatted(codePoint));
            }
            if (isPartOfWord(codePoint)) {
                start = start < 0 ? i : start;
            } else if (start >= 0) {
                words.add(folded.substring(start, i));
                start = -1;
            }
        }
        if (start >= 0) {
            words.add(folded.substring(start));
        }
        return words;
    }

    private static boolean isPartOfWord(int codePoint) {
        int type = Character.getType(codePoint);
        return Character.isLetterOrDigit(codePoint) || type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK;
    }

    private float[] vector(List<String> words) {
        double[] sum = new double[dimension];
        for (String word : words) {
            int[] codePoints = (" " + word + " ").codePoints().toArray();
            add(sum, hash(WORD_SEED, codePoints, 0, codePoints.length), 1);
            for (int i = 0; i + 3 <= codePoints.length; i++) {
                add(sum, hash(TRIGRAM_SEED, codePoints, i, i + 3), TRIGRAM_WEIGHT);
            }
        }
        double squares = 0;
        for (double value : sum) {
            squares += value * value;
        }
        if (squares == 0) { // each feature met its opposite
            int[] first = words.getFirst().codePoints().toArray();
            add(sum, hash(WORD_SEED, first, 0, first.length), 1);
            squares = 1;
        }
        float[] vector = new float[dimension];
        double scale = 1 / Math.sqrt(squares);
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) (sum[i] * scale);
        }
        return vector;
    }

    private void add(double[] sum, long hash, double weight) {
        int place = (int) Long.remainderUnsigned(hash >>> 1, dimension);
        sum[place] += (hash & 1) == 0 ? weight : -weight;
    }

    /** FNV-1a over the three bytes of each code point, then the finishing mix of MurmurHash3. */
    private static long hash(long seed, int[] codePoints, int from, int to) {
        long hash = 0xcbf29ce484222325L ^ seed;
        for (int i = from; i < to; i++) {
            for (int shift = 0; shift < 24; shift += 8) {
                hash = (hash ^ ((codePoints[i] >>> shift) & 0xff)) * 0x100000001b3L;
            }
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
