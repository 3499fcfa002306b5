package dev.llf.schema;

import dev.llf.schema.Rule.Element;
import dev.llf.schema.Rule.Kind;
import dev.llf.schema.Rule.Reference;
import dev.llf.schema.Rule.Terminal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads GBNF into rules.
 *
 * <p>Follows the reader of llama.cpp b4916 in syntax and in what it makes of repetitions: {@code S{m,n}} becomes m copies of
 * S and a chain of n - m optional rules, {@code S*} a rule {@code R ::= S R |}. So what is counted and checked here is
 * what the engine will hold.
 */
final class GrammarParser {

    /** Newer engines refuse larger repetitions too. */
    static final int MAX_REPETITIONS = 2_000;
    static final int MAX_CHARS = 262_144;
    static final int MAX_ELEMENTS = 200_000;
    static final int MAX_DEPTH = 100;

    private static final int UNBOUNDED = -1;

    private final String text;
    private int position;
    private long elements;
    /** Numbers of the author's rules, by name, in the order of their first mention. */
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    /** Where each name was first mentioned. */
    private final Map<String, Integer> mentions = new LinkedHashMap<>();
    /** By number; null until defined. */
    private final List<@Nullable Rule> rules = new ArrayList<>();

    private GrammarParser(String text) {
        this.text = text;
    }

    /**
     * What was read.
     *
     * @param rules all rules; references are indices into it
     * @param named the numbers of the author's rules, in the order of their first mention
     * @param root  the number of the rule root
     */
    record Rules(List<Rule> rules, Map<String, Integer> named, int root) {}

    static Rules parse(String text) {
        return new GrammarParser(text).rules();
    }

