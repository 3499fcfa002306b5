package dev.llf.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of one run of a template, macro or recursive loop, with those around it. */
final class Activation {

    private final Map<Scope.Variable, Object> values = new HashMap<>();
    private final @Nullable Activation outer;

    Activation(@Nullable Activation outer) {
        this.outer = outer;
    }

    @Nullable
    Object get(Scope.Variable variable) {
        for (Activation activation = this; activation != null; activation = activation.outer) {
            Object value = activation.values.get(variable);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    void put(Scope.Variable variable, Object value) {
        values.put(variable, value);
    }

    void remove(Scope.Variable variable) {
        values.remove(variable);
    }
}
