package dev.llf.llamacpp;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Tells at which control texts a prompt can be parted, so that the ids of the parts are those of the whole.
 *
 * <p>The engine takes its special tokens out of the text and splits what is left between them, each part for itself. That
 * makes every such token a place to part at, in front of it, unless the token takes the white space before it away or
 * another special text could claim some of its characters. Found out when a control text is first asked for, and kept: there
 * are at most as many as the vocabulary has. Safe for use by many threads.
 */
final class Boundaries {

    private static final String BEFORE = "a \n";
    private static final String AFTER = "\n a";

    private final Function<String, int[]> engine;
    private final List<String> special;
    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    /**
     * Creates boundaries.
     *
     * @param special the texts of all tokens that the engine takes out of a text before it splits words
     */
    Boundaries(Function<String, int[]> engine, Collection<String> special) {
        this.engine = engine;
        this.special = List.copyOf(special);
    }

    boolean contains(String controlText) {
        Boolean answer = known.get(controlText);
        if (answer == null) {
            answer = special.stream().noneMatch(other -> canClaimPart(other, controlText)) && parts(controlText);
            known.put(controlText, answer);
        }
        return answer;
    }

    private static boolean canClaimPart(String other, String text) {
        return !other.equals(text) && (other.contains(text)
                || IntStream.range(1, Math.min(other.length(), text.length()))
                        .anyMatch(n -> other.regionMatches(other.length() - n, text, 0, n)
                                || other.regionMatches(0, text, text.length() - n, n)));
    }

    private boolean parts(String text) {
        int[] before = engine.apply(BEFORE);
        int[] from = engine.apply(text + AFTER);
        int[] whole = engine.apply(BEFORE + text + AFTER);
        int cut = before.length;
        return engine.apply(text).length == 1 && whole.length == cut + from.length
                && Arrays.equals(whole, 0, cut, before, 0, cut)
                && Arrays.equals(whole, cut, whole.length, from, 0, from.length);
    }
}
