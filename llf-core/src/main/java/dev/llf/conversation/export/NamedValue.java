package dev.llf.conversation.export;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is assigned to a name like {@code password}, in data, code or prose.
 *
 * @param text   all of the text
 * @param name   the name, or the end of it
 * @param data   whether the name is quoted, as in JSON
 * @param quoted whether the value is
 * @param start  where the value begins, without its quote
 * @param end    where it ends
 */
record NamedValue(String text, String name, boolean data, boolean quoted, int start, int end) {

    private static final Pattern ASSIGNMENT = Pattern.compile(
            "(" + CommonSecrets.SECRET_NAME + ")(\\\\{0,3}[\"'])?[ \\t]{0,8}+[:=][ \\t]{0,8}+");
    private static final int MAX_CHARS = 4096;
    private static final int MAX_ESCAPES = 3;
    /** Shorter ones without quotes are words of a sentence. */
    private static final int MIN_BARE = 6;
    /** How much of one without quotes is looked at. */
    private static final int MAX_BARE = 256;
    private static final String ENDS_BARE = "\"',;&\\(){}[]<>";
    /** References, comparisons and the middle of an expression. */
    private static final String NO_BEGINNING = "$%<{=+.,;:)]}*";
    /** A bare value with one of these, or a digit, is no word and no identifier. */
    private static final String SYMBOLS = "!@#$%^*+=~|";
    /** What schemas, forms and examples say in place of a value. */
    private static final Set<String> WORDS = Set.of("string", "str", "text", "number", "boolean", "true", "false",
            "null", "none", "undefined", "required", "optional", "password", "secret", "hidden");

    /** Returns the text with what is probably secret replaced. */
    static String redact(String text) {
        Matcher name = ASSIGNMENT.matcher(text);
        StringBuilder result = new StringBuilder();
        int copied = 0;
        while (name.find()) {
            NamedValue value = at(text, name);
            if (name.start() >= copied && value.isSecret()) {
                result.append(text, copied, value.start).append(CommonSecrets.GONE);
                copied = value.quoted ? value.end : bareEnd(text, value.end, text.length());
            }
        }
        return copied == 0 ? text : result.append(text, copied, text.length()).toString();
    }

    private static NamedValue at(String text, Matcher name) {
        int start = name.end();
        int quote = start;
        while (quote < text.length() && quote - start < MAX_ESCAPES && text.charAt(quote) == '\\') {
            quote++;
        }
        boolean quoted = quote < text.length() && (text.charAt(quote) == '"' || text.charAt(quote) == '\'');
        boolean data = name.group(2) != null;
        return quoted
                ? new NamedValue(text, name.group(1), data, true, quote + 1, closing(text, quote, quote - start))
                : new NamedValue(text, name.group(1), data, false, start, bareEnd(text, start, start + MAX_BARE));
    }

    /** Where a quoted value ends; where it begins if it does not end on its line. A cut text ends all that is open. */
    private static int closing(String text, int quote, int escapes) {
        int limit = Math.min(text.length(), quote + MAX_CHARS);
        int backslashes = 0;
        for (int i = quote + 1; i < limit; i++) {
            char c = text.charAt(i);
            if (c == text.charAt(quote) && (escapes == 0 ? backslashes % 2 == 0 : backslashes <= escapes)) {
                return escapes == 0 ? i : i - backslashes;
            }
            if (c == '\n' || c == '\r') {
                return quote + 1;
            }
            backslashes = c == '\\' ? backslashes + 1 : 0;
        }
        return limit == text.length() ? limit : quote + 1;
    }

    private static int bareEnd(String text, int start, int limit) {
        int end = start;
        while (end < Math.min(limit, text.length()) && ENDS_BARE.indexOf(text.charAt(end)) < 0
                && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private boolean isSecret() {
        String value = text.substring(start, end);
        if (value.isEmpty() || value.equals(CommonSecrets.GONE) || NO_BEGINNING.indexOf(value.charAt(0)) >= 0
                || WORDS.contains(value.toLowerCase(Locale.ROOT))) {
            return false;
        }
        return quoted ? data || value.chars().noneMatch(Character::isWhitespace) : isBareSecret(value);
    }

    private boolean isBareSecret(String value) {
        boolean call = end < text.length() && "([".indexOf(text.charAt(end)) >= 0;
        if (value.length() < MIN_BARE || call || value.contains("://")) {
            return false;
        }
        boolean variable = name.equals(name.toUpperCase(Locale.ROOT)) && text.charAt(start - 1) == '='
                && value.chars().allMatch(Character::isLetter); // as in a file of environment variables
        String inner = value.substring(0, value.length() - 1); // a sentence may end with a symbol
        return variable || value.chars().anyMatch(c -> c >= '0' && c <= '9')
                || inner.chars().anyMatch(c -> SYMBOLS.indexOf(c) >= 0);
    }
}
