package dev.llf.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. Results keep the origin of every character that they keep. */
final class StringMethods {

    private interface Method {

        Object call(Text self, Arguments arguments, Interpreter interpreter);
    }

    private static final Map<String, Method> METHODS = new HashMap<>();

    static {
        mapping("upper", text -> text.toUpperCase(Locale.ROOT));
        mapping("lower", text -> text.toLowerCase(Locale.ROOT));
        mapping("casefold", text -> text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
        mapping("swapcase", StringMethods::swapCase);
        mapping("capitalize", StringMethods::capitalize);
        mapping("title", StringMethods::title);
        test("isspace", text -> Chars.all(text, Chars::isSpace));
        test("isalpha", text -> Chars.all(text, Character::isLetter));
        test("isalnum", text -> Chars.all(text, c -> Character.isLetter(c) || Chars.isNumeric(c) || Chars.isDigit(c)));
        test("isdigit", text -> Chars.all(text, Chars::isDigit));
        test("isdecimal", text -> Chars.all(text, Character::isDigit));
        test("isnumeric", text -> Chars.all(text, Chars::isNumeric));
        test("islower", Chars::isLower);
        test("isupper", Chars::isUpper);
        test("istitle", Chars::isTitle);
        test("isascii", text -> text.chars().allMatch(c -> c < 128));
        test("isprintable", text -> text.codePoints().allMatch(Chars::isPrintable));
        test("isidentifier", Chars::isIdentifier);
        METHODS.put("strip", (self, arguments, interpreter) -> strip(self, arguments, true, true));
        METHODS.put("lstrip", (self, arguments, interpreter) -> strip(self, arguments, true, false));
        METHODS.put("rstrip", (self, arguments, interpreter) -> strip(self, arguments, false, true));
        METHODS.put("split", (self, arguments, interpreter) -> split(self, arguments, interpreter, false));
        METHODS.put("rsplit", (self, arguments, interpreter) -> split(self, arguments, interpreter, true));
        METHODS.put("splitlines", StringMethods::splitLines);
        METHODS.put("partition", (self, arguments, interpreter) -> partition(self, arguments, interpreter, false));
        METHODS.put("rpartition", (self, arguments, interpreter) -> partition(self, arguments, interpreter, true));
        METHODS.put("startswith", (self, arguments, interpreter) -> affix(self, arguments, true));
        METHODS.put("endswith", (self, arguments, interpreter) -> affix(self, arguments, false));
        METHODS.put("removeprefix", (self, arguments, interpreter) -> removePrefix(self, arguments));
        METHODS.put("removesuffix", (self, arguments, interpreter) -> removeSuffix(self, arguments));
        METHODS.put("find", (self, arguments, interpreter) -> find(self, arguments, interpreter, false));
        METHODS.put("rfind", (self, arguments, interpreter) -> find(self, arguments, interpreter, true));
        METHODS.put("index", (self, arguments, interpreter) -> index(self, arguments, interpreter, false));
        METHODS.put("rindex", (self, arguments, interpreter) -> index(self, arguments, interpreter, true));
        METHODS.put("count", StringMethods::count);
        METHODS.put("replace", StringMethods::replace);
        METHODS.put("join", StringMethods::join);
        METHODS.put("format", StringMethods::format);
        METHODS.put("zfill", StringMethods::zeroFill);
        METHODS.put("ljust", (self, arguments, interpreter) -> justify(self, arguments, interpreter, -1));
        METHODS.put("rjust", (self, arguments, interpreter) -> justify(self, arguments, interpreter, 1));
        METHODS.put("center", (self, arguments, interpreter) -> justify(self, arguments, interpreter, 0));
    }

    private StringMethods() {}

    static @Nullable Callable named(Text self, String name) {
        Method method = METHODS.get(name);
        if (method == null) {
            return null;
        }
        return (arguments, interpreter) -> {
            interpreter.budget().read(self);
            return marked(method.call(self, self.markup() ? escaped(arguments) : arguments, interpreter),
                    self.markup());
        };
    }

    /** Methods of text marked safe escape their arguments. */
    private static Arguments escaped(Arguments arguments) {
        List<Object> positional = new ArrayList<>();
        arguments.positional().forEach(value -> positional.add(
                value instanceof Text text && !text.markup() ? Markup.escaped(text) : value));
        return new Arguments(positional, arguments.keywords(), arguments.foreignNames());
    }

    private static Object marked(Object result, boolean markup) {
        if (result instanceof Text text) {
            return text.asMarkup(markup);
        }
        if (markup && result instanceof Sequence sequence) {
            return new Sequence(sequence.items().stream().map(item -> marked(item, true)).toList(), sequence.kind());
        }
        return result;
    }

    private static void mapping(String name, UnaryOperator<String> change) {
        METHODS.put(name, (self, arguments, interpreter) -> {
            arguments.only(name, 0, 0);
            Text result = self.mapped(change);
            interpreter.budget().produce(result.value().length(), result.value().length());
            return result;
        });
    }

    private static void test(String name, Predicate<String> test) {
        METHODS.put(name, (self, arguments, interpreter) -> {
            arguments.only(name, 0, 0);
            return test.test(self.value());
        });
    }

    static Text text(Object value, String method) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateFault("'%s' of a string needs a string, found %s".formatted(method, Types.name(value)));
    }

