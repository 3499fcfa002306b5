package dev.llf.template;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code %} on strings. */
final class PercentFormat {

    private static final Pattern FIELD = Pattern
            .compile("(?s)%(?:\\(([^()]*)\\))?([-+ #0]*)(\\*|\\d{1,9})?(?:\\.(\\*|\\d{0,4}))?[hlL]?(.)");

    private final Interpreter interpreter;
    private final Text format;
    private final Object arguments;
    private int used;

    PercentFormat(Interpreter interpreter, Text format, Object arguments) {
        this.interpreter = interpreter;
        this.format = format;
        this.arguments = arguments;
    }

    Text apply() {
        var out = new TextBuilder(interpreter.budget());
        Matcher field = FIELD.matcher(format.value());
        int at = 0;
        for (int next = percent(at); next >= 0; next = percent(at)) {
            out.append(format.sub(at, next));
            if (!field.find(next) || field.start() != next) {
                throw new TemplateFault("a '%' in a format string is not followed by a format");
            }
            field(field, out);
            at = field.end();
        }
        out.append(format.from(at));
        checkAllUsed();
        return out.toText();
    }

    private int percent(int from) {
        return format.value().indexOf('%', from);
    }

    private void checkAllUsed() {
        boolean complete = (arguments instanceof Sequence tuple && !tuple.isList()) ? used == tuple.size()
                : used == 1 || arguments instanceof Dict || arguments instanceof Sequence;
        if (!complete) {
            throw new TemplateFault("a format string has fewer formats than arguments");
        }
    }

    private void field(Matcher field, TextBuilder out) {
        char type = field.group(5).charAt(0);
        if (type == '%') {
            out.append("%");
            return;
        }
        String flags = field.group(2);
        int width = star(field.group(3), 0);
        int precision = field.group(4) == null ? -1 : star(field.group(4), 0);
        Object value = field.group(1) == null ? next() : named(field.group(1));
        String filled = flags.contains("0") && !flags.contains("-") && type != 's' && type != 'r' ? "0" : "";
        String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
        String align = flags.contains("-") || width < 0 ? "<" : filled.isEmpty() ? ">" : "=";
        out.append(formatted(value, type, precision, new Layout(filled + align, sign, flags.contains("#"),
                Math.abs(width))));
    }

    private record Layout(String align, String sign, boolean alternate, int width) {

        String spec(String tail) {
            return align + sign + (alternate ? "#" : "") + (width == 0 ? "" : width) + tail;
        }

        String textSpec(int precision) {
            return align.substring(align.length() - 1) + (width == 0 ? "" : width)
                    + (precision < 0 ? "" : "." + precision);
        }
    }

    private int star(@Nullable String size, int absent) {
        if (size == null || size.isEmpty()) {
            return absent;
        }
        return size.equals("*") ? Numbers.toInt(next(), "a width") : Integer.parseInt(size);
    }

    private Object next() {
        int index = used++;
        if (arguments instanceof Sequence tuple && !tuple.isList()) {
            if (index >= tuple.size()) {
                throw new TemplateFault("a format string has more formats than arguments");
            }
            return tuple.items().get(index);
        }
        if (index > 0) {
            throw new TemplateFault("a format string has more formats than arguments");
        }
        return arguments;
    }

    private Object named(String name) {
        if (!(arguments instanceof Dict dict)) {
            throw new TemplateFault("a format string with names needs a dict, found %s".formatted(
                    Types.name(arguments)));
        }
        Object value = dict.get(Text.own(name));
        if (value == null) {
            throw new TemplateFault("the name '%s' of a format string is not in the dict".formatted(
                    format.anyForeign() ? "…" : name));
        }
        return value;
    }

    private Text formatted(Object value, char type, int precision, Layout layout) {
        Budget budget = interpreter.budget();
        String fraction = precision < 0 ? "" : "." + precision;
        return switch (type) {
            case 's' -> FormatSpec.parse(layout.textSpec(precision)).apply(interpreter.printer().str(value), budget);
            case 'r' -> FormatSpec.parse(layout.textSpec(precision)).apply(interpreter.printer().repr(value), budget);
            case 'd', 'i', 'u' -> FormatSpec.parse(layout.spec("d")).apply(integer(value, precision), budget);
            case 'x', 'X', 'o' -> FormatSpec.parse(layout.spec("" + type)).apply(whole(value, precision), budget);
            case 'f', 'F', 'e', 'E', 'g', 'G' ->
                FormatSpec.parse(layout.spec(fraction + type)).apply(Numbers.toDouble(number(value)), budget);
            case 'c' -> FormatSpec.parse(layout.textSpec(-1)).apply(character(value), budget);
            default -> throw new TemplateFault("a format string has an unknown format");
        };
    }

    private static Object number(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value)) {
            throw new TemplateFault("a format needs a number, found %s".formatted(Types.name(value)));
        }
        return value;
    }

    private static Object integer(Object value, int precision) {
        return whole(number(value) instanceof Double real ? Numbers.truncated(real) : value, precision);
    }

    private static Object whole(Object value, int precision) {
        if (precision >= 0) {
            throw new TemplateFault("a precision for integers is not supported");
        }
        if (!Numbers.isInteger(number(value))) {
            throw new TemplateFault("a format needs an integer, found %s".formatted(Types.name(value)));
        }
        return Numbers.normal(Numbers.big(value));
    }

    private static Text character(Object value) {
        if (value instanceof Text text && text.length() == 1) {
            return text;
        }
        long code = Numbers.toLong(value, "a character");
        if (!Character.isValidCodePoint((int) code) || code != (int) code) {
            throw new TemplateFault("a character's code is out of range");
        }
        return Text.own(Character.toString((int) code));
    }
}