    static GrammarException failure(String text, int offset, String message) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < offset; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n'))) {
                line++;
                start = i + 1;
            }
        }
        return new GrammarException(line, text.codePointCount(start, offset) + 1, message);
    }

    private GrammarException failure(int offset, String message) {
        return failure(text, offset, message);
    }

    private Rules rules() {
        checkText();
        skipSpace(true);
        while (position < text.length()) {
            rule();
        }
        mentions.forEach((name, offset) -> {
            if (rules.get(number(name)) == null) {
                throw failure(offset, "rule '%s' is used but not defined.".formatted(name));
            }
        });
        Integer root = numbers.get("root");
        if (root == null) {
            throw new GrammarException("The grammar has no rule 'root', which every text begins with.");
        }
        List<Rule> defined = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule != null) {
                defined.add(rule);
            }
        }
        return new Rules(List.copyOf(defined), Collections.unmodifiableMap(numbers), root);
    }

    private void checkText() {
        if (text.isBlank()) {
            throw new GrammarException("The grammar is empty; it needs a rule 'root'.");
        }
        if (text.length() > MAX_CHARS) {
            throw new GrammarException(
                    "The grammar has %d chars, more than %d.".formatted(text.length(), MAX_CHARS));
        }
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (c == 0) {
                throw failure(i, "a NUL character ends the text for the engine; write \\x00 in a class.");
            }
            if (isSurrogate(c)) {
                throw failure(i, "half of a surrogate pair is not a character.");
            }
        }
        if (text.startsWith("%llguidance")) {
            throw failure(0, "grammars for llguidance are not supported; write GBNF.");
        }
    }

    private void rule() {
        int start = position;
        String name = name();
        skipSpace(false);
        if (!text.startsWith("::=", position)) {
            throw failure(position, "expected '::=' after the rule name '%s', found %s.".formatted(name, found()));
        }
        position += 3;
        skipSpace(true);
        int number = number(name);
        Rule earlier = rules.get(number);
        if (earlier != null) {
            throw failure(start, "rule '%s' is defined twice; the first is in line %d."
                    .formatted(name, failure(earlier.offset(), "").line()));
        }
        mentions.putIfAbsent(name, start);
        List<List<Element>> alternates = alternates(name, 0);
        rules.set(number, new Rule(name, Kind.NAMED, start, alternates));
        if (text.startsWith("\r\n", position)) {
            position += 2;
        } else if (peek() == '\n' || peek() == '\r') {
            position++;
        } else if (position < text.length()) {
            throw failure(position, "expected the end of the line, found %s.%s".formatted(found(), hint()));
        }
        skipSpace(true);
    }

    private String hint() {
        return switch (peek()) {
            case ')' -> " No '(' is open.";
            case '\'' -> " Literals stand in double quotes.";
            case '_' -> " Rule names have letters, digits and hyphens only.";
            case ':' -> " A rule begins on a line of its own; after '|' the line before goes on.";
            default -> "";
        };
    }

    private List<List<Element>> alternates(String owner, int depth) {
        List<List<Element>> alternates = new ArrayList<>();
        alternates.add(sequence(owner, depth));
        while (peek() == '|') {
            position++;
            skipSpace(true);
            alternates.add(sequence(owner, depth));
        }
        return List.copyOf(alternates);
    }

    private List<Element> sequence(String owner, int depth) {
        boolean nested = depth > 0;
        count(1, position);
        List<Element> sequence = new ArrayList<>();
        int last = 0;
        while (position < text.length()) {
            int start = position;
            int c = peek();
            if (c == '*' || c == '+' || c == '?' || c == '{') {
                Repetition repetition = repetition(nested);
                if (last == sequence.size()) {
                    throw failure(start, "'%c' has nothing before it to repeat.".formatted(c));
                }
                repeat(owner, sequence, last, repetition, start);
                skipSpace(nested);
                continue;
            }
            int end = sequence.size();
            if (c == '"') {
                literal(sequence);
            } else if (c == '[') {
                sequence.add(characterClass());
            } else if (c == '.') {
                position++;
                count(1, start);
                sequence.add(new Terminal(CharacterSet.ANY));
            } else if (c == '(') {
                sequence.add(group(owner, depth + 1));
            } else if (isNameCharacter(c)) {
                String name = name();
                mentions.putIfAbsent(name, start);
                count(1, start);
                sequence.add(new Reference(number(name)));
            } else {
                break;
            }
            last = end;
            skipSpace(nested);
        }
        return List.copyOf(sequence);
    }

    private void literal(List<Element> sequence) {
        int start = position++;
        while (peek() != '"') {
            if (position >= text.length()) {
                throw failure(start, "the literal that begins here is not closed with '\"'.");
            }
            int place = position;
            int c = character();
            if (c == 0 || isSurrogate(c)) {
                throw failure(place, "U+%04X is not a character that text can hold.".formatted(c));
            }
            count(1, place);
            sequence.add(new Terminal(CharacterSet.of(c)));
        }
        position++;
    }

    private Terminal characterClass() {
        int start = position++;
        boolean negated = peek() == '^';
        if (negated) {
            position++;
        }
        List<CharacterSet.Range> ranges = new ArrayList<>();
        while (peek() != ']') {
            if (position >= text.length()) {
                throw failure(start, "the class that begins here is not closed with ']'.");
            }
            int place = position;
            int first = character();
            int last = first;
            if (peek() == '-' && peek(1) != ']') {
                position++;
                if (position >= text.length()) {
                    throw failure(start, "the class that begins here is not closed with ']'.");
                }
                last = character();
            }
            if (last < first) {
                throw failure(place, "the range is upside down: U+%04X is after U+%04X.".formatted(first, last));
            }
            count(2, place);
            ranges.add(new CharacterSet.Range(first, last));
        }
        position++;
        if (ranges.isEmpty()) {
            throw failure(start, "the class is empty; write \"\" for nothing and . for any character.");
        }
        CharacterSet characters = CharacterSet.of(ranges, negated);
        if (!characters.canBeWritten()) {
            throw failure(start, "the class has no character that text can hold.");
        }
        return new Terminal(characters);
    }

    private Reference group(String owner, int depth) {
        int start = position++;
        if (depth > MAX_DEPTH) {
            throw failure(start, "groups are nested more than %d deep.".formatted(MAX_DEPTH));
        }
        skipSpace(true);
        int number = reserve();
        List<List<Element>> alternates = alternates(owner, depth);
        if (peek() != ')') {
            throw failure(position, "expected ')' for the '(' in line %d, found %s.%s"
                    .formatted(failure(start, "").line(), found(), peek() == ')' ? "" : hint()));
        }
        position++;
        rules.set(number, new Rule(owner, Kind.GROUP, start, alternates));
        count(1, start);
        return new Reference(number);
    }

    /** How often; {@code most} may be {@link #UNBOUNDED}. */
    private record Repetition(int least, int most) {}

    private Repetition repetition(boolean nested) {
        int start = position;
        char sign = text.charAt(position++);
        if (sign != '{') {
            return new Repetition(sign == '+' ? 1 : 0, sign == '?' ? 1 : UNBOUNDED);
        }
        skipSpace(nested);
        int least = integer();
        skipSpace(nested);
        int most = least;
        if (peek() == ',') {
            position++;
            skipSpace(nested);
            most = isDigit(peek()) ? integer() : UNBOUNDED;
            skipSpace(nested);
        }
        if (peek() != '}') {
            throw failure(position, "expected '}' of {m}, {m,} or {m,n}, found %s.".formatted(found()));
        }
        position++;
        if (most != UNBOUNDED && most < least) {
            throw failure(start, "{%d,%d} asks for at least %d and at most %d.".formatted(least, most, least, most));
        }
        return new Repetition(least, most);
    }

    private int integer() {
        int start = position;
        int value = 0;
        while (isDigit(peek())) {
            value = Math.min(value * 10 + (peek() - '0'), MAX_REPETITIONS + 1);
            position++;
        }
        if (start == position) {
            throw failure(start, "expected a number, found %s.".formatted(found()));
        }
        if (value > MAX_REPETITIONS) {
            throw failure(start, "more than %d repetitions; the engine writes each of them out.".formatted(
                    MAX_REPETITIONS));
        }
        return value;
    }

    private void repeat(String owner, List<Element> sequence, int from, Repetition repetition, int start) {
        List<Element> item = List.copyOf(sequence.subList(from, sequence.size()));
        int optional = repetition.most == UNBOUNDED ? 1 : repetition.most - repetition.least;
        long size = item.stream().mapToLong(GrammarParser::engineElements).sum();
        count(size * Math.max(0, repetition.least - 1) + optional * (size + 3), start);
        if (repetition.least == 0) {
            sequence.subList(from, sequence.size()).clear();
        }
        for (int i = 1; i < repetition.least; i++) {
            sequence.addAll(item);
        }
        int chain = -1;
        for (int i = 0; i < optional; i++) {
            int number = reserve();
            List<Element> body = new ArrayList<>(item);
            if (repetition.most == UNBOUNDED) {
                body.add(new Reference(number));
            } else if (chain >= 0) {
                body.add(new Reference(chain));
            }
            Kind kind = repetition.most == UNBOUNDED ? Kind.UNBOUNDED : Kind.OPTIONAL;
            rules.set(number, new Rule(owner, kind, start, List.of(List.copyOf(body), List.of())));
            chain = number;
        }
        if (chain >= 0) {
            sequence.add(new Reference(chain));
        }
    }

    private static int engineElements(Element element) {
        return switch (element) {
            case Reference reference -> 1;
            case Terminal terminal -> terminal.characters().engineElements();
        };
    }

    private void count(long more, int offset) {
        elements += more;
        if (elements > MAX_ELEMENTS) {
            throw failure(offset, "here the grammar grows beyond %d elements; lower its repetitions."
                    .formatted(MAX_ELEMENTS));
        }
    }

    private int number(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        int number = reserve();
        numbers.put(name, number);
        return number;
    }

    private int reserve() {
        rules.add(null);
        return rules.size() - 1;
    }

    private String name() {
        int start = position;
        while (isNameCharacter(peek())) {
            position++;
        }
        if (start == position) {
            throw failure(start, "expected a rule name, found %s.%s".formatted(found(), peek() == '|'
                    ? " A line cannot begin with '|': end the line before with it, or use parentheses."
                    : hint()));
        }
        return text.substring(start, position);
    }

    private int character() {
        int start = position;
        int c = text.codePointAt(position);
        position += Character.charCount(c);
        if (c != '\\') {
            return c;
        }
        int escape = peek();
        position++;
        return switch (escape) {
            case 'x' -> hexadecimal(start, 2);
            case 'u' -> hexadecimal(start, 4);
            case 'U' -> hexadecimal(start, 8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']' -> escape;
            default -> throw failure(start,
                    "unknown escape; the escapes are \\n \\r \\t \\\\ \\\" \\[ \\] \\xHH \\uHHHH \\UHHHHHHHH.");
        };
    }

    private int hexadecimal(int start, int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int c = peek();
            // Not Character.digit(c, 16) alone: it takes the digits of all scripts.
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw failure(start, "the escape needs %d hexadecimal digits.".formatted(digits));
            }
            value = value * 16 + digit;
            position++;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw failure(start, "the last character is U+10FFFF.");
        }
        return (int) value;
    }

    private void skipSpace(boolean lines) {
        while (position < text.length()) {
            int c = peek();
            if (c == '#') {
                while (position < text.length() && peek() != '\n' && peek() != '\r') {
                    position++;
                }
            } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
                position++;
            } else {
                return;
            }
        }
    }

    /** The char at the position, or -1 at the end. */
    private int peek() {
        return peek(0);
    }

    private int peek(int ahead) {
        return position + ahead < text.length() ? text.charAt(position + ahead) : -1;
    }

    private String found() {
        if (position >= text.length()) {
            return "the end of the text";
        }
        int c = text.codePointAt(position);
        if (c == '\n' || c == '\r') {
            return "the end of the line";
        }
        return c > ' ' && c < 0x7f ? "'%c'".formatted(c) : "U+%04X".formatted(c);
    }

    private static boolean isSurrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || isDigit(c);
    }
}
