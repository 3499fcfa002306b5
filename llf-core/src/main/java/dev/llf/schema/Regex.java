package dev.llf.schema;

import dev.llf.schema.CharacterSet.Range;
import java.util.ArrayList;
import java.util.List;

/** The part of a regular expression language that grammars can express, read. */
sealed interface Regex {

    /** Any one of some characters; ranges are sorted and apart. */
    record OneOf(List<Range> ranges) implements Regex {}

    record Sequence(List<Regex> parts) implements Regex {}

    record Choice(List<Regex> alternatives) implements Regex {}

    /** {@code most} may be {@link SchemaNode#UNBOUNDED}. */
    record Repeat(Regex item, int least, int most) implements Regex {

        /** Of repetitions without an end. */
        private static final int MAX_UNBOUNDED = 64;

        long mostWritten() {
            return most == SchemaNode.UNBOUNDED ? Math.max(least, MAX_UNBOUNDED) : most;
        }
    }

    /** The fewest characters of a match. */
    default long minLength() {
        return switch (this) {
            case OneOf set -> 1;
            case Sequence sequence -> sequence.parts.stream().mapToLong(Regex::minLength).sum();
            case Choice choice -> choice.alternatives.stream().mapToLong(Regex::minLength).min().orElse(0);
            case Repeat repeat -> repeat.least * repeat.item.minLength();
        };
    }

    /** The most characters of a match that a grammar writes. */
    default long maxLength() {
        return switch (this) {
            case OneOf set -> 1;
            case Sequence sequence -> sequence.parts.stream().mapToLong(Regex::maxLength).sum();
            case Choice choice -> choice.alternatives.stream().mapToLong(Regex::maxLength).max().orElse(0);
            case Repeat repeat -> repeat.mostWritten() * repeat.item.maxLength();
        };
    }

    /** The matches of some length, if that can be said with an expression; else all. */
    default Regex within(int minLength, int maxLength) {
        if (this instanceof Repeat repeat && repeat.item instanceof OneOf) {
            int least = Math.max(repeat.least, minLength);
            long most = Math.min(Math.max(least, repeat.mostWritten()), Math.min(repeat.most, maxLength));
            return new Repeat(repeat.item, least, (int) most);
        }
        return this;
    }

    /** The expression is outside of what grammars can express. */
    final class UnsupportedException extends Exception {

        private static final long serialVersionUID = 1L;

        UnsupportedException(String what) {
            super(what);
        }
    }

    /**
     * Reads an expression; anchors are taken as given at both ends.
     *
     * @throws UnsupportedException if a part of it cannot be expressed
     */
    static Regex parse(String source) throws UnsupportedException {
        return new Reader(source).whole();
    }

    /** Reads from the first to the last character. */
    final class Reader {

        private static final int MAX_CHARS = 1_000;
        private static final int MAX_DEPTH = 30;
        private static final int MAX_REPETITIONS = 256;

        private static final List<Range> DIGITS = List.of(new Range('0', '9'));
        private static final List<Range> WORDS = List.of(new Range('0', '9'), new Range('A', 'Z'),
                new Range('_', '_'), new Range('a', 'z'));
        private static final List<Range> SPACES = List.of(new Range('\t', '\r'), new Range(' ', ' '));
        private static final List<Range> LINE_ENDS = List.of(new Range('\n', '\n'), new Range('\r', '\r'),
                new Range(0x85, 0x85), new Range(0x2028, 0x2029));

        private final String source;
        private int position;

        Reader(String source) {
            this.source = source;
        }

        Regex whole() throws UnsupportedException {
            if (source.length() > MAX_CHARS) {
                throw new UnsupportedException("more than %d chars".formatted(MAX_CHARS));
            }
            if (peek() == '^') {
                position++;
            }
            Regex regex = choice(0);
            if (position < source.length()) {
                throw new UnsupportedException("an unpaired ')'");
            }
            return regex;
        }

        private Regex choice(int depth) throws UnsupportedException {
            if (depth > MAX_DEPTH) {
                throw new UnsupportedException("groups more than %d deep".formatted(MAX_DEPTH));
            }
            List<Regex> alternatives = new ArrayList<>();
            alternatives.add(sequence(depth));
            while (peek() == '|') {
                position++;
                alternatives.add(sequence(depth));
            }
            if (alternatives.size() > 1 && depth == 0 && (source.startsWith("^") || source.endsWith("$"))) {
                throw new UnsupportedException("an anchor of one alternative; use ^(a|b)$");
            }
            return alternatives.size() == 1 ? alternatives.getFirst() : new Choice(List.copyOf(alternatives));
        }

        private Regex sequence(int depth) throws UnsupportedException {
            List<Regex> parts = new ArrayList<>();
            while (position < source.length() && peek() != '|' && peek() != ')') {
                if (depth == 0 && peek() == '$' && position == source.length() - 1) {
                    position++;
                    break;
                }
                parts.add(repeated(atom(depth)));
            }
            return parts.size() == 1 ? parts.getFirst() : new Sequence(List.copyOf(parts));
        }

        private Regex repeated(Regex item) throws UnsupportedException {
            int least;
            int most;
            switch (peek()) {
                case '?' -> {
                    least = 0;
                    most = 1;
                }
                case '*' -> {
                    least = 0;
                    most = SchemaNode.UNBOUNDED;
                }
                case '+' -> {
                    least = 1;
                    most = SchemaNode.UNBOUNDED;
                }
                case '{' -> {
                    return counted(item);
                }
                default -> {
                    return item;
                }
            }
            position++;
            refuseModifier();
            return new Repeat(item, least, most);
        }

