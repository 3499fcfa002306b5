package dev.llf.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that make text. */
final class TextFilters {

    private static final Pattern TITLE_BREAK = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/";
    private static final int TRUNCATE_LEEWAY = 5;

    private TextFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        mapping(filters, "upper", text -> text.toUpperCase(Locale.ROOT));
        mapping(filters, "lower", text -> text.toLowerCase(Locale.ROOT));
        mapping(filters, "capitalize", StringMethods::capitalize);
        mapping(filters, "title", TextFilters::title);
        filters.put("string",
                (value, arguments, interpreter) -> value instanceof Text ? value : interpreter.printer().str(value));
        filters.put("safe", (value, arguments, interpreter) -> interpreter.printer().str(value).asMarkup(true));
        filters.put("escape", (value, arguments, interpreter) -> escape(value, interpreter));
        filters.put("e", (value, arguments, interpreter) -> escape(value, interpreter));
        filters.put("forceescape", (value, arguments, interpreter) -> Markup.escaped(interpreter.printer().str(value)));
        filters.put("trim", TextFilters::trim);
        filters.put("center", TextFilters::center);
        filters.put("replace", TextFilters::replace);
        filters.put("format", TextFilters::format);
        filters.put("indent", TextFilters::indent);
        filters.put("truncate", TextFilters::truncate);
        filters.put("join", TextFilters::join);
        filters.put("wordcount", (value, arguments, interpreter) -> words(text(value, interpreter).value()));
        filters.put("urlencode", TextFilters::urlEncode);
        filters.put("tojson", TextFilters::toJson);
    }

    private static void mapping(Map<String, Filters.Filter> filters, String name, UnaryOperator<String> change) {
        filters.put(name, (value, arguments, interpreter) -> {
            arguments.only("the filter '" + name + "'", 0, 0);
            Text result = text(value, interpreter).mapped(change);
            interpreter.budget().produce(result.value().length(), result.value().length());
            return result;
        });
    }

    /** The value as text, still marked safe if it is. */
    private static Text text(Object value, Interpreter interpreter) {
        return value instanceof Text text ? text : interpreter.printer().str(value);
    }

    private static String title(String text) {
        var out = new StringBuilder();
        Matcher gap = TITLE_BREAK.matcher(text);
        int at = 0;
        while (gap.find()) {
            out.append(StringMethods.capitalize(text.substring(at, gap.start()))).append(gap.group());
            at = gap.end();
        }
        return out.append(StringMethods.capitalize(text.substring(at))).toString();
    }

    private static Text escape(Object value, Interpreter interpreter) {
        Text text = text(value, interpreter);
        return text.markup() ? text : Markup.escaped(text);
    }

    private static Text trim(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("trim", "chars");
        Text chars = bound.absentOrNone(0) ? null : StringMethods.text(bound.required(0), "strip");
        return StringMethods.stripped(text(value, interpreter), chars, true, true);
    }

    private static Text center(Object value, Arguments arguments, Interpreter interpreter) {
        int width = arguments.bind("center", "width").count(0, 80);
        Text text = text(value, interpreter);
        int missing = Math.max(0, width - text.length());
        int left = StringMethods.centred(missing, width);
        return StringMethods.pad(text, Text.own(" "), left, missing - left, interpreter.budget())
                .asMarkup(text.markup());
    }

    private static Text replace(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
        Printer printer = interpreter.printer();
        int count = bound.absentOrNone(2) ? -1 : bound.count(2, -1);
        return StringMethods.replace(printer.str(value), printer.str(bound.required(0)), printer.str(bound.required(1)),
                count, interpreter.budget());
    }

    private static Object format(Object value, Arguments arguments, Interpreter interpreter) {
        if (!arguments.positional().isEmpty() && !arguments.keywords().isEmpty()) {
            throw new TemplateFault("the filter 'format' takes positional or keyword arguments, not both");
        }
        Dict named = arguments.named();
        Object values = named.size() > 0 ? named : Sequence.tuple(arguments.positional());
        return new Operators(interpreter).apply("%", text(value, interpreter), values);
    }

    private static Text indent(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("indent", "width", "first", "blank");
        Text text = StringMethods.text(value, "indent");
        Object width = bound.or(0, 4L);
        Text indent = width instanceof Text given ? given : spaces(Numbers.toInt(width, "width"), interpreter.budget());
        boolean blank = bound.flag(2);
        var out = new TextBuilder(interpreter.budget());
        if (bound.flag(1)) {
            out.append(indent);
        }
        List<Object> lines = StringMethods.lines(
                new TextBuilder(interpreter.budget()).append(text).append("\n").toText(), false);
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) lines.get(i);
            if (i > 0) {
                out.append("\n").append(blank || !line.isEmpty() ? indent : Text.EMPTY);
            }
            out.append(line);
        }
        return out.toText().asMarkup(text.markup());
    }

    private static Text spaces(int count, Budget budget) {
        return new TextBuilder(budget).repeat(Text.own(" "), count).toText();
    }

    private static Object truncate(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("truncate", "length", "killwords", "end", "leeway");
        int length = bound.count(0, 255);
        Text end = StringMethods.text(bound.or(2, Text.own("...")), "truncate");
        int leeway = bound.absentOrNone(3) ? TRUNCATE_LEEWAY : bound.count(3, TRUNCATE_LEEWAY);
        if (length < end.length() || leeway < 0) {
            throw new TemplateFault("'truncate' needs a length of at least %d and no negative leeway".formatted(
                    end.length()));
        }
        if (Iteration.length(value) <= (long) length + leeway) {
            return value;
        }
        Text text = StringMethods.text(value, "truncate");
        Text kept = text.sub(0, text.offset(length - end.length()));
        Object cut = bound.flag(1) ? kept : StringMethods.splitFromRight(kept, " ", 1).get(0);
        return new Operators(interpreter).joined(cut, end);
    }

    private static Text join(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("join", "d", "attribute");
        List<Object> path = ListFilters.path(bound.optional(1));
        List<Object> texts = new ArrayList<>();
        new Iteration(interpreter.budget()).of(value)
                .forEachRemaining(item -> texts.add(interpreter.printer().str(interpreter.access().path(item, path))));
        Text separator = interpreter.printer().str(bound.or(0, Text.EMPTY));
        return StringMethods.join(separator, texts, interpreter.budget());
    }

    private static long words(String text) {
        long words = 0;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean word = Chars.isWord(c);
            words += word && !inWord ? 1 : 0;
            inWord = word;
        }
        return words;
    }

    private static Text urlEncode(Object value, Arguments arguments, Interpreter interpreter) {
        arguments.only("urlencode", 0, 0);
        if (!(value instanceof Text) && Iteration.isIterable(value)) {
            return urlEncodePairs(value, interpreter);
        }
        return text(value, interpreter).asMarkup(false).mapped(text -> percentEncoded(text, "/"));
    }

    private static Text urlEncodePairs(Object value, Interpreter interpreter) {
        var iteration = new Iteration(interpreter.budget());
        Object pairs = value instanceof Dict dict ? new DictView(dict, DictView.Part.ITEMS) : value;
        List<Object> encoded = new ArrayList<>();
        iteration.of(pairs).forEachRemaining(pair -> {
            List<Object> parts = iteration.list(pair);
            if (parts.size() != 2) {
                throw new TemplateFault("'urlencode' needs pairs, found %d items".formatted(parts.size()));
            }
            encoded.add(new TextBuilder(interpreter.budget()).append(queryPart(parts.get(0), interpreter)).append("=")
                    .append(queryPart(parts.get(1), interpreter)).toText());
        });
        return StringMethods.join(Text.own("&"), encoded, interpreter.budget());
    }

    private static Text queryPart(Object value, Interpreter interpreter) {
        return interpreter.printer().str(value).mapped(text -> percentEncoded(text, "").replace("%20", "+"));
    }

    private static String percentEncoded(String text, String alsoSafe) {
        var out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean safe = c == '/' ? !alsoSafe.isEmpty() : URL_SAFE.indexOf(c) >= 0;
            out.append(safe ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return out.toString();
    }

    private static Text toJson(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        Text indent = bound.absentOrNone(1) ? null : jsonIndent(bound.required(1), interpreter.budget());
        Text itemSeparator = Text.own(indent == null ? ", " : ",");
        Text keySeparator = Text.own(": ");
        if (!bound.absentOrNone(2)) {
            List<Object> separators = new Iteration(interpreter.budget()).list(bound.required(2));
            if (separators.size() != 2) {
                throw new TemplateFault("'separators' must be two strings, found %d".formatted(separators.size()));
            }
            itemSeparator = StringMethods.text(separators.get(0), "tojson");
            keySeparator = StringMethods.text(separators.get(1), "tojson");
        }
        var options = new JsonWriter.Options(bound.flag(0), indent, itemSeparator, keySeparator, bound.flag(3));
        return new JsonWriter(options, interpreter.budget()).write(value);
    }

    private static Text jsonIndent(Object indent, Budget budget) {
        return indent instanceof Text text ? text : spaces(Numbers.toInt(indent, "indent"), budget);
    }
}
