package dev.llf.conversation.export;

import java.util.List;

/** Text as people's formats show it. */
final class Plain {

    private static final int REPLACEMENT = 0xFFFD;
    /** Where Unicode has pictures of the control characters 0 to 31. */
    private static final int PICTURES = 0x2400;
    private static final int DELETE = 0x7F;
    private static final int DELETE_PICTURE = 0x2421;

    private Plain() {}

    /** Returns the text with unpaired surrogates replaced; what has none comes back as it is. */
    static String wellFormed(String text) {
        if (text.codePoints().noneMatch(Plain::isUnpaired)) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> result.appendCodePoint(isUnpaired(c) ? REPLACEMENT : c));
        return result.toString();
    }

    private static boolean isUnpaired(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    /** Returns the text with line feeds only, and with pictures for what would steer a terminal. */
    static String text(String text) {
        StringBuilder result = new StringBuilder(text.length());
        wellFormed(text).replace("\r\n", "\n").replace('\r', '\n').codePoints()
                .forEach(c -> result.appendCodePoint(visible(c)));
        return result.toString();
    }

    private static int visible(int c) {
        if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
            return c;
        }
        if (c < ' ') {
            return PICTURES + c;
        }
        return c == DELETE ? DELETE_PICTURE : REPLACEMENT;
    }

    /** Returns the text on one line. */
    static String line(String text) {
        return text(text).replaceAll("[\\n\\t\\u2028\\u2029]++", " ");
    }

    /** Returns the lines of the text; a text without any has one empty line. */
    static List<String> lines(String text) {
        return List.of(text(text).split("\n", -1));
    }
}
