package dev.llf.template;

/** The inside of a quoted string, with Python's escapes. */
final class StringLiteral {

    private final String source;
    private final Position place;
    private final StringBuilder value = new StringBuilder();
    private int at;

    StringLiteral(String source, Position place) {
        this.source = source;
        this.place = place;
    }

    String value() {
        if (source.indexOf('\\') < 0) {
            return source;
        }
        while (at < source.length()) {
            char c = source.charAt(at++);
            if (c == '\\') {
                escape();
            } else {
                value.append(c);
            }
        }
        return value.toString();
    }

    private void escape() {
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        switch (c) {
            case '\n' -> {
            }
            case '\\', '\'', '"' -> value.appendCodePoint(c);
            case 'n' -> value.append('\n');
            case 't' -> value.append('\t');
            case 'r' -> value.append('\r');
            case 'f' -> value.append('\f');
            case 'b' -> value.append('\b');
            case 'a' -> value.append('\u0007');
            case 'v' -> value.append('\u000b');
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 'N' -> named();
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            default -> unknown(c);
        }
    }

    /** Python writes characters beyond ASCII as escapes before it reads the escapes, and so undoes the second backslash. */
    private void unknown(int c) {
        value.append('\\');
        if (c < 0x80) {
            value.appendCodePoint(c);
        } else if (c < 0x100) {
            value.append("x%02x".formatted(c));
        } else if (c < 0x10000) {
            value.append("u%04x".formatted(c));
        } else {
            value.append("U%08x".formatted(c));
        }
    }

    private void hex(int digits) {
        int end = at + digits;
        if (end > source.length() || !source.substring(at, end).chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw fail("an escape in the string needs %d hexadecimal digits".formatted(digits));
        }
        long code = Long.parseLong(source.substring(at, end), 16);
        if (code > Character.MAX_CODE_POINT) {
            throw fail("an escape in the string names no character");
        }
        value.appendCodePoint((int) code);
        at = end;
    }

    private void octal() {
        int end = at;
        while (end < source.length() && end < at + 2 && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
            end++;
        }
        value.appendCodePoint(Integer.parseInt(source.substring(at - 1, end), 8));
        at = end;
    }

    private void named() {
        int end = source.indexOf('}', at);
        if (end < 0 || source.charAt(at) != '{') {
            throw fail("the escape \\N in the string needs a character's name in braces");
        }
        try {
            value.appendCodePoint(Character.codePointOf(source.substring(at + 1, end)));
        } catch (IllegalArgumentException e) {
            throw fail("the escape \\N in the string names no character");
        }
        at = end + 1;
    }

    private TemplateException fail(String message) {
        return new TemplateException(place, message);
    }
}
