package dev.llf.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that make or change numbers. */
final class NumberFilters {

    private static final Pattern FLOAT = Pattern.compile(
            "[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");
    private static final Pattern SPECIAL_FLOAT = Pattern.compile("([+-]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final Pattern INTEGER = Pattern
            .compile("([+-]?)(0[xX]|0[oO]|0[bB])?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)");

    private NumberFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("abs", (value, arguments, interpreter) -> Numbers.absolute(number(value)));
        filters.put("int", (value, arguments, interpreter) -> toInteger(value, arguments));
        filters.put("float", (value, arguments, interpreter) -> {
            Double real = real(value);
            return real != null ? real : arguments.bind("float", "default").or(0, 0.0);
        });
        filters.put("round", (value, arguments, interpreter) -> round(value, arguments));
        filters.put("length", (value, arguments, interpreter) -> length(value, arguments));
        filters.put("count", (value, arguments, interpreter) -> length(value, arguments));
        filters.put("sum", NumberFilters::sum);
    }

    private static Object number(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value)) {
            throw new TemplateFault("a number is needed, found %s".formatted(Types.name(value)));
        }
        return value;
    }

    private static long length(Object value, Arguments arguments) {
        arguments.only("length", 0, 0);
        return Iteration.length(value);
    }

    private static Object toInteger(Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("int", "default", "base");
        Object fallback = bound.or(0, 0L);
        if (value instanceof Text text) {
            Object parsed = integer(text.value(), bound.count(1, 10));
            if (parsed != null) {
                return parsed;
            }
        } else if (Numbers.isInteger(value)) {
            return Numbers.normal(Numbers.big(value));
        }
        Double real = real(value);
        if (real != null && real.isInfinite() && !(value instanceof Text)) {
            throw new TemplateFault("an infinite float has no integer value");
        }
        return real == null || !Double.isFinite(real) ? fallback : Numbers.truncated(real);
    }

    private static @Nullable Object integer(String text, int base) {
        if (base != 0 && (base < 2 || base > 36)) {
            return null;
        }
        var matcher = INTEGER.matcher(text.strip());
        if (!matcher.matches() || text.length() > Numbers.MAX_DIGITS) {
            return null;
        }
        int prefixBase = switch (matcher.group(2) == null ? "" : matcher.group(2).substring(1).toLowerCase(
                Locale.ROOT)) {
            case "x" -> 16;
            case "o" -> 8;
            case "b" -> 2;
            default -> 0;
        };
        String digits = matcher.group(3).replace("_", "");
        if (prefixBase != 0 && base != 0 && base != prefixBase) {
            digits = text.strip().replaceFirst("^[+-]", "").replace("_", "");
            prefixBase = base;
        }
        return integer(matcher.group(1) + digits, base, prefixBase);
    }

    private static @Nullable Object integer(String digits, int base, int prefixBase) {
        try {
            return Numbers.normal(new BigInteger(digits, base == 0 ? prefixBase == 0 ? 10 : prefixBase : base));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Double real(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (Numbers.isNumber(value)) {
            return Numbers.toDouble(value);
        }
        return value instanceof Text text ? real(text.value()) : null;
    }

    private static @Nullable Double real(String text) {
        String stripped = text.strip();
        var special = SPECIAL_FLOAT.matcher(stripped);
        if (special.matches()) {
            double size = special.group(2).toLowerCase(Locale.ROOT).startsWith("i") ? Double.POSITIVE_INFINITY
                    : Double.NaN;
            return special.group(1).equals("-") ? -size : size;
        }
        boolean number = stripped.length() <= Numbers.MAX_DIGITS && FLOAT.matcher(stripped).matches();
        return number ? Double.valueOf(stripped.replace("_", "")) : null;
    }

    private static Object round(Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("round", "precision", "method");
        Object number = number(value);
        int precision = bound.count(0, 0);
        String method = StringMethods.text(bound.or(1, Text.own("common")), "round").value();
        return switch (method) {
            case "common" -> Numbers.round(number, precision);
            case "ceil", "floor" -> roundTo(number, precision, method.equals("ceil"));
            default -> throw new TemplateFault("the method of 'round' must be 'common', 'ceil' or 'floor'");
        };
    }

    private static Object roundTo(Object number, int precision, boolean up) {
        Object factor = Numbers.power(10L, (long) precision);
        Object scaled = Numbers.multiply(number, factor);
        Object whole = scaled instanceof Double real ? Numbers.truncated(up ? Math.ceil(real) : Math.floor(real))
                : scaled;
        return Numbers.divide(whole, factor);
    }

    private static Object sum(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("sum", "attribute", "start");
        List<Object> path = ListFilters.path(bound.optional(0));
        Object sum = bound.or(1, 0L);
        if (sum instanceof Text) {
            throw new TemplateFault("'sum' does not add strings; use 'join'");
        }
        var operators = new Operators(interpreter);
        for (Iterator<Object> items = new Iteration(interpreter.budget()).of(value); items.hasNext();) {
            sum = operators.apply("+", sum, interpreter.access().path(items.next(), path));
        }
        return sum;
    }
}
