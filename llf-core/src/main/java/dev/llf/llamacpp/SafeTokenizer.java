package dev.llf.llamacpp;

import dev.llf.error.EngineException;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;

/**
 * Tokenises text of which parts are foreign, so that no foreign text becomes a control token.
 *
 * <p>The text is given to the engine's tokenizer in as few pieces as possible, because words that span template and
 * message merge as they did in training. It is cut only inside a control text that foreign text has a part in.
 *
 * <p>A SentencePiece vocabulary puts a space in front of every piece. After a cut the rest is therefore tokenised behind a
 * line break, whose tokens are then taken off.
 */
final class SafeTokenizer {

    private static final String ANCHOR = "\n";

    private final Function<String, int[]> engine;
    private final ControlTexts controlTexts;
    private final int[] anchor;

    /**
     * Creates a tokenizer.
     *
     * @param engine        turns text into ids and control texts into control tokens
     * @param controlTexts  the texts of control tokens
     * @param addsSpace     whether the vocabulary puts a space in front of every piece
     */
    SafeTokenizer(Function<String, int[]> engine, Collection<String> controlTexts, boolean addsSpace) {
        this.engine = engine;
        this.controlTexts = new ControlTexts(controlTexts);
        anchor = addsSpace ? engine.apply(ANCHOR) : new int[0];
    }

    /** Tells which characters are foreign. */
    interface Foreign {
        /** Returns the first foreign character at or after {@code from} and before {@code to}, or -1. */
        int first(int from, int to);
    }

    /** Returns the ids of the text. */
    int[] tokenize(String text, Foreign foreign) {
        int[] ids = new int[text.length() / 2 + 8];
        int count = 0;
        int start = 0;
        while (start < text.length()) {
            int end = nextCut(text, start, foreign);
            int[] piece = start == 0 ? engine.apply(text.substring(0, end)) : continuation(text.substring(start, end));
            if (ids.length - count < piece.length) {
                ids = Arrays.copyOf(ids, Math.max(ids.length * 2, count + piece.length));
            }
            System.arraycopy(piece, 0, ids, count, piece.length);
            count += piece.length;
            start = end;
        }
        return Arrays.copyOf(ids, count);
    }

    /** Returns the end of the piece that starts at {@code start}: inside the next control text with a foreign part. */
    private int nextCut(String text, int start, Foreign foreign) {
        int i = start;
        while (i < text.length()) {
            int end = controlTexts.longestEnd(text, i);
            int first = end < 0 ? -1 : foreign.first(i, end);
            if (first >= 0) {
                int cut = Math.max(first, i + Character.charCount(text.codePointAt(i)));
                if (cut < end) {
                    return cut;
                }
                throw new EngineException(("This model has a control token of one character (U+%04X), which a message "
                        + "contains; it cannot be given to the model as text. Remove the character.")
                        .formatted(text.codePointAt(i)));
            }
            i++;
        }
        return text.length();
    }

    private int[] continuation(String piece) {
        if (anchor.length == 0) {
            return engine.apply(piece);
        }
        int[] ids = engine.apply(ANCHOR + piece);
        if (ids.length < anchor.length || !Arrays.equals(ids, 0, anchor.length, anchor, 0, anchor.length)) {
            throw new EngineException(
                    "This model's tokenizer joins a line break with what follows; a message that holds "
                            + "the text of a control token cannot be given to it exactly. Remove that text.");
        }
        return Arrays.copyOfRange(ids, anchor.length, ids.length);
    }
}