    private static String swapCase(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            out.append(Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one.toLowerCase(Locale.ROOT));
        });
        return out.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titled(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titled(int c) {
        int title = Character.toTitleCase(c);
        return title == c ? Character.toString(c).toUpperCase(Locale.ROOT) : Character.toString(title);
    }

    private static String title(String text) {
        var out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titled(c));
            inWord = Chars.isCased(c);
        }
        return out.toString();
    }

    private static Text strip(Text self, Arguments arguments, boolean left, boolean right) {
        List<Object> given = arguments.only("strip", 0, 1);
        Object chars = given.isEmpty() ? None.NONE : given.get(0);
        return stripped(self, chars == None.NONE ? null : text(chars, "strip"), left, right);
    }

    static Text stripped(Text self, @Nullable Text chars, boolean left, boolean right) {
        String value = self.value();
        IntPredicate gone = chars == null ? Chars::isSpace : c -> chars.value().indexOf(c) >= 0;
        int start = 0;
        int end = value.length();
        while (left && start < end && gone.test(value.codePointAt(start))) {
            start += Character.charCount(value.codePointAt(start));
        }
        while (right && end > start && gone.test(value.codePointBefore(end))) {
            end -= Character.charCount(value.codePointBefore(end));
        }
        return self.sub(start, end);
    }

    private static Sequence split(Text self, Arguments arguments, Interpreter interpreter, boolean fromRight) {
        Arguments.Bound bound = arguments.bind("split", "sep", "maxsplit");
        int max = bound.count(1, -1);
        int limit = max < 0 ? Integer.MAX_VALUE : max;
        List<Object> parts;
        if (bound.absentOrNone(0)) {
            parts = fromRight ? wordsFromRight(self, limit) : words(self, limit);
        } else {
            Text separator = text(bound.required(0), "split");
            if (separator.isEmpty()) {
                throw new TemplateFault("a string cannot be split at the empty string");
            }
            interpreter.budget().search(self, separator);
            parts = fromRight ? splitFromRight(self, separator.value(), limit) : split(self, separator.value(), limit);
        }
        interpreter.budget().spend(parts.size());
        return Sequence.list(parts);
    }

    static List<Object> split(Text self, String separator, int limit) {
        List<Object> parts = new ArrayList<>();
        int start = 0;
        for (int at = self.value().indexOf(separator); at >= 0
                && parts.size() < limit; at = self.value().indexOf(separator, start)) {
            parts.add(self.sub(start, at));
            start = at + separator.length();
        }
        parts.add(self.from(start));
        return parts;
    }

    static List<Object> splitFromRight(Text self, String separator, int limit) {
        List<Object> parts = new ArrayList<>();
        int end = self.value().length();
        while (parts.size() < limit) {
            int at = self.value().lastIndexOf(separator, end - separator.length());
            if (at < 0 || end < separator.length()) {
                break;
            }
            parts.add(self.sub(at + separator.length(), end));
            end = at;
        }
        parts.add(self.sub(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static List<Object> words(Text self, int limit) {
        List<Object> parts = new ArrayList<>();
        String value = self.value();
        int at = skip(value, 0, true);
        while (at < value.length()) {
            if (parts.size() == limit) {
                parts.add(self.from(at));
                break;
            }
            int end = skip(value, at, false);
            parts.add(self.sub(at, end));
            at = skip(value, end, true);
        }
        return parts;
    }

    private static int skip(String value, int from, boolean space) {
        int at = from;
        while (at < value.length() && Chars.isSpace(value.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    private static List<Object> wordsFromRight(Text self, int limit) {
        List<Object> parts = new ArrayList<>();
        String value = self.value();
        int end = skipBack(value, value.length(), true);
        while (end > 0) {
            if (parts.size() == limit) {
                parts.add(self.sub(0, end));
                break;
            }
            int start = skipBack(value, end, false);
            parts.add(self.sub(start, end));
            end = skipBack(value, start, true);
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int skipBack(String value, int from, boolean space) {
        int at = from;
        while (at > 0 && Chars.isSpace(value.charAt(at - 1)) == space) {
            at--;
        }
        return at;
    }

    private static Sequence splitLines(Text self, Arguments arguments, Interpreter interpreter) {
        List<Object> lines = lines(self, arguments.bind("splitlines", "keepends").flag(0));
        interpreter.budget().spend(lines.size());
        return Sequence.list(lines);
    }

    static List<Object> lines(Text self, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        String value = self.value();
        int start = 0;
        for (int at = 0; at < value.length(); at++) {
            if (Chars.isLineEnd(value.charAt(at))) {
                int end = value.startsWith("\r\n", at) ? at + 2 : at + 1;
                lines.add(self.sub(start, keepEnds ? end : at));
                start = end;
                at = end - 1;
            }
        }
        if (start < value.length()) {
            lines.add(self.from(start));
        }
        return lines;
    }

    private static Sequence partition(Text self, Arguments arguments, Interpreter interpreter, boolean last) {
        Text separator = text(arguments.only("partition", 1, 1).get(0), "partition");
        if (separator.isEmpty()) {
            throw new TemplateFault("a string cannot be split at the empty string");
        }
        interpreter.budget().search(self, separator);
        int at = last ? self.value().lastIndexOf(separator.value()) : self.value().indexOf(separator.value());
        if (at < 0) {
            return last ? Sequence.tuple(Text.EMPTY, Text.EMPTY, self) : Sequence.tuple(self, Text.EMPTY, Text.EMPTY);
        }
        return Sequence.tuple(self.sub(0, at), separator, self.from(at + separator.value().length()));
    }

    private static boolean affix(Text self, Arguments arguments, boolean start) {
        List<Object> given = arguments.only(start ? "startswith" : "endswith", 1, 3);
        Text within = within(self, given);
        if (within == null) {
            return false;
        }
        List<Object> affixes = given.get(0) instanceof Sequence tuple && !tuple.isList() ? tuple.items()
                : List.of(given.get(0));
        for (Object affix : affixes) {
            String wanted = text(affix, start ? "startswith" : "endswith").value();
            if (start ? within.value().startsWith(wanted) : within.value().endsWith(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** The part between the bounds that may follow a method's first argument; null if they leave no place at all. */
    private static @Nullable Text within(Text self, List<Object> given) {
        if (given.size() == 1) {
            return self;
        }
        Slicing slicing = slicing(self, given);
        if (slicing == null) {
            return null;
        }
        int from = self.offset(slicing.first());
        return self.sub(from, self.offset(slicing.first() + slicing.size()));
    }

    private static @Nullable Slicing slicing(Text self, List<Object> given) {
        Object start = given.size() > 1 ? given.get(1) : None.NONE;
        boolean beyond = start != None.NONE && Numbers.toLong(start, "a start") > self.length();
        return beyond ? null : Slicing.of(self.length(), start, given.size() > 2 ? given.get(2) : null, null);
    }

    private static Text removePrefix(Text self, Arguments arguments) {
        String prefix = text(arguments.only("removeprefix", 1, 1).get(0), "removeprefix").value();
        return self.value().startsWith(prefix) ? self.from(prefix.length()) : self;
    }

    private static Text removeSuffix(Text self, Arguments arguments) {
        String suffix = text(arguments.only("removesuffix", 1, 1).get(0), "removesuffix").value();
        return self.value().endsWith(suffix) ? self.sub(0, self.value().length() - suffix.length()) : self;
    }

    private static Object find(Text self, Arguments arguments, Interpreter interpreter, boolean last) {
        List<Object> given = arguments.only("find", 1, 3);
        Text part = text(given.get(0), "find");
        interpreter.budget().search(self, part);
        Text within = within(self, given);
        if (within == null) {
            return -1L;
        }
        int at = last ? within.value().lastIndexOf(part.value()) : within.value().indexOf(part.value());
        Slicing slicing = slicing(self, given);
        return at < 0 || slicing == null ? -1L : (long) within.index(at) + slicing.first();
    }

    private static Object index(Text self, Arguments arguments, Interpreter interpreter, boolean last) {
        Object found = find(self, arguments, interpreter, last);
        if (found.equals(-1L)) {
            throw new TemplateFault("the string to be found is not there");
        }
        return found;
    }

    private static Object count(Text self, Arguments arguments, Interpreter interpreter) {
        List<Object> given = arguments.only("count", 1, 3);
        Text part = text(given.get(0), "count");
        interpreter.budget().search(self, part);
        Text within = within(self, given);
        if (within == null) {
            return 0L;
        }
        return part.isEmpty() ? within.length() + 1L : split(within, part.value(), Integer.MAX_VALUE).size() - 1L;
    }

    private static Text replace(Text self, Arguments arguments, Interpreter interpreter) {
        List<Object> given = arguments.only("replace", 2, 3);
        int max = given.size() > 2 ? Numbers.toInt(given.get(2), "a count") : -1;
        return replace(self, text(given.get(0), "replace"), text(given.get(1), "replace"), max, interpreter.budget());
    }

    static Text replace(Text self, Text old, Text fresh, int max, Budget budget) {
        budget.search(self, old);
        int limit = max < 0 ? Integer.MAX_VALUE : max;
        if (old.isEmpty()) {
            return interleave(self, fresh, limit, budget);
        }
        List<Object> parts = split(self, old.value(), limit);
        return parts.size() == 1 ? self : join(fresh, parts, budget);
    }

    private static Text interleave(Text self, Text fresh, int limit, Budget budget) {
        var out = new TextBuilder(budget);
        int done = 0;
        for (Object character : new Iteration(budget).list(self)) {
            if (done++ < limit) {
                out.append(fresh);
            }
            out.append((Text) character);
        }
        return (done < limit ? out.append(fresh) : out).toText();
    }

    private static Text join(Text self, Arguments arguments, Interpreter interpreter) {
        List<Object> parts = new Iteration(interpreter.budget()).list(arguments.only("join", 1, 1).get(0));
        List<Object> texts = new ArrayList<>();
        for (Object part : parts) {
            Text text = text(part, "join");
            texts.add(self.markup() && !text.markup() ? Markup.escaped(text) : text);
        }
        return join(self, texts, interpreter.budget());
    }

    static Text join(Text separator, List<Object> texts, Budget budget) {
        var out = new TextBuilder(budget);
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.append(separator);
            }
            out.append((Text) texts.get(i));
        }
        return out.toText();
    }

    private static Text format(Text self, Arguments arguments, Interpreter interpreter) {
        if (self.markup()) {
            throw new TemplateFault("'format' of a string marked safe is not supported");
        }
        return new BraceFormat(interpreter, arguments).apply(self);
    }

    private static Text zeroFill(Text self, Arguments arguments, Interpreter interpreter) {
        int width = Numbers.toInt(arguments.only("zfill", 1, 1).get(0), "a width");
        boolean signed = self.value().startsWith("-") || self.value().startsWith("+");
        int sign = signed ? 1 : 0;
        return new TextBuilder(interpreter.budget()).append(self.sub(0, sign))
                .repeat(Text.own("0"), Math.max(0, width - self.length())).append(self.from(sign)).toText();
    }

    private static Text justify(Text self, Arguments arguments, Interpreter interpreter, int direction) {
        List<Object> given = arguments.only("a justifying method", 1, 2);
        Text fill = given.size() == 2 ? text(given.get(1), "center") : Text.own(" ");
        if (fill.length() != 1) {
            throw new TemplateFault("a fill must be one character");
        }
        int missing = Math.max(0, Numbers.toInt(given.get(0), "a width") - self.length());
        int left = direction < 0 ? 0 : direction > 0 ? missing : centred(missing, missing + self.length());
        return pad(self, fill, left, missing - left, interpreter.budget());
    }

    /** How much of an odd padding goes to the left depends on the width, as in Python. */
    static int centred(int missing, int width) {
        return missing / 2 + (missing & width & 1);
    }

    static Text pad(Text self, Text fill, int left, int right, Budget budget) {
        return new TextBuilder(budget).repeat(fill, left).append(self).repeat(fill, right).toText();
    }
}
