package dev.llf.observe;

/** Foreign text as traces, logs and tags show it: on one line, with nothing that a terminal obeys, and short. */
final class Shown {

    /** More than any sensible name of a model or tool has. */
    static final int MAX_NAME = 80;

    private static final String CUT = "...";

    private Shown() {}

    static String name(String name) {
        return text(name, MAX_NAME);
    }

    /** Returns the text escaped, cut after that many characters of the original. */
    static String text(String text, int maxChars) {
        int end = Math.min(text.length(), maxChars);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        if (end == text.length() && isPlain(text)) {
            return text;
        }
        StringBuilder result = new StringBuilder(end + CUT.length());
        text.substring(0, end).codePoints().forEach(c -> append(result, c));
        return end < text.length() ? result.append(CUT).toString() : result.toString();
    }

    /** Whether nothing is to be escaped; quick, since most names are of this kind. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static void append(StringBuilder result, int c) {
        switch (c) {
            case '\n' -> result.append("\\n");
            case '\r' -> result.append("\\r");
            case '\t' -> result.append("\\t");
            default -> {
                if (isHarmless(c)) {
                    result.appendCodePoint(c);
                } else {
                    result.append("\\u{%x}".formatted(c));
                }
            }
        }
    }

    /** What is none of: control, direction and other invisible marks, ends of lines, halves of characters. */
    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                false;
            default -> true;
        };
    }
}
