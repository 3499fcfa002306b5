package dev.llf.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code json.dumps}.
 *
 * <p>If the value holds any foreign string, also as a key, all of the result is foreign, punctuation included.
 */
final class JsonWriter {

    /** The options of {@code json.dumps}. */
    record Options(boolean asciiOnly, @Nullable Text indent, Text itemSeparator, Text keySeparator, boolean sortKeys) {}

    private final Options options;
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();
    private boolean foreign;
    private int level;

    JsonWriter(Options options, Budget budget) {
        this.options = options;
        this.budget = budget;
        this.foreign = options.itemSeparator().anyForeign() || options.keySeparator().anyForeign()
                || (options.indent() != null && options.indent().anyForeign());
    }

    Text write(Object value) {
        value(value);
        return Text.of(out.toString(), foreign);
    }

    private void value(Object value) {
        int before = out.length();
        budget.enter();
        switch (value) {
            case Text text -> string(text);
            case None none -> out.append("null");
            case Boolean flag -> out.append(flag);
            case Long number -> out.append(number);
            case BigInteger number -> out.append(number);
            case Double number -> out.append(real(number));
            case Sequence sequence -> array(sequence.items());
            case Dict dict -> object(dict);
            default -> throw new TemplateFault("%s cannot be written as JSON".formatted(Types.name(value)));
        }
        budget.leave();
        budget.produce(out.length() - before, out.length());
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? number > 0 ? "Infinity" : "-Infinity" : Printer.real(number);
    }

    private void array(List<Object> items) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        level++;
        for (Iterator<Object> rest = items.iterator(); rest.hasNext();) {
            newLine();
            value(rest.next());
            separate(rest);
        }
        close(']');
    }

    private void object(Dict dict) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        out.append('{');
        level++;
        for (Iterator<Dict.Entry> rest = entries(dict).iterator(); rest.hasNext();) {
            Dict.Entry entry = rest.next();
            newLine();
            key(entry.key());
            out.append(options.keySeparator());
            value(entry.value());
            separate(rest);
        }
        close('}');
    }

    private Collection<Dict.Entry> entries(Dict dict) {
        if (!options.sortKeys()) {
            return dict.entries();
        }
        List<Comparison.Keyed> keyed = new ArrayList<>();
        dict.entries().forEach(entry -> keyed.add(new Comparison.Keyed(entry.key(), entry)));
        return new Comparison(budget).sorted(keyed, false).stream().map(item -> (Dict.Entry) item.value()).toList();
    }

    private void key(Object key) {
        switch (key) {
            case Text text -> string(text);
            case None none -> out.append("\"null\"");
            case Boolean flag -> out.append('"').append(flag).append('"');
            case Long number -> out.append('"').append(number).append('"');
            case BigInteger number -> out.append('"').append(number).append('"');
            case Double number -> out.append('"').append(real(number)).append('"');
            default -> throw new TemplateFault("%s cannot be a key in JSON".formatted(Types.name(key)));
        }
    }

    private void separate(Iterator<?> rest) {
        if (rest.hasNext()) {
            out.append(options.itemSeparator());
        }
    }

    private void newLine() {
        if (options.indent() != null) {
            budget.produce((long) level * options.indent().value().length(),
                    out.length() + (long) level * options.indent().value().length());
            out.append('\n').append(options.indent().value().repeat(level));
        }
    }

    private void close(char bracket) {
        level--;
        newLine();
        out.append(bracket);
    }

    private void string(Text text) {
        foreign |= text.anyForeign();
        budget.produce(text.value().length(), (long) out.length() + text.value().length());
        out.append('"');
        for (int i = 0; i < text.value().length(); i++) {
            character(text.value().charAt(i));
        }
        out.append('"');
    }

    private void character(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\f' -> out.append("\\f");
            case '\b' -> out.append("\\b");
            default -> {
                if (c < 0x20 || (options.asciiOnly() && c > 0x7e)) {
                    out.append("\\u%04x".formatted((int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
