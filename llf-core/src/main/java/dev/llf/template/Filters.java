package dev.llf.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The filters, as in {@code x | upper}. */
final class Filters {

    /** A filter: changes a value. */
    interface Filter {

        Object apply(Object value, Arguments arguments, Interpreter interpreter);
    }

    /** Filters of Jinja that have no use in prompts. */
    private static final Set<String> UNSUPPORTED = Set.of("filesizeformat", "pprint", "random", "urlize", "wordwrap",
            "xmlattr", "striptags");
    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        TextFilters.register(FILTERS);
        NumberFilters.register(FILTERS);
        ListFilters.register(FILTERS);
        SelectionFilters.register(FILTERS);
    }

    private Filters() {}

    static boolean isKnown(String name) {
        return FILTERS.containsKey(name) || UNSUPPORTED.contains(name);
    }

    static Object apply(String name, Object value, Arguments arguments, Interpreter interpreter) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw new TemplateFault("the filter '%s' is %s".formatted(name,
                    UNSUPPORTED.contains(name) ? "not supported" : "unknown"));
        }
        if (value instanceof Text text) {
            interpreter.budget().read(text);
        }
        return filter.apply(value, arguments, interpreter);
    }
}