        private Regex counted(Regex item) throws UnsupportedException {
            position++;
            int least = integer();
            int most = least;
            if (peek() == ',') {
                position++;
                most = peek() == '}' ? SchemaNode.UNBOUNDED : integer();
            }
            if (peek() != '}' || most < least) {
                throw new UnsupportedException("a '{' that is no {n}, {n,} or {n,m}");
            }
            position++;
            refuseModifier();
            return new Repeat(item, least, most);
        }

        private int integer() throws UnsupportedException {
            int value = 0;
            int start = position;
            while (peek() >= '0' && peek() <= '9' && value <= MAX_REPETITIONS) {
                value = value * 10 + peek() - '0';
                position++;
            }
            if (start == position || value > MAX_REPETITIONS) {
                throw new UnsupportedException("a repetition that is no number up to %d".formatted(MAX_REPETITIONS));
            }
            return value;
        }

        private void refuseModifier() throws UnsupportedException {
            if (peek() == '?' || peek() == '+' || peek() == '*' || peek() == '{') {
                throw new UnsupportedException("a repetition of a repetition");
            }
        }

        private Regex atom(int depth) throws UnsupportedException {
            int c = next();
            return switch (c) {
                case '.' -> new OneOf(CharacterSet.complement(LINE_ENDS));
                case '[' -> new OneOf(characterClass());
                case '(' -> group(depth);
                case '\\' -> new OneOf(escape(false));
                case '^', '$' -> throw new UnsupportedException("an anchor inside");
                case '*', '+', '?', '{' -> throw new UnsupportedException("'%c' with nothing before it".formatted(c));
                default -> new OneOf(List.of(new Range(c, c)));
            };
        }

        private Regex group(int depth) throws UnsupportedException {
            if (peek() == '?') {
                if (!source.startsWith("?:", position)) {
                    throw new UnsupportedException("a group that begins with '(?'");
                }
                position += 2;
            }
            Regex inner = choice(depth + 1);
            if (peek() != ')') {
                throw new UnsupportedException("a '(' that is not closed");
            }
            position++;
            return inner;
        }

        private List<Range> characterClass() throws UnsupportedException {
            boolean negated = peek() == '^';
            if (negated) {
                position++;
            }
            List<Range> ranges = new ArrayList<>();
            boolean first = true;
            while (first || peek() != ']') {
                first = false;
                List<Range> item = member();
                if (peek() == '-' && position + 1 < source.length() && source.charAt(position + 1) != ']') {
                    position++;
                    item = List.of(range(item, member()));
                }
                ranges.addAll(item);
            }
            position++;
            List<Range> merged = CharacterSet.merge(ranges);
            return negated ? CharacterSet.complement(merged) : merged;
        }

        private static Range range(List<Range> from, List<Range> to) throws UnsupportedException {
            boolean single = from.size() == 1 && to.size() == 1 && from.getFirst().first() == from.getFirst().last()
                    && to.getFirst().first() == to.getFirst().last();
            if (!single || to.getFirst().first() < from.getFirst().first()) {
                throw new UnsupportedException("a range that does not go from one character to a later one");
            }
            return new Range(from.getFirst().first(), to.getFirst().first());
        }

        private List<Range> member() throws UnsupportedException {
            if (peek() == '[' || source.startsWith("&&", position)) {
                throw new UnsupportedException("a class inside a class");
            }
            int c = next();
            return c == '\\' ? escape(true) : List.of(new Range(c, c));
        }

        private List<Range> escape(boolean inClass) throws UnsupportedException {
            int c = next();
            int single = switch (c) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'f' -> '\f';
                case 'u' -> unicode();
                case 'x' -> hexadecimal(2);
                default -> -1;
            };
            if (single >= 0) {
                return List.of(new Range(single, single));
            }
            return switch (c) {
                case 'd' -> DIGITS;
                case 'D' -> CharacterSet.complement(DIGITS);
                case 'w' -> WORDS;
                case 'W' -> CharacterSet.complement(WORDS);
                case 's' -> SPACES;
                case 'S' -> CharacterSet.complement(SPACES);
                default -> {
                    if (c > 0x7f || Character.isLetterOrDigit(c)) {
                        throw new UnsupportedException("the escape \\%s%s".formatted(Character.toString(c),
                                inClass ? " in a class" : ""));
                    }
                    yield List.of(new Range(c, c));
                }
            };
        }

        /** Two escapes of surrogates are one character. */
        private int unicode() throws UnsupportedException {
            int c = hexadecimal(4);
            if (!Character.isHighSurrogate((char) c) || !source.startsWith("\\u", position)) {
                return c;
            }
            int before = position;
            position += 2;
            int low = hexadecimal(4);
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) c, (char) low);
            }
            position = before;
            return c;
        }

        private int hexadecimal(int digits) throws UnsupportedException {
            int value = 0;
            for (int i = 0; i < digits; i++) {
                int c = next();
                int digit = c < 0x80 ? Character.digit(c, 16) : -1;
                if (digit < 0) {
                    throw new UnsupportedException("an escape without its hexadecimal digits");
                }
                value = value * 16 + digit;
            }
            return value;
        }

        private int peek() {
            return position < source.length() ? source.charAt(position) : -1;
        }

        private int next() throws UnsupportedException {
            if (position >= source.length()) {
                throw new UnsupportedException("an expression that stops too early");
            }
            int c = source.codePointAt(position);
            position += Character.charCount(c);
            return c;
        }
    }

    /** What both have. */
    static List<Range> common(List<Range> some, List<Range> others) {
        List<Range> common = new ArrayList<>();
        for (Range one : some) {
            for (Range other : others) {
                int first = Math.max(one.first(), other.first());
                int last = Math.min(one.last(), other.last());
                if (first <= last) {
                    common.add(new Range(first, last));
                }
            }
        }
        return common;
    }
}
