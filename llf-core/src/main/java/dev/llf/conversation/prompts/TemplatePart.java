package dev.llf.conversation.prompts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A piece of a template's text. */
sealed interface TemplatePart {

    /** Longer names are refused. */
    int MAX_NAME = 64;

    /** Text that stays as it is. */
    record Text(String text) implements TemplatePart {}

    /** A place for a value; in the line that opens a fence, line breaks and backticks would end that line. */
    record Variable(String name, boolean inFence) implements TemplatePart {}

    /**
     * A fenced block, whose fences must be longer than any run of backticks within.
     *
     * @param indent what stands before the opening fence
     * @param ticks  how long the fences are at least
     * @param info   the rest of the opening line with its line break
     * @param body   the lines between
     * @param close  what stands before the closing fence; empty if that is missing
     */
    record Block(String indent, int ticks, List<TemplatePart> info, List<TemplatePart> body, Optional<String> close)
            implements
                TemplatePart {}

    /** Takes a template apart. */
    static List<TemplatePart> parse(String text) {
        return new Parser(text).parse();
    }

    /** Reads line by line, because fences are lines. */
    final class Parser {

        private static final Pattern OPENING = Pattern.compile("([ \\t]*)(`{3,})([^`]*)");
        private static final Pattern CLOSING = Pattern.compile("([ \\t]*)(`{3,})\\s*");

        private final String text;
        private final List<TemplatePart> parts = new ArrayList<>();
        private int position;

        private Parser(String text) {
            this.text = text;
        }

        List<TemplatePart> parse() {
            int start = 0;
            while (position < text.length()) {
                int line = position;
                Matcher opening = OPENING.matcher(nextLine());
                if (opening.matches()) {
                    addPieces(text.substring(start, line), false, parts);
                    parts.add(block(opening));
                    start = position;
                }
            }
            addPieces(text.substring(start), false, parts);
            return List.copyOf(parts);
        }

        /** The line at the position, with its line break; moves behind it. */
        private String nextLine() {
            int end = text.indexOf('\n', position) + 1;
            String line = text.substring(position, end == 0 ? text.length() : end);
            position += line.length();
            return line;
        }

        private Block block(Matcher opening) {
            int ticks = opening.group(2).length();
            List<TemplatePart> info = new ArrayList<>();
            addPieces(opening.group(3), true, info);
            int start = position;
            while (position < text.length()) {
                int line = position;
                Matcher closing = CLOSING.matcher(nextLine());
                if (closing.matches() && closing.group(2).length() >= ticks) {
                    position = line + closing.end(2);
                    List<TemplatePart> body = new ArrayList<>();
                    addPieces(text.substring(start, line), false, body);
                    return new Block(opening.group(1), ticks, info, body, Optional.of(closing.group(1)));
                }
            }
            List<TemplatePart> body = new ArrayList<>();
            addPieces(text.substring(start), false, body);
            return new Block(opening.group(1), ticks, info, body, Optional.empty());
        }

        private static void addPieces(String text, boolean inFence, List<TemplatePart> parts) {
            StringBuilder literal = new StringBuilder();
            int i = 0;
            while (i < text.length()) {
                char c = text.charAt(i);
                boolean brace = c == '{' || c == '}';
                boolean doubled = brace && i + 1 < text.length() && text.charAt(i + 1) == c;
                int end = c == '{' && !doubled ? nameEnd(text, i + 1) : -1;
                if (end < 0) {
                    literal.append(c);
                    i += doubled ? 2 : 1;
                } else {
                    addText(literal, parts);
                    parts.add(new Variable(text.substring(i + 1, end), inFence));
                    i = end + 1;
                }
            }
            addText(literal, parts);
        }

        private static void addText(StringBuilder literal, List<TemplatePart> parts) {
            if (!literal.isEmpty()) {
                parts.add(new Text(literal.toString()));
                literal.setLength(0);
            }
        }

        /** Where the brace that ends a name stands; -1 if this is no placeholder. */
        private static int nameEnd(String text, int start) {
            int end = start;
            while (end < text.length() && isNameCharacter(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            if (end == start || end == text.length() || text.charAt(end) != '}') {
                return -1;
            }
            if (end - start > MAX_NAME) {
                throw new IllegalArgumentException("a placeholder's name has %d characters, at most %d are allowed"
                        .formatted(end - start, MAX_NAME));
            }
            return end;
        }

        private static boolean isNameCharacter(int codePoint) {
            return codePoint == '_' || Character.isLetterOrDigit(codePoint);
        }
    }
}
