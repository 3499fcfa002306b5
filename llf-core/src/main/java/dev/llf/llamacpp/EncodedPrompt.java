package dev.llf.llamacpp;

import java.util.Arrays;

/**
 * A prompt and its token ids, with the places up to which the ids are those of earlier prompts, its own end last. Immutable.
 */
final class EncodedPrompt {

    private final PromptText text;
    private final int[] ids;
    private final int[] textCuts;
    private final int[] idCuts;

    private EncodedPrompt(PromptText text, int[] ids, int[] textCuts, int[] idCuts) {
        this.text = text;
        this.ids = ids;
        this.textCuts = textCuts;
        this.idCuts = idCuts;
    }

    /** A prompt that follows none. */
    static EncodedPrompt whole(PromptText text, int[] ids) {
        return new EncodedPrompt(text, ids, new int[] {text.text().length()}, new int[] {ids.length});
    }

    /** Returns the ids, not to be written to. */
    int[] ids() {
        return ids;
    }

    /** Returns roughly how much memory it takes. */
    long bytes() {
        return text.bytes() + 4L * (ids.length + textCuts.length + idCuts.length);
    }

    /** Returns how many of its cuts the other text begins with, text and origin alike. */
    int cutsSharedWith(PromptText other) {
        int found = Arrays.binarySearch(textCuts, text.common(other));
        return found < 0 ? -found - 1 : found + 1;
    }

    /** Returns where a cut is in the text. */
    int textCut(int cut) {
        return textCuts[cut];
    }

    /** Returns the prompt that goes on with other ids behind one of this prompt's cuts. */
    EncodedPrompt continued(int cut, PromptText longer, int[] more) {
        int kept = idCuts[cut];
        int[] all = Arrays.copyOf(ids, kept + more.length);
        System.arraycopy(more, 0, all, kept, more.length);
        if (longer.text().length() == textCuts[cut]) {
            return new EncodedPrompt(longer, all, Arrays.copyOf(textCuts, cut + 1), Arrays.copyOf(idCuts, cut + 1));
        }
        int[] cutsOfText = Arrays.copyOf(textCuts, cut + 2);
        int[] cutsOfIds = Arrays.copyOf(idCuts, cut + 2);
        cutsOfText[cut + 1] = longer.text().length();
        cutsOfIds[cut + 1] = all.length;
        return new EncodedPrompt(longer, all, cutsOfText, cutsOfIds);
    }
}
