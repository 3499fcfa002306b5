package dev.llf.conversation.search;

import java.text.Normalizer;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Maps characters that differ in case only to the same characters, without a locale.
 *
 * <p>Lower, then upper, then lower case: the way up joins what only differs in one direction (sigma and final sigma, s and
 * long s) and takes ligatures apart. Unlike Unicode's own folding it joins the dotless i with the others.
 */
final class CaseFold {

    /** A character that stands for several, or for another one; Unicode promises never to assign it. */
    static final char SPECIAL = '\uFFFF';

    private static final int PAGE = 256;
    /** The folded characters of each 256 of the basic plane, made when first needed. */
    private static final AtomicReferenceArray<char[]> PAGES = new AtomicReferenceArray<>(PAGE);

    private CaseFold() {}

    /** Folds a character that stands alone; {@link #SPECIAL} if the result has more than one, or it is not composed. */
    static char of(char c) {
        if (c < 0x80) {
            return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
        }
        char[] page = PAGES.getAcquire(c / PAGE);
        return page == null ? newPage(c / PAGE)[c % PAGE] : page[c % PAGE];
    }

    private static char[] newPage(int number) {
        char[] page = new char[PAGE];
        for (int i = 0; i < PAGE; i++) {
            String original = Character.toString(number * PAGE + i);
            String folded = of(original);
            page[i] = folded.length() == 1 && isComposed(original) ? folded.charAt(0) : SPECIAL;
        }
        PAGES.setRelease(number, page); // a second thread may do the same work, with the same result
        return page;
    }

    static boolean isComposed(String cluster) {
        return Normalizer.isNormalized(cluster, Normalizer.Form.NFC);
    }

    /** Folds one character with the marks that belong to it. */
    static String of(String cluster) {
        StringBuilder out = new StringBuilder(cluster.length());
        Normalizer.normalize(cluster, Normalizer.Form.NFC).codePoints().forEach(each -> fold(each, out));
        return Normalizer.normalize(out, Normalizer.Form.NFC).replace("i\u0307", "i"); // a lower-cased dotted capital I
    }

    private static void fold(int codePoint, StringBuilder out) {
        String upper = Character.toString(Character.toLowerCase(codePoint)).toUpperCase(Locale.ROOT);
        upper.codePoints().map(Character::toLowerCase).forEach(out::appendCodePoint);
    }
}
