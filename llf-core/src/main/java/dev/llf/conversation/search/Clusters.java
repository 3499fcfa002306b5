package dev.llf.conversation.search;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a text can be cut without splitting what people see as one character. */
final class Clusters {

    /** Longer clusters are hostile or broken; they may be cut between code points. */
    private static final int WINDOW = 256;
    private static final int MAX_MARKS = 32;
    private static final Pattern CLUSTER = Pattern.compile("\\X");

    private Clusters() {}

    /** The end of the character at a place and its marks: what Unicode's normal forms may put together. */
    static int segmentEnd(CharSequence text, int start) {
        int end = start + Character.charCount(Character.codePointAt(text, start));
        for (int marks = 0; marks < MAX_MARKS && end < text.length(); marks++) {
            int next = Character.codePointAt(text, end);
            if (!isMark(next)) {
                break;
            }
            end += Character.charCount(next);
        }
        return end;
    }

    static boolean isMark(int codePoint) {
        if (codePoint < 0x300) {
            return false;
        }
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK || (codePoint >= 0x1160 && codePoint <= 0x11FF); // vowels of Hangul
    }

    /** The last place not after the given one where the text can be cut. */
    static int floor(String text, int at) {
        return boundary(text, at, false);
    }

    /** The first place not before the given one where the text can be cut. */
    static int ceiling(String text, int at) {
        return boundary(text, at, true);
    }

    private static int boundary(String text, int at, boolean up) {
        if (at <= 0 || at >= text.length() || isObvious(text.charAt(at - 1), text.charAt(at))) {
            return at;
        }
        Matcher matcher = CLUSTER.matcher(text)
                .region(safeStart(text, at), codePointStart(text, Math.min(text.length(), at + WINDOW)));
        while (matcher.find()) {
            if (matcher.end() == at) {
                return at;
            }
            if (matcher.end() > at) {
                return up ? matcher.end() : matcher.start();
            }
        }
        return at;
    }

    private static boolean isObvious(char before, char after) {
        return before < 0x300 && after < 0x300 && (before != '\r' || after != '\n');
    }

    /** A place at most a window before, at which a cluster starts. */
    private static int safeStart(String text, int at) {
        int limit = Math.max(0, at - WINDOW);
        for (int i = at - 1; i > limit; i--) {
            if (text.charAt(i) < 0x300 && isObvious(text.charAt(i - 1), text.charAt(i))) {
                return i;
            }
        }
        return codePointStart(text, limit);
    }

    private static int codePointStart(String text, int at) {
        boolean inside = at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
        return inside ? at - 1 : at;
    }
}
