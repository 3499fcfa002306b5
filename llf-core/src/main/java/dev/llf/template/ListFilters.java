package dev.llf.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters over lists and dicts. */
final class ListFilters {

    private ListFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("default", (value, arguments, interpreter) -> orDefault(value, arguments));
        filters.put("d", (value, arguments, interpreter) -> orDefault(value, arguments));
        filters.put("attr", ListFilters::attribute);
        filters.put("items", ListFilters::items);
        filters.put("list",
                (value, arguments, interpreter) -> Sequence.list(new Iteration(interpreter.budget()).list(value)));
        filters.put("first", ListFilters::first);
        filters.put("last", ListFilters::last);
        filters.put("reverse", ListFilters::reverse);
        filters.put("sort", ListFilters::sort);
        filters.put("dictsort", ListFilters::sortDict);
        filters.put("unique", ListFilters::unique);
        filters.put("min", (value, arguments, interpreter) -> extreme(value, arguments, interpreter, false));
        filters.put("max", (value, arguments, interpreter) -> extreme(value, arguments, interpreter, true));
        filters.put("groupby", ListFilters::groupBy);
        filters.put("batch", ListFilters::batch);
        filters.put("slice", ListFilters::slice);
    }

    /** The parts of an attribute path such as {@code address.city}; empty for none. */
    static List<Object> path(@Nullable Object attribute) {
        if (attribute == null || attribute == None.NONE) {
            return List.of();
        }
        if (!(attribute instanceof Text text)) {
            return List.of(attribute);
        }
        List<Object> parts = new ArrayList<>();
        for (Object part : StringMethods.split(text, ".", Integer.MAX_VALUE)) {
            Text name = (Text) part;
            boolean number = Chars.all(name.value(), c -> c >= '0' && c <= '9') && name.value().length() < 10;
            parts.add(number ? (Object) Long.valueOf(name.value()) : name);
        }
        return parts;
    }

    private static Object orDefault(Object value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("default", "default_value", "boolean");
        boolean absent = value instanceof Undefined || (bound.flag(1) && !Truth.of(value));
        return absent ? bound.or(0, Text.EMPTY) : value;
    }

    private static Object attribute(Object value, Arguments arguments, Interpreter interpreter) {
        Text name = StringMethods.text(arguments.bind("attr", "name").required(0), "attr");
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object found = interpreter.access().ownAttribute(value, name.value());
        return found != null ? found
                : new Undefined("%s has no attribute '%s'".formatted(Types.name(value), name.redacted()));
    }

    private static Object items(Object value, Arguments arguments, Interpreter interpreter) {
        arguments.only("items", 0, 0);
        if (value instanceof Undefined) {
            return new Lazy(Collections.emptyIterator());
        }
        if (!(value instanceof Dict dict)) {
            throw new TemplateFault("'items' needs a dict, found %s".formatted(Types.name(value)));
        }
        return new Lazy(new Iteration(interpreter.budget()).of(new DictView(dict, DictView.Part.ITEMS)));
    }

    private static Object first(Object value, Arguments arguments, Interpreter interpreter) {
        arguments.only("first", 0, 0);
        Iterator<Object> items = new Iteration(interpreter.budget()).of(value);
        return items.hasNext() ? items.next() : new Undefined("no first item, the sequence was empty");
    }

    private static Object last(Object value, Arguments arguments, Interpreter interpreter) {
        arguments.only("last", 0, 0);
        List<Object> items = reversible(value, interpreter);
        return items.isEmpty() ? new Undefined("no last item, the sequence was empty") : items.get(items.size() - 1);
    }

    private static List<Object> reversible(Object value, Interpreter interpreter) {
        if (value instanceof Lazy || value instanceof LoopState) {
            throw new TemplateFault("%s cannot be read backwards".formatted(Types.name(value)));
        }
        return new Iteration(interpreter.budget()).list(value);
    }

    private static Object reverse(Object value, Arguments arguments, Interpreter interpreter) {
        arguments.only("reverse", 0, 0);
        if (value instanceof Text text) {
            return new Operators(interpreter).slice(text, null, null, -1L);
        }
        List<Object> items = new Iteration(interpreter.budget()).list(value);
        Collections.reverse(items);
        return value instanceof Lazy ? Sequence.list(items) : new Lazy(items.iterator());
    }

    private static UnaryOperator<Object> caseFolding(boolean caseSensitive) {
        return value -> !caseSensitive && value instanceof Text text
                ? text.mapped(string -> string.toLowerCase(Locale.ROOT)) : value;
    }

    private static UnaryOperator<Object> key(@Nullable Object attribute, boolean caseSensitive,
            Interpreter interpreter) {
        List<Object> path = path(attribute);
        UnaryOperator<Object> folding = caseFolding(caseSensitive);
        return item -> folding.apply(interpreter.access().path(item, path));
    }

    private static Object sort(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
        List<UnaryOperator<Object>> keys = new ArrayList<>();
        Object attribute = bound.or(2, None.NONE);
        List<Object> attributes = attribute instanceof Text text ? StringMethods.split(text, ",", Integer.MAX_VALUE)
                : List.of(attribute);
        attributes.forEach(one -> keys.add(key(one, bound.flag(1), interpreter)));
        List<Comparison.Keyed> keyed = new ArrayList<>();
        new Iteration(interpreter.budget()).of(value).forEachRemaining(item -> keyed.add(new Comparison.Keyed(
                Sequence.list(keys.stream().map(key -> key.apply(item)).toList()), item)));
        return sorted(keyed, bound.flag(0), interpreter);
    }

    private static Sequence sorted(List<Comparison.Keyed> keyed, boolean reverse, Interpreter interpreter) {
        List<Comparison.Keyed> sorted = interpreter.comparison().sorted(keyed, reverse);
        return Sequence.list(sorted.stream().map(Comparison.Keyed::value).toList());
    }

    private static Object sortDict(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        String by = StringMethods.text(bound.or(1, Text.own("key")), "dictsort").value();
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateFault("'dictsort' sorts by 'key' or 'value'");
        }
        if (!(value instanceof Dict dict)) {
            throw new TemplateFault("'dictsort' needs a dict, found %s".formatted(Types.name(value)));
        }
        UnaryOperator<Object> folding = caseFolding(bound.flag(0));
        List<Comparison.Keyed> keyed = new ArrayList<>();
        for (Dict.Entry entry : dict.entries()) {
            Object key = folding.apply(by.equals("key") ? entry.key() : entry.value());
            keyed.add(new Comparison.Keyed(key, Sequence.tuple(entry.key(), entry.value())));
        }
        return sorted(keyed, bound.flag(2), interpreter);
    }

    private static Object unique(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
        UnaryOperator<Object> key = key(bound.optional(1), bound.flag(0), interpreter);
        Set<Object> seen = new HashSet<>();
        Iterator<Object> items = new Iteration(interpreter.budget()).of(value);
        return new Lazy(Lazy.filtered(items, item -> seen.add(Dict.hashable(key.apply(item)))));
    }

    private static Object extreme(Object value, Arguments arguments, Interpreter interpreter, boolean greatest) {
        String name = greatest ? "max" : "min";
        Arguments.Bound bound = arguments.bind(name, "case_sensitive", "attribute");
        UnaryOperator<Object> key = key(bound.optional(1), bound.flag(0), interpreter);
        Iterator<Object> items = new Iteration(interpreter.budget()).of(value);
        if (!items.hasNext()) {
            return new Undefined("no aggregated item, the sequence was empty");
        }
        Object best = items.next();
        Object bestKey = key.apply(best);
        while (items.hasNext()) {
            Object item = items.next();
            Object itemKey = key.apply(item);
            boolean better = greatest ? interpreter.comparison().less(bestKey, itemKey)
                    : interpreter.comparison().less(itemKey, bestKey);
            if (better) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private static Object groupBy(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("groupby", "attribute", "default", "case_sensitive");
        List<Object> path = path(bound.required(0));
        Object fallback = bound.optional(1);
        UnaryOperator<Object> folding = caseFolding(bound.flag(2));
        List<Comparison.Keyed> keyed = new ArrayList<>();
        new Iteration(interpreter.budget()).of(value).forEachRemaining(item -> keyed.add(new Comparison.Keyed(
                folding.apply(pathOr(item, path, fallback, interpreter)), item)));
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object current = null;
        for (Comparison.Keyed item : interpreter.comparison().sorted(keyed, false)) {
            if (current == null || !interpreter.comparison().same(current, item.key())) {
                group = new ArrayList<>();
                Object name = pathOr(item.value(), path, fallback, interpreter);
                groups.add(new Sequence(List.of(name, Sequence.list(group)), Sequence.Kind.GROUP));
            }
            current = item.key();
            group.add(item.value());
        }
        return Sequence.list(groups);
    }

    /** As a path, with a default for each part that is not there. */
    static Object pathOr(Object value, List<Object> path, @Nullable Object fallback, Interpreter interpreter) {
        Object found = value;
        for (Object part : path) {
            found = interpreter.access().item(found, part);
            if (found instanceof Undefined && fallback != null && fallback != None.NONE) {
                found = fallback;
            }
        }
        return found;
    }

    private static Object batch(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("batch", "linecount", "fill_with");
        int size = Numbers.toInt(bound.required(0), "linecount");
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        for (Object item : new Iteration(interpreter.budget()).list(value)) {
            if (batch.size() == size) {
                batches.add(Sequence.list(batch));
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            if (!bound.absentOrNone(1) && size > batch.size()) {
                interpreter.budget().spend(size - batch.size());
                batch.addAll(Collections.nCopies(size - batch.size(), bound.required(1)));
            }
            batches.add(Sequence.list(batch));
        }
        return new Lazy(batches.iterator());
    }

    private static Object slice(Object value, Arguments arguments, Interpreter interpreter) {
        Arguments.Bound bound = arguments.bind("slice", "slices", "fill_with");
        int slices = Numbers.toInt(bound.required(0), "slices");
        List<Object> items = new Iteration(interpreter.budget()).list(value);
        if (slices == 0) {
            throw new TemplateFault("division by zero");
        }
        interpreter.budget().spend(Math.max(0, slices));
        List<Object> parts = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < slices; i++) {
            int size = items.size() / slices + (i < items.size() % slices ? 1 : 0);
            List<Object> part = new ArrayList<>(items.subList(at, at + size));
            if (!bound.absentOrNone(1) && i >= items.size() % slices) {
                part.add(bound.required(1));
            }
            parts.add(Sequence.list(part));
            at += size;
        }
        return new Lazy(parts.iterator());
    }
}
