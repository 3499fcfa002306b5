package dev.llf.llamacpp;

import dev.llf.error.EngineException;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tokenises text of which parts are foreign, so that no foreign text becomes a control token.
 *
 * <p>The text is cut inside each control text that foreign text has a part in, and nowhere else may a cut change the ids:
 * words that span template and message merge as they did in training. It is also parted in front of control tokens that
 * nothing foreign has a part in, where that makes no difference, so that each part is tokenised once however often it
 * comes again. Safe for use by many threads.
 */
final class SafeTokenizer {

    private final PieceTokenizer pieces;
    private final ControlTexts controlTexts;
    private final Boundaries boundaries;

    /**
     * Creates a tokenizer.
     *
     * @param engine        turns text into ids and control texts into control tokens
     * @param controlTexts  the texts of control tokens
     * @param special       the texts of all tokens that the engine takes out of a text, control tokens among them
     * @param addsSpace     whether the vocabulary puts a space in front of every piece
     */
    SafeTokenizer(Function<String, int[]> engine, Collection<String> controlTexts, Collection<String> special,
            boolean addsSpace) {
        this.controlTexts = new ControlTexts(controlTexts);
        pieces = new PieceTokenizer(engine, addsSpace);
        boundaries = new Boundaries(engine, special);
    }

    /** Tells which characters are foreign. */
    interface Foreign {
        /** Returns the first foreign character at or after {@code from} and before {@code to}, or -1. */
        int first(int from, int to);
    }

    /**
     * Returns the ids of the text.
     *
     * @throws EngineException if the text holds a control text that cannot be given as text
     */
    int[] tokenize(String text, Foreign foreign) {
        int[] ids = new Walk(text, 0, false, foreign).ids();
        if (ids == null) {
            throw new EngineException(
                    "This model's tokenizer joins a line break with what follows; a message that holds "
                            + "the text of a control token cannot be given to it exactly. Remove that text.");
        }
        return ids;
    }

    /**
     * Returns the ids of the text from a place on, as they follow other text that ends there.
     *
     * @return null if the vocabulary does not allow to tell them
     * @throws EngineException if the text holds a control text that cannot be given as text
     */
    int @Nullable [] tokenizeBehindCut(String text, int cut, Foreign foreign) {
        boolean own = isBoundary(text, cut, controlTexts.longestEnd(text, cut), foreign);
        return new Walk(text, cut, !own, foreign).ids();
    }

    private boolean isBoundary(String text, int from, int end, Foreign foreign) {
        return end > from && foreign.first(from, end) < 0 && boundaries.contains(text.substring(from, end));
    }

    /** One pass over a text, piece by piece. */
    private final class Walk {

        private final String text;
        private final Foreign foreign;
        private int start;
        private boolean behindCut;
        /** Where the last control token that is wholly the template's ends. */
        private int ownEnd;
        private int[] ids;
        private int count;

        Walk(String text, int start, boolean behindCut, Foreign foreign) {
            this.text = text;
            this.foreign = foreign;
            this.start = start;
            this.behindCut = behindCut;
            ownEnd = start;
            ids = new int[(text.length() - start) / 2 + 8];
        }

        int @Nullable [] ids() {
            while (start < text.length()) {
                int end = nextStart();
                int[] piece = pieces.tokenize(text.substring(start, end), behindCut);
                if (piece == null) {
                    return null;
                }
                append(piece);
                start = end;
                behindCut = end < ownEnd || !isBoundary(text, end, controlTexts.longestEnd(text, end), foreign);
            }
            return Arrays.copyOf(ids, count);
        }

        private void append(int[] piece) {
            if (ids.length - count < piece.length) {
                ids = Arrays.copyOf(ids, Math.max(ids.length * 2, count + piece.length));
            }
            System.arraycopy(piece, 0, ids, count, piece.length);
            count += piece.length;
        }

        /** Returns where the piece ends: inside a control text with a foreign part, or in front of a boundary. */
        private int nextStart() {
            for (int i = start; i < text.length(); i++) {
                int end = controlTexts.longestEnd(text, i);
                if (end < 0) {
                    continue;
                }
                int first = foreign.first(i, end);
                if (first >= 0) {
                    return cut(i, first, end);
                }
                if (i >= ownEnd) {
                    if (i > start && isBoundary(text, i, end, foreign)) {
                        return i;
                    }
                    ownEnd = end;
                }
            }
            return text.length();
        }

        private int cut(int from, int firstForeign, int end) {
            int cut = Math.max(firstForeign, from + Character.charCount(text.codePointAt(from)));
            if (cut < end) {
                return cut;
            }
            throw new EngineException(("This model has a control token of one character (U+%04X), which a message "
                    + "contains; it cannot be given to the model as text. Remove the character.")
                    .formatted(text.codePointAt(from)));
        }
    }
}
