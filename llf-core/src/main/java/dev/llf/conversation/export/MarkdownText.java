package dev.llf.conversation.export;

import dev.llf.chat.Role;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts foreign text into Markdown.
 *
 * <p>What was said is Markdown itself, more often than not, and stays readable as such; but it stands in a block quote,
 * which no fence, list or comment reaches out of, and what would look like a heading, a rule or HTML is escaped.
 */
final class MarkdownText {

    /**
     * A line that opens or closes a code fence. Brought to the start of its line it does so whatever stands before it, so
     * that this class and the reader agree on where code begins.
     */
    private static final Pattern FENCE = Pattern.compile("^ {0,3}(`{3,}+|~{3,}+)(.*)$");
    private static final Pattern HEADING = Pattern.compile("^(\\s*+)(#{1,6})(?=\\s|$)");
    private static final Pattern DEFINITION = Pattern.compile("^(\\s*+)\\[(?=[^\\]]*+]:)");
    private static final Pattern TAG = Pattern.compile("<(?=[A-Za-z/!?])");
    private static final Pattern PUNCTUATION = Pattern.compile("[\\\\`*_\\[\\]<>#|~&!$]");
    private static final Pattern BACKTICKS = Pattern.compile("`++");

    private MarkdownText() {}

    /** Returns the text on one line, without meaning to Markdown. */
    static String inline(String text) {
        return PUNCTUATION.matcher(Plain.line(text)).replaceAll("\\\\$0");
    }

    /** Returns the text as code on one line. */
    static String code(String text) {
        String line = Plain.line(text);
        String ticks = "`".repeat(longestRun(line) + 1);
        String space = line.startsWith("`") || line.endsWith("`") ? " " : "";
        return ticks + space + line + space + ticks;
    }

    /** Returns the text in a fence that is longer than any inside it. */
    static String fenced(String text, String language, String indent) {
        String fence = "`".repeat(Math.max(3, longestRun(text) + 1));
        StringBuilder result = new StringBuilder(indent).append(fence).append(language).append('\n');
        for (String line : Plain.lines(text)) {
            result.append(line.isEmpty() ? "" : indent).append(line).append('\n');
        }
        return result.append(indent).append(fence).append('\n').toString();
    }

    private static int longestRun(String text) {
        return BACKTICKS.matcher(text).results().mapToInt(run -> run.end() - run.start()).max().orElse(0);
    }

    /** Returns the text as a block quote. */
    static String quoted(String text) {
        StringBuilder result = new StringBuilder(text.length() + text.length() / 16);
        String open = "";
        for (String line : Plain.lines(text)) {
            Matcher fence = FENCE.matcher(line);
            if (!open.isEmpty()) {
                boolean closes = fence.matches() && fence.group(2).isBlank() && fence.group(1).startsWith(open);
                open = closes ? "" : open;
                append(line, result);
            } else if (fence.matches() && isInfo(fence.group(1), fence.group(2))) {
                open = fence.group(1);
                append(line.strip(), result);
            } else {
                append(harmless(line), result);
            }
        }
        if (!open.isEmpty()) {
            append(open, result);
        }
        return result.toString();
    }

    private static void append(String line, StringBuilder result) {
        result.append(line.isEmpty() ? ">" : "> ").append(line).append('\n');
    }

    private static boolean isInfo(String fence, String info) {
        return fence.startsWith("~") || info.indexOf('`') < 0;
    }

    private static String harmless(String line) {
        String result = HEADING.matcher(line).replaceFirst("$1\\\\$2");
        if (isRule(result)) {
            int start = result.length() - result.stripLeading().length();
            result = result.substring(0, start) + "\\" + result.substring(start);
        }
        result = DEFINITION.matcher(result).replaceFirst("$1\\\\[");
        return TAG.matcher(result).replaceAll("\\\\<");
    }

    /** Whether the line would be a rule, or make a heading of the line before it. */
    private static boolean isRule(String line) {
        String marks = line.replaceAll("[ \\t]", "");
        char first = marks.isEmpty() ? ' ' : marks.charAt(0);
        int least = first == '-' || first == '=' ? 1 : 3;
        return "-=_*".indexOf(first) >= 0 && marks.length() >= least && marks.chars().allMatch(c -> c == first);
    }

    /** Returns the role's caption with its sign. */
    static String heading(Role role) {
        String sign = switch (role) {
            case USER -> "\uD83D\uDC64";
            case ASSISTANT -> "\uD83E\uDD16";
            case SYSTEM -> "\u2699\uFE0F";
            case TOOL -> "\uD83D\uDD27";
        };
        return String.format(Locale.ROOT, "%s **%s**", sign, Captions.role(role));
    }
}
