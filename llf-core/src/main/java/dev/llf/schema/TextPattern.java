package dev.llf.schema;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of a schema.
 *
 * @param source  as written
 * @param checker finds it in texts; empty if Java cannot read it
 * @param regex   for grammars; empty if they cannot express it
 * @param fault   what is not bound or not checked, if anything
 */
record TextPattern(String source, Optional<Pattern> checker, Optional<Regex> regex, Optional<String> fault) {

    /** Chars looked at for one search; more is a pattern that runs away. */
    private static final int MAX_STEPS = 200_000;

    static TextPattern of(String source) {
        Optional<Pattern> checker = compile(source);
        if (checker.isEmpty()) {
            return new TextPattern(source, checker, Optional.empty(),
                    Optional.of(
                            "is no regular expression that Java can read: neither bound while writing nor checked"));
        }
        try {
            return new TextPattern(source, checker, Optional.of(Regex.parse(source)), Optional.empty());
        } catch (Regex.UnsupportedException e) {
            return new TextPattern(source, checker, Optional.empty(),
                    Optional.of("has %s: not bound while writing, but checked afterwards".formatted(e.getMessage())));
        }
    }

    private static Optional<Pattern> compile(String source) {
        Optional<Pattern> strict = tryToCompile(withStrictEnds(source));
        return strict.isPresent() ? strict : tryToCompile(source);
    }

    private static Optional<Pattern> tryToCompile(String source) {
        try {
            return Optional.of(Pattern.compile(source));
        } catch (PatternSyntaxException | StackOverflowError e) {
            return Optional.empty();
        }
    }

    /** Lets {@code $} mean the end alone, as JSON Schema does: in Java a line break may follow it. */
    private static String withStrictEnds(String source) {
        if (source.contains("\\Q") || source.contains("(?m")) {
            return source; // where it means something else
        }
        StringBuilder strict = new StringBuilder();
        boolean inClass = false;
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\' && i + 1 < source.length()) {
                i++;
                strict.append(c).append(source.charAt(i));
            } else {
                inClass = c == '[' || (inClass && c != ']');
                strict.append(c == '$' && !inClass ? "\\z" : c);
            }
        }
        return strict.toString();
    }

    /** Turns an expression for a whole text into one that is searched for. */
    static String anchored(String source) {
        boolean plain = source.startsWith("^") && source.endsWith("$") && !source.endsWith("\\$")
                && source.indexOf('|') < 0;
        return plain ? source : "^(?:" + source + ")$";
    }

    /** Whether it is found in a text; false too if looking for it takes too long. */
    boolean accepts(String text) {
        if (checker.isEmpty()) {
            return true;
        }
        try {
            return checker.get().matcher(new Counted(text, new int[] {MAX_STEPS})).find();
        } catch (TooLongException | StackOverflowError e) {
            return false;
        }
    }

    private static final class TooLongException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooLongException() {
            super("", null, false, false);
        }
    }

    /** A text that can be looked at only so often. */
    private static final class Counted implements CharSequence {

        private final CharSequence text;
        private final int[] left;

        Counted(CharSequence text, int[] left) {
            this.text = text;
            this.left = left;
        }

        @Override
        public char charAt(int index) {
            if (left[0]-- <= 0) {
                throw new TooLongException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), left);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
