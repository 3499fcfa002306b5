package dev.llf.observe.analytics;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Things by name, of which there may be many, since models make names up: beyond a limit all share one. */
final class Named<T> {

    static final int MAX = 1000;

    private final Map<String, T> things = new LinkedHashMap<>();
    private final Supplier<T> maker;

    Named(Supplier<T> maker) {
        this.maker = maker;
    }

    T get(String name) {
        T known = things.get(name);
        if (known != null) {
            return known;
        }
        String free = things.size() < MAX ? name : AnalyticsReport.OTHER;
        return things.computeIfAbsent(free, any -> maker.get());
    }

    Collection<T> all() {
        return things.values();
    }

    <R> List<R> map(BiFunction<String, T, R> each) {
        return things.entrySet().stream().map(entry -> each.apply(entry.getKey(), entry.getValue())).toList();
    }
}
