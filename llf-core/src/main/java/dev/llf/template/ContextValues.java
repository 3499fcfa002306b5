package dev.llf.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the program's values into the template language. Strings, also as keys, are foreign unless vouched for. */
final class ContextValues {

    private final Budget budget;

    ContextValues(Budget budget) {
        this.budget = budget;
    }

    Map<String, Object> of(Map<String, ?> context) {
        Map<String, Object> values = new LinkedHashMap<>();
        context.forEach((name, value) -> values.put(name, value(value)));
        return values;
    }

    private Object value(@Nullable Object value) {
        budget.step();
        return switch (value) {
            case null -> None.NONE;
            case String text -> Text.foreign(text);
            case TrustedText trusted -> Text.own(trusted.text());
            case Boolean flag -> flag;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case Long number -> number;
            case BigInteger number -> Numbers.normal(number);
            case Double number -> number;
            case Float number -> Double.valueOf(number.toString());
            case Map<?, ?> map -> dict(map);
            case Iterable<?> items -> list(items);
            default -> throw new IllegalArgumentException(
                    "context values must be strings, numbers, booleans, lists or maps, found %s".formatted(
                            value.getClass().getName()));
        };
    }

    private Dict dict(Map<?, ?> map) {
        budget.enter();
        var dict = new Dict();
        map.forEach((key, value) -> dict.put(value(key), value(value)));
        budget.leave();
        return dict;
    }

    private Sequence list(Iterable<?> items) {
        budget.enter();
        List<Object> values = new ArrayList<>();
        items.forEach(item -> values.add(value(item)));
        budget.leave();
        return Sequence.list(values);
    }
}
