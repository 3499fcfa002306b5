package dev.llf.template;

import dev.llf.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens and settles its white space.
 *
 * <p>A tag eats the line end behind it and, alone on its line, the blanks before it; {@code -} eats all white space on its
 * side and {@code +} keeps it. A printed expression does neither by itself.
 */
final class Lexer {

    private static final Pattern FLOAT = Pattern
            .compile("(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
    private static final Pattern INTEGER = Pattern
            .compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*+|0(_?0)*+");
    private static final Set<String> PAIRS = Set.of("//", "**", "==", "!=", ">=", "<=");
    private static final String SINGLES = "+-/*%~[](){}><=.:|,;";

    private final Source lines;
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Lexer(Source lines) {
        this.lines = lines;
        this.source = lines.text();
    }

    List<Token> tokens() {
        while (at < source.length()) {
            text();
        }
        add(Kind.END, "", at);
        return tokens;
    }

    /** Template text up to the next opening, and what that opens. */
    private void text() {
        int open = nextOpening(at);
        if (open < 0) {
            add(Kind.DATA, source.substring(at), at);
            at = source.length();
            return;
        }
        char kind = source.charAt(open + 1);
        char sign = signAt(open + 2);
        addData(at, open, sign, kind != '{');
        int inside = open + (sign == 0 ? 2 : 3);
        switch (kind) {
            case '#' -> comment(open, inside);
            case '{' -> print(open, inside);
            default -> tagOrRaw(open, inside);
        }
    }

    private int nextOpening(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private char signAt(int offset) {
        char c = offset < source.length() ? source.charAt(offset) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    private void addData(int from, int to, char sign, boolean lineStripped) {
        int end = to;
        if (sign == '-') {
            while (end > from && Chars.isSpace(source.charAt(end - 1))) {
                end--;
            }
        } else if (sign == 0 && lineStripped) {
            end = withoutIndent(from, to);
        }
        if (end > from) {
            add(Kind.DATA, source.substring(from, end), from);
        }
    }

    private int withoutIndent(int from, int to) {
        int start = to;
        while (start > from && source.charAt(start - 1) != '\n') {
            start--;
            if (!Chars.isSpace(source.charAt(start))) {
                return to;
            }
        }
        boolean startsLine = start > from || from == 0 || source.charAt(from - 1) == '\n';
        return startsLine ? start : to;
    }

    private void comment(int open, int from) {
        int close = source.indexOf("#}", from);
        if (from == source.length()) {
            at = from; // Jinja lets a comment go that opens at the very end
            return;
        }
        if (close < 0) {
            throw fail(open, "the comment is never closed, expected '#}'");
        }
        char sign = close > from ? signAt(close - 1) : 0;
        at = close + 2;
        skipAfterTag(sign);
    }

    private void print(int open, int from) {
        add(Kind.PRINT_BEGIN, "{{", open);
        at = from;
        code(open, "}}");
    }

    private void tagOrRaw(int open, int from) {
        int name = skipSpace(from);
        int end = rawTagEnd(name, "raw", false);
        if (end >= 0) {
            raw(open, end);
            return;
        }
        add(Kind.TAG_BEGIN, "{%", open);
        at = from;
        code(open, "%}");
    }

    /** The offset behind {@code %}} of a tag that holds just this name, or -1. */
    private int rawTagEnd(int nameStart, String name, boolean closing) {
        if (!source.startsWith(name, nameStart)) {
            return -1;
        }
        int end = skipSpace(nameStart + name.length());
        char sign = signAt(end);
        int close = sign == '-' || (closing && sign == '+') ? end + 1 : end;
        return source.startsWith("%}", close) ? close + 2 : -1;
    }

    private void raw(int open, int bodyTag) {
        at = bodyTag;
        if (source.charAt(bodyTag - 3) == '-') {
            at = skipSpace(at);
        }
        for (int end = source.indexOf("{%", at); end >= 0; end = source.indexOf("{%", end + 1)) {
            char sign = signAt(end + 2);
            int close = rawTagEnd(skipSpace(end + (sign == 0 ? 2 : 3)), "endraw", true);
            if (close >= 0) {
                addData(at, end, sign, true);
                at = close;
                skipAfterTag(signAt(close - 3));
                return;
            }
        }
        throw fail(open, "the raw block is never closed, expected '{% endraw %}'");
    }

    private void skipAfterTag(char sign) {
        if (sign == '-') {
            at = skipSpace(at);
        } else if (sign == 0 && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
    }

    private int skipSpace(int from) {
        int next = from;
        while (next < source.length() && Chars.isSpace(source.charAt(next))) {
            next++;
        }
        return next;
    }

    /** Tokens up to the closing mark; inside brackets the mark's characters are operators. */
    private void code(int open, String close) {
        Deque<String> brackets = new ArrayDeque<>();
        for (at = skipSpace(at); at < source.length(); at = skipSpace(at)) {
            if (brackets.isEmpty() && closes(close)) {
                return;
            }
            token(brackets);
        }
        throw fail(open, "the tag is never closed, expected '%s'".formatted(close));
    }

    private boolean closes(String close) {
        boolean tag = close.equals("%}");
        char sign = signAt(at);
        if (sign == '+' && !tag) {
            sign = 0;
        }
        int start = sign == 0 ? at : at + 1;
        if (!source.startsWith(close, start)) {
            return false;
        }
        add(tag ? Kind.TAG_END : Kind.PRINT_END, close, at);
        at = start + 2;
        if (tag || sign == '-') {
            skipAfterTag(sign);
        }
        return true;
    }

    private void token(Deque<String> brackets) {
        char c = source.charAt(at);
        if (Character.isDigit(c) && (matched(FLOAT, Kind.FLOAT) || matched(INTEGER, Kind.INTEGER))) {
            return;
        }
        if (Chars.isWord(source.codePointAt(at))) {
            name();
        } else if (c == '\'' || c == '"') {
            string(c);
        } else {
            operator(brackets);
        }
    }

    private boolean matched(Pattern pattern, Kind kind) {
        Matcher matcher = pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group().replace("_", ""), at);
        at = matcher.end();
        return true;
    }

    private void name() {
        int end = at;
        while (end < source.length() && Chars.isWord(source.codePointAt(end))) {
            end += Character.charCount(source.codePointAt(end));
        }
        String name = source.substring(at, end);
        if (!Chars.isIdentifier(name)) {
            throw fail(at, "'%s' is not a name".formatted(name));
        }
        add(Kind.NAME, name, at);
        at = end;
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw fail(at, "the string is never closed, expected %s".formatted(quote));
        }
        add(Kind.STRING, new StringLiteral(source.substring(at + 1, end), lines.at(at)).value(), at);
        at = end + 1;
    }

    private void operator(Deque<String> brackets) {
        String pair = source.substring(at, Math.min(at + 2, source.length()));
        String operator = PAIRS.contains(pair) ? pair : pair.substring(0, 1);
        if (operator.length() == 1 && SINGLES.indexOf(operator) < 0) {
            throw fail(at, "unexpected character '%s'".formatted(Character.toString(source.codePointAt(at))));
        }
        balance(operator, brackets);
        add(Kind.OPERATOR, operator, at);
        at += operator.length();
    }

    private void balance(String operator, Deque<String> brackets) {
        switch (operator) {
            case "(" -> brackets.push(")");
            case "[" -> brackets.push("]");
            case "{" -> brackets.push("}");
            case ")", "]", "}" -> {
                String expected = brackets.isEmpty() ? "" : brackets.pop();
                if (!expected.equals(operator)) {
                    throw fail(at, "unexpected '%s'%s".formatted(operator,
                            expected.isEmpty() ? "" : ", expected '%s'".formatted(expected)));
                }
            }
            default -> {
            }
        }
    }

    private void add(Kind kind, String text, int offset) {
        tokens.add(new Token(kind, text, lines.at(offset)));
    }

    private TemplateException fail(int offset, String message) {
        return new TemplateException(lines.at(offset), message);
    }
}
