package dev.llf.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The variables of one run of a template, macro or recursive loop, with those around it. */
final class Activation {

    private final Map<Scope.Variable, Optional<Object>> values = new HashMap<>();
    private final @Nullable Activation outer;

    Activation(@Nullable Activation outer) {
        this.outer = outer;
    }

    @Nullable
    Object get(Scope.Variable variable) {
        for (Activation activation = this; activation != null; activation = activation.outer) {
            Optional<Object> value = activation.values.get(variable);
            if (value != null) {
                return value.orElse(null);
            }
        }
        return null;
    }

    void put(Scope.Variable variable, @Nullable Object value) {
        values.put(variable, Optional.ofNullable(value));
    }

    /** Takes a variable's value away; it still hides an outer variable of that level and name. */
    void clear(Scope.Variable variable) {
        values.put(variable, Optional.empty());
    }
}
