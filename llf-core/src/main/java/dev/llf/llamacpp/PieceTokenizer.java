package dev.llf.llamacpp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tokenises the pieces of prompts and remembers those that it met last, so that a message that comes again with each turn
 * is tokenised once. Safe for use by many threads, which may tokenise the same piece at the same time.
 *
 * <p>A SentencePiece vocabulary puts a space in front of every text that does not follow a control token. What follows a
 * cut is therefore tokenised behind an anchor, whose tokens are then taken off.
 */
final class PieceTokenizer {

    /** How much is remembered, texts and ids. */
    static final long MAX_BYTES = 16L << 20;

    /** Tried in this order; the second is in no word of a vocabulary. */
    private static final List<String> ANCHORS = List.of("\n", "\u0001");
    private static final int ENTRY_BYTES = 160;

    private final Function<String, int[]> engine;
    private final List<Anchor> anchors = new ArrayList<>();
    private final RecentlyUsed<Piece, int[]> recent = new RecentlyUsed<>(MAX_BYTES,
            (piece, ids) -> 2L * piece.text.length() + 4L * ids.length + ENTRY_BYTES);

    private record Piece(String text, boolean behindCut) {}

    private static final class Anchor {
        private final String text;
        private final int[] ids;

        Anchor(String text, int[] ids) {
            this.text = text;
            this.ids = ids;
        }
    }

    PieceTokenizer(Function<String, int[]> engine, boolean addsSpace) {
        this.engine = engine;
        if (addsSpace) {
            ANCHORS.forEach(text -> anchors.add(new Anchor(text, engine.apply(text))));
        }
    }

    /**
     * Returns the ids of a piece, not to be written to.
     *
     * @param behindCut whether other text stands directly in front of it, rather than nothing or a control token
     * @return null if the vocabulary joins every anchor with the piece, so that its ids behind a cut cannot be told
     */
    int @Nullable [] tokenize(String text, boolean behindCut) {
        boolean anchored = behindCut && !anchors.isEmpty();
        Piece piece = new Piece(text, anchored);
        int[] known = recent.get(piece);
        if (known != null) {
            return known;
        }
        int[] ids = anchored ? behindAnchor(text) : engine.apply(text);
        if (ids != null) {
            recent.put(piece, ids);
        }
        return ids;
    }

    private int @Nullable [] behindAnchor(String text) {
        for (Anchor anchor : anchors) {
            int[] ids = engine.apply(anchor.text + text);
            int length = anchor.ids.length;
            if (ids.length >= length && Arrays.equals(ids, 0, length, anchor.ids, 0, length)) {
                return Arrays.copyOfRange(ids, length, ids.length);
            }
        }
        return null;
    }
}
