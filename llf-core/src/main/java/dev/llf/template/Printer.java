package dev.llf.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Map;

/** Values as Python's {@code str} and {@code repr} write them. */
final class Printer {

    private final Budget budget;

    Printer(Budget budget) {
        this.budget = budget;
    }

    /** What printing a value writes. */
    Text str(Object value) {
        return switch (value) {
            case Text text -> text.asMarkup(false);
            case Undefined undefined -> Text.EMPTY;
            default -> repr(value);
        };
    }

    /** A value as it shows up inside a list. If it holds any foreign text, all of the result is foreign, also quotes. */
    Text repr(Object value) {
        var out = new StringBuilder();
        var origin = new Origin();
        write(value, out, origin);
        return Text.of(out.toString(), origin.foreign);
    }

    private static final class Origin {
        private boolean foreign;
    }

    private void write(Object value, StringBuilder out, Origin origin) {
        int before = out.length();
        budget.enter();
        switch (value) {
            case Text text -> {
                origin.foreign |= text.anyForeign();
                quote(text, out);
            }
            case Boolean flag -> out.append(flag ? "True" : "False");
            case Long number -> out.append(number);
            case BigInteger number -> out.append(number);
            case Double number -> out.append(real(number));
            case None none -> out.append("None");
            case Undefined undefined -> out.append("Undefined");
            case Sequence sequence -> sequence(sequence, out, origin);
            case Dict dict -> dict(dict, out, origin);
            case DictView view -> view(view, out, origin);
            case Namespace namespace -> namespace(namespace, out, origin);
            case Range range -> out.append(range);
            case Macro macro -> out.append(macro.described());
            case LoopState loop -> out.append("<LoopContext %d/%d>".formatted(loop.index0() + 1, loop.length()));
            default -> throw new TemplateFault("%s cannot be printed".formatted(Types.name(value)));
        }
        budget.leave();
        budget.produce(out.length() - before, out.length());
    }

    private void sequence(Sequence sequence, StringBuilder out, Origin origin) {
        out.append(sequence.isList() ? '[' : '(');
        items(sequence.items().iterator(), out, origin);
        if (!sequence.isList() && sequence.size() == 1) {
            out.append(',');
        }
        out.append(sequence.isList() ? ']' : ')');
    }

    private void items(Iterator<Object> items, StringBuilder out, Origin origin) {
        while (items.hasNext()) {
            write(items.next(), out, origin);
            if (items.hasNext()) {
                out.append(", ");
            }
        }
    }

    private void dict(Dict dict, StringBuilder out, Origin origin) {
        out.append('{');
        String separator = "";
        for (Dict.Entry entry : dict.entries()) {
            out.append(separator);
            write(entry.key(), out, origin);
            out.append(": ");
            write(entry.value(), out, origin);
            separator = ", ";
        }
        out.append('}');
    }

    private void view(DictView view, StringBuilder out, Origin origin) {
        out.append(switch (view.part()) {
            case KEYS -> "dict_keys([";
            case VALUES -> "dict_values([";
            case ITEMS -> "dict_items([";
        });
        items(view.items().iterator(), out, origin);
        out.append("])");
    }

    /** Where the names of the attributes came from is not known. */
    private void namespace(Namespace namespace, StringBuilder out, Origin origin) {
        var attributes = new Dict();
        for (Map.Entry<String, Object> attribute : namespace.attributes().entrySet()) {
            attributes.put(Text.foreign(attribute.getKey()), attribute.getValue());
        }
        out.append("<Namespace ");
        dict(attributes, out, origin);
        out.append('>');
    }

    private void quote(Text text, StringBuilder out) {
        if (text.markup()) {
            out.append("Markup(");
        }
        String value = text.value();
        budget.produce(value.length(), (long) out.length() + value.length());
        char quote = value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        value.codePoints().forEach(c -> character(c, quote, out));
        out.append(quote);
        if (text.markup()) {
            out.append(')');
        }
    }

    private static void character(int c, char quote, StringBuilder out) {
        if (c == quote || c == '\\') {
            out.append('\\').appendCodePoint(c);
        } else if (Chars.isPrintable(c)) {
            out.appendCodePoint(c);
        } else {
            out.append(switch (c) {
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                case '\t' -> "\\t";
                default -> (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c);
            });
        }
    }

    /** The shortest digits that read back as the same float, with an exponent from 1e16 and below 1e-4. */
    static String real(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        return exponent < -4 || exponent >= 16 ? scientific(exact, exponent) : plain(exact);
    }

    private static String plain(BigDecimal number) {
        String digits = number.toPlainString();
        return digits.indexOf('.') < 0 ? digits + ".0" : digits;
    }

    private static String scientific(BigDecimal number, int exponent) {
        String digits = number.unscaledValue().abs().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return (number.signum() < 0 ? "-" : "") + digits.charAt(0) + fraction
                + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
