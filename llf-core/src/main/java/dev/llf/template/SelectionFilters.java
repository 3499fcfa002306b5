package dev.llf.template;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters that pick or change each item of a list, when it is asked for. */
final class SelectionFilters {

    private SelectionFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("map", SelectionFilters::map);
        filters.put("select", (value, arguments, interpreter) -> select(value, arguments, interpreter, true, false));
        filters.put("reject", (value, arguments, interpreter) -> select(value, arguments, interpreter, false, false));
        filters.put("selectattr", (value, arguments, interpreter) -> select(value, arguments, interpreter, true, true));
        filters.put("rejectattr",
                (value, arguments, interpreter) -> select(value, arguments, interpreter, false, true));
    }

    private static Object map(Object value, Arguments arguments, Interpreter interpreter) {
        if (!Truth.of(value)) {
            return new Lazy(Collections.emptyIterator());
        }
        UnaryOperator<Object> change = change(arguments, interpreter);
        Iterator<Object> items = new Iteration(interpreter.budget()).of(value);
        return new Lazy(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                interpreter.budget().step();
                return change.apply(items.next());
            }
        });
    }

    private static UnaryOperator<Object> change(Arguments arguments, Interpreter interpreter) {
        if (arguments.positional().isEmpty() && arguments.keywords().containsKey("attribute")) {
            if (!Set.of("attribute", "default").containsAll(arguments.keywords().keySet())) {
                throw new TemplateFault("'map' with 'attribute' takes only 'default' besides");
            }
            List<Object> path = ListFilters.path(arguments.keywords().get("attribute"));
            Object fallback = arguments.keywords().getOrDefault("default", None.NONE);
            return item -> ListFilters.pathOr(item, path, fallback, interpreter);
        }
        if (arguments.positional().isEmpty()) {
            throw new TemplateFault("'map' needs the name of a filter, or 'attribute'");
        }
        Text name = StringMethods.text(arguments.positional().get(0), "map");
        if (!Filters.isKnown(name.value())) {
            throw new TemplateFault("the filter '%s' is unknown".formatted(name.redacted()));
        }
        Arguments rest = arguments.withoutFirst(1);
        return item -> Filters.apply(name.value(), item, rest, interpreter);
    }

    private static Object select(Object value, Arguments arguments, Interpreter interpreter, boolean wanted,
            boolean byAttribute) {
        if (!Truth.of(value)) {
            return new Lazy(Collections.emptyIterator());
        }
        if (byAttribute && arguments.positional().isEmpty()) {
            throw new TemplateFault("the name of an attribute is needed");
        }
        List<Object> path = byAttribute ? ListFilters.path(arguments.positional().get(0)) : List.of();
        Predicate<Object> test = test(arguments.withoutFirst(byAttribute ? 1 : 0), interpreter);
        Iterator<Object> items = new Iteration(interpreter.budget()).of(value);
        return new Lazy(Lazy.filtered(items, item -> {
            interpreter.budget().step();
            return test.test(interpreter.access().path(item, path)) == wanted;
        }));
    }

    private static Predicate<Object> test(Arguments arguments, Interpreter interpreter) {
        if (arguments.positional().isEmpty()) {
            return Truth::of;
        }
        Text name = StringMethods.text(arguments.positional().get(0), "select");
        if (!Tests.isKnown(name.value())) {
            throw new TemplateFault("the test '%s' is unknown".formatted(name.redacted()));
        }
        Arguments rest = arguments.withoutFirst(1);
        return item -> Tests.apply(name.value(), item, rest, interpreter);
    }
}
