package dev.llf.conversation.export;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds secrets by their form. What might as well be a word, an identifier or an expression of code stays.
 *
 * <p>The patterns have no nested repetition, so that a hostile text costs time in proportion to its length only.
 */
final class CommonSecrets {

    static final String GONE = "[redacted]";

    /** Names whose values are secret, as a part of a longer name too: {@code OPENAI_API_KEY}, but not {@code secretary}. */
    static final String SECRET_NAME = "(?i:api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|passwd|password"
            + "|passphrase|client[_-]?secret|auth[_-]?token|access[_-]?token|refresh[_-]?token|authorization|secret)"
            + "(?![a-z])";

    private static final Pattern KEY_BEGIN = Pattern.compile("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----");
    private static final Pattern KEY_END = Pattern.compile("-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----");
    /** What follows the beginning of a key whose end is missing. */
    private static final Pattern KEY_PIECE = Pattern.compile("(?:\\\\[nr]|\\s){0,8}+[A-Za-z0-9+/=]{16,}+");
    private static final Pattern NAMED = Pattern.compile(SECRET_NAME);

    /** The whole match goes. */
    private static final List<Pattern> WHOLE = List.of(
            Pattern.compile("\\bsk-(?=[A-Za-z0-9_-]{0,64}?[A-Za-z0-9]{16})[A-Za-z0-9_-]{16,512}+"), // OpenAI, Anthropic
            Pattern.compile("\\b[prs]k_(?:live|test)_[A-Za-z0-9]{16,512}+"), // Stripe
            Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{20,255}+|\\bgithub_pat_[A-Za-z0-9_]{20,255}+"),
            Pattern.compile("\\bglpat-[A-Za-z0-9_-]{16,255}+|\\bhf_[A-Za-z0-9]{20,255}+"),
            Pattern.compile("\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b|\\bAIza[A-Za-z0-9_-]{30,64}+"), // Amazon, Google
            Pattern.compile("\\bxox[abeoprs]-(?=[A-Za-z-]{0,64}[0-9])[A-Za-z0-9-]{10,255}+"), // Slack
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,8192}+\\.[A-Za-z0-9_-]{8,8192}+\\.[A-Za-z0-9_-]{0,8192}+")); // JWT

    /** The first group stays, the rest goes. */
    private static final List<Pattern> VALUES = List.of(
            Pattern.compile("((?i:authorization)\\\\{0,3}[\"']?[ \\t]{0,8}+[:=][ \\t]{0,8}+\\\\{0,3}[\"']?"
                    + "(?i:bearer|basic|token)[ \\t]{1,8}+)[A-Za-z0-9+/=._~-]{4,8192}+"),
            Pattern.compile("(\\b(?i:bearer)[ \\t]{1,8}+)(?=[A-Za-z+/=._~-]{0,64}[0-9])[A-Za-z0-9+/=._~-]{12,8192}+"),
            Pattern.compile("(\\b[a-z][a-z0-9+.-]{1,16}+://[^\\s:/@\"']{0,256}+:)[^\\s:/@\"']{1,256}+(?=@)"));

    private CommonSecrets() {}

    static String redact(String text) {
        String result = withoutKeyBlocks(text);
        for (Pattern pattern : WHOLE) {
            result = pattern.matcher(result).replaceAll(GONE);
        }
        for (Pattern pattern : VALUES) {
            result = pattern.matcher(result).replaceAll("$1" + GONE);
        }
        return NamedValue.redact(result);
    }

    /** Entries are one name and one value, so the value goes whole. */
    static String redact(String key, String value) {
        return NAMED.matcher(key).find() ? GONE : redact(value);
    }

    private static String withoutKeyBlocks(String text) {
        Matcher begin = KEY_BEGIN.matcher(text);
        if (!begin.find()) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        Matcher end = KEY_END.matcher(text);
        boolean ends = true;
        int from = 0;
        do {
            result.append(text, from, begin.start()).append(GONE);
            ends = ends && end.find(begin.end());
            from = ends ? end.end() : endOfPieces(text, begin.end());
        } while (begin.find(from));
        return result.append(text, from, text.length()).toString();
    }

    private static int endOfPieces(String text, int start) {
        Matcher piece = KEY_PIECE.matcher(text).region(start, text.length());
        int end = start;
        while (piece.lookingAt()) {
            end = piece.end();
            piece.region(end, text.length());
        }
        return end;
    }
}
