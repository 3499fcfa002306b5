package dev.llf.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's format specification, such as {@code >8}, {@code 05.2f} or {@code ,}. */
record FormatSpec(String fill, char align, char sign, boolean alternate, boolean zero, int width, char grouping,
        int precision, char type) {

    private static final Pattern SYNTAX = Pattern
            .compile("(?s)(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,4}))?([a-zA-Z%])?");

    static FormatSpec parse(String spec) {
        Matcher m = SYNTAX.matcher(spec);
        if (!m.matches()) {
            throw new TemplateFault("a format specification is malformed");
        }
        return new FormatSpec(m.group(1) == null ? "" : m.group(1), first(m.group(2)), first(m.group(3)),
                m.group(4) != null, m.group(5) != null, m.group(6) == null ? 0 : Integer.parseInt(m.group(6)),
                first(m.group(7)), m.group(8) == null ? -1 : Integer.parseInt(m.group(8)), first(m.group(9)));
    }

    private static char first(@Nullable String group) {
        return group == null ? 0 : group.charAt(0);
    }

    Text apply(Object value, Budget budget) {
        if (value instanceof Text text) {
            return applyTo(text, budget);
        }
        if (!Numbers.isNumber(value) || (value instanceof Boolean && type == 0)) {
            throw new TemplateFault("%s takes no format specification".formatted(Types.name(value)));
        }
        return padded(signed(value), budget);
    }

    private Text applyTo(Text text, Budget budget) {
        if ((type != 0 && type != 's') || sign != 0 || alternate || grouping != 0 || align == '=') {
            throw new TemplateFault("a format specification does not suit a string");
        }
        Text cut = precision >= 0 && precision < text.length() ? text.sub(0, text.offset(precision)) : text;
        String filler = fill.isEmpty() ? zero ? "0" : " " : fill;
        int missing = Math.max(0, width - cut.length());
        int before = switch (align) {
            case '>' -> missing;
            case '^' -> missing / 2;
            default -> 0;
        };
        return new TextBuilder(budget).repeat(Text.own(filler), before).append(cut)
                .repeat(Text.own(filler), missing - before).toText();
    }

    /** The number's sign, its prefix, and the digits, each as one part. */
    private String[] signed(Object value) {
        boolean negative = value instanceof Double real ? real < 0 || 1 / real < 0 : Numbers.big(value).signum() < 0;
        String mark = negative ? "-" : sign == '+' ? "+" : sign == ' ' ? " " : "";
        boolean integral = !(value instanceof Double) && (type == 0 || "bcdoxXn".indexOf(type) >= 0);
        if (integral) {
            return new String[] {mark + prefix(), integer(Numbers.big(value).abs())};
        }
        return new String[] {mark, real(Math.abs(Numbers.toDouble(value)), value instanceof Double)};
    }

    private String prefix() {
        return alternate && "boxX".indexOf(type) >= 0 && type != 0 ? "0" + type : "";
    }

    private String integer(BigInteger number) {
        if (precision >= 0) {
            throw new TemplateFault("a precision does not suit an integer");
        }
        return switch (type) {
            case 'b' -> grouped(number.toString(2), 4);
            case 'o' -> grouped(number.toString(8), 4);
            case 'x' -> grouped(number.toString(16), 4);
            case 'X' -> grouped(number.toString(16).toUpperCase(Locale.ROOT), 4);
            case 'c' -> Character.toString(number.intValueExact());
            default -> grouped(number.toString(), 3);
        };
    }

    private String real(double number, boolean isFloat) {
        String digits = switch (type) {
            case 'f', 'F' -> RealText.fixed(number, precision < 0 ? 6 : precision);
            case 'e', 'E' -> RealText.scientific(number, precision < 0 ? 6 : precision);
            case 'g', 'G', 'n' -> RealText.general(number, precision < 0 ? 6 : precision, alternate);
            case '%' -> RealText.fixed(number * 100, precision < 0 ? 6 : precision) + "%";
            case 0 -> precision < 0 ? Printer.real(number) : RealText.shortest(number, precision);
            default -> throw new TemplateFault("a format specification does not suit %s".formatted(
                    isFloat ? "a float" : "an integer"));
        };
        String cased = Character.isUpperCase(type) ? digits.toUpperCase(Locale.ROOT) : digits;
        int end = 0;
        while (end < cased.length() && Character.isDigit(cased.charAt(end))) {
            end++;
        }
        return grouped(cased.substring(0, end), 3) + cased.substring(end);
    }

    private String grouped(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        if (grouping == ',' && size == 4) {
            throw new TemplateFault("',' in a format specification needs a decimal number");
        }
        var out = new StringBuilder(digits);
        for (int i = digits.length() - size; i > 0; i -= size) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private Text padded(String[] number, Budget budget) {
        boolean zeros = zero && align == 0 && fill.isEmpty();
        int missing = Math.max(0, width - number[0].length() - number[1].length());
        Text filler = Text.own(!fill.isEmpty() ? fill : zero ? "0" : " ");
        if (zeros && grouping != 0 && missing > 0) {
            throw new TemplateFault("zero padding with digit grouping is not supported");
        }
        var out = new TextBuilder(budget);
        switch (zeros ? '=' : align) {
            case '<' -> out.append(number[0] + number[1]).repeat(filler, missing);
            case '=' -> out.append(number[0]).repeat(filler, missing).append(number[1]);
            case '^' ->
                out.repeat(filler, missing / 2).append(number[0] + number[1]).repeat(filler, missing - missing / 2);
            default -> out.repeat(filler, missing).append(number[0] + number[1]);
        }
        return out.toText();
    }
}
