package dev.llf.conversation.export;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds secrets by their form.
 *
 * <p>The patterns have no nested repetition, so that a hostile text costs time in proportion to its length only.
 */
final class CommonSecrets {

    private static final String GONE = "[redacted]";

    /** Names whose values are secret, as a part of a longer name too: {@code OPENAI_API_KEY}. */
    private static final String SECRET_NAME = "(?:api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|passwd|password"
            + "|passphrase|client[_-]?secret|auth[_-]?token|access[_-]?token|refresh[_-]?token|authorization|secret)";

    private static final Pattern KEY_BEGIN = Pattern.compile("-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----");
    private static final Pattern KEY_END = Pattern.compile("-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----");
    private static final Pattern NAMED = Pattern.compile("(?i)" + SECRET_NAME);

    /** The whole match goes. */
    private static final List<Pattern> WHOLE = List.of(
            Pattern.compile("\\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,512}+"), // OpenAI, Anthropic, Stripe
            Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{20,255}+|\\bgithub_pat_[A-Za-z0-9_]{20,255}+"),
            Pattern.compile("\\bglpat-[A-Za-z0-9_-]{16,255}+|\\bhf_[A-Za-z0-9]{20,255}+"),
            Pattern.compile("\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b|\\bAIza[A-Za-z0-9_-]{30,64}+"), // Amazon, Google
            Pattern.compile("\\bxox[abeoprs]-[A-Za-z0-9-]{10,255}+"), // Slack
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{8,8192}+\\.[A-Za-z0-9_-]{8,8192}+\\.[A-Za-z0-9_-]{0,8192}+")); // JWT

    /** The first group stays, the rest goes. */
    private static final List<Pattern> VALUES = List.of(
            Pattern.compile(
                    "(?i)(\\b(?:bearer|basic)[ \\t]{1,8}+)(?![a-z]{1,16}\\b(?![+/=._~-]))[A-Za-z0-9+/=._~-]{8,8192}+"),
            Pattern.compile("(\\b[a-z][a-z0-9+.-]{1,16}+://[^\\s:/@\"']{0,256}+:)[^\\s:/@\"']{1,256}+(?=@)"),
            Pattern.compile("(?i)(" + SECRET_NAME
                    + "\\\\{0,3}[\"']?[ \\t]{0,8}+[:=][ \\t]{0,8}+)(?!\\[redacted]|(?:bearer|basic)[ \\t])"
                    + "(?:[\"'][^\"'\\\\\\r\\n]{1,4096}+|\\\\{1,3}[\"'][^\"'\\\\\\r\\n]{1,4096}+"
                    + "|[^\\s\"',;&\\\\(){}\\[\\]<>]{6,4096}+)"));

    private CommonSecrets() {}

    static String redact(String text) {
        String result = withoutKeyBlocks(text);
        for (Pattern pattern : WHOLE) {
            result = pattern.matcher(result).replaceAll(GONE);
        }
        for (Pattern pattern : VALUES) {
            result = pattern.matcher(result).replaceAll(match -> Matcher.quoteReplacement(match.group(1)
                    + quote(match.group().substring(match.group(1).length())) + GONE));
        }
        return result;
    }

    /** Entries are one name and one value, so the value goes whole. */
    static String redact(String key, String value) {
        return NAMED.matcher(key).find() ? GONE : redact(value);
    }

    /** What opens a quoted value stays, so that JSON stays JSON. */
    private static String quote(String value) {
        int end = 0;
        while (end < value.length() && end < 4 && "\\\"'".indexOf(value.charAt(end)) >= 0) {
            end++;
        }
        return value.substring(0, end);
    }

    /** A block without its end goes up to the end of the text. */
    private static String withoutKeyBlocks(String text) {
        Matcher begin = KEY_BEGIN.matcher(text);
        if (!begin.find()) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        Matcher end = KEY_END.matcher(text);
        int from = 0;
        do {
            result.append(text, from, begin.start()).append(GONE);
            from = end.find(begin.end()) ? end.end() : text.length();
        } while (begin.find(from));
        return result.append(text, from, text.length()).toString();
    }
}
