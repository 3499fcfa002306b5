package dev.llf.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The evaluated arguments of a call.
 *
 * @param foreignNames whether any of the keywords is foreign text; then all count as such
 */
record Arguments(List<Object> positional, Map<String, Object> keywords, boolean foreignNames) {

    static final Arguments NOTHING = new Arguments(List.of(), Map.of(), false);

    /** The keyword arguments as a dict. */
    Dict named() {
        var dict = new Dict();
        keywords.forEach((name, value) -> dict.put(Text.of(name, foreignNames), value));
        return dict;
    }

    /** A keyword as an error message may show it. */
    String shown(String keyword) {
        return foreignNames ? "…" : keyword;
    }

    Arguments withoutFirst(int count) {
        return new Arguments(positional.subList(count, positional.size()), keywords, foreignNames);
    }

    Arguments withKeyword(String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(keywords);
        all.put(name, value);
        return new Arguments(positional, all, foreignNames);
    }

    /** The positional arguments of a callee that takes no keywords. */
    List<Object> only(String callee, int min, int max) {
        if (!keywords.isEmpty()) {
            throw new TemplateFault("%s takes no keyword arguments".formatted(callee));
        }
        if (positional.size() < min || positional.size() > max) {
            throw new TemplateFault("%s takes %d to %d arguments, found %d".formatted(callee, min, max,
                    positional.size()));
        }
        return positional;
    }

    /** The arguments in the order of the parameters; null for what was not given. */
    Bound bind(String callee, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new TemplateFault("%s takes at most %d arguments, found %d".formatted(callee, parameters.length,
                    positional.size()));
        }
        List<@Nullable Object> values = new ArrayList<>();
        values.addAll(positional);
        while (values.size() < parameters.length) {
            values.add(null);
        }
        keywords.forEach((name, value) -> values.set(free(callee, name, values, parameters), value));
        return new Bound(callee, List.of(parameters), values);
    }

    private int free(String callee, String name, List<@Nullable Object> values, String... parameters) {
        int index = List.of(parameters).indexOf(name);
        if (index < 0) {
            throw new TemplateFault("%s has no parameter '%s'".formatted(callee, shown(name)));
        }
        if (values.get(index) != null) {
            throw new TemplateFault("%s got two values for '%s'".formatted(callee, shown(name)));
        }
        return index;
    }

    /** Arguments in the order of a callee's parameters. */
    record Bound(String callee, List<String> parameters, List<@Nullable Object> values) {

        @Nullable
        Object optional(int index) {
            return values.get(index);
        }

        Object required(int index) {
            Object value = values.get(index);
            if (value == null) {
                throw new TemplateFault("%s needs the argument '%s'".formatted(callee, parameters.get(index)));
            }
            return value;
        }

        Object or(int index, Object fallback) {
            Object value = values.get(index);
            return value == null ? fallback : value;
        }

        boolean flag(int index) {
            return Truth.of(or(index, false));
        }

        int count(int index, int fallback) {
            return Numbers.toInt(or(index, (long) fallback), parameters.get(index));
        }

        boolean absentOrNone(int index) {
            Object value = values.get(index);
            return value == null || value == None.NONE;
        }
    }
}
