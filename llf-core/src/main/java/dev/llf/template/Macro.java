package dev.llf.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a call block, together with the variables around its definition. */
final class Macro implements Callable {

    /** The variables that a macro has if its body reads them. */
    static final List<String> SPECIAL = List.of("caller", "kwargs", "varargs");

    private final String name;
    private final Stmt.Function function;
    private final Scope scope;
    private final Activation outer;

    Macro(String name, Stmt.Function function, Scope scope, Activation outer) {
        this.name = name;
        this.function = function;
        this.scope = scope;
        this.outer = outer;
    }

    Stmt.Function function() {
        return function;
    }

    Scope scope() {
        return scope;
    }

    Activation outer() {
        return outer;
    }

    String described() {
        return name.isEmpty() ? "<Macro anonymous>" : "<Macro '%s'>".formatted(name);
    }

    @Nullable
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> name.isEmpty() ? None.NONE : Text.own(name);
            case "arguments" -> Sequence.tuple(function.parameters().stream().<Object>map(Text::own).toList());
            case "catch_kwargs" -> catches("kwargs");
            case "catch_varargs" -> catches("varargs");
            case "caller" -> catches("caller");
            default -> null;
        };
    }

    private boolean catches(String special) {
        Scope.Variable variable = scope.find(special);
        boolean given = variable != null && scope.starts().get(variable) instanceof Scope.Start.Given;
        return given && !function.parameters().contains(special);
    }

    @Override
    public Object call(Arguments arguments, Interpreter interpreter) {
        return interpreter.callMacro(this, values(arguments));
    }

    /** The parameters that got a value, by name. */
    private Map<String, Object> values(Arguments arguments) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
        List<Object> positional = arguments.positional();
        int count = Math.min(positional.size(), function.parameters().size());
        for (int i = 0; i < function.parameters().size(); i++) {
            String parameter = function.parameters().get(i);
            Object value = i < count ? positional.get(i) : keywords.remove(parameter);
            if (value != null) {
                values.put(parameter, value);
            }
        }
        putSpecial(values, keywords, arguments, positional.subList(count, positional.size()));
        return values;
    }

    private void putSpecial(Map<String, Object> values, Map<String, Object> keywords, Arguments arguments,
            List<Object> rest) {
        if (catches("caller")) {
            Object caller = keywords.remove("caller");
            values.put("caller",
                    caller == null || caller == None.NONE ? new Undefined("no caller is defined") : caller);
        }
        if (catches("kwargs")) {
            values.put("kwargs", new Arguments(List.of(), keywords, arguments.foreignNames()).named());
        } else if (!keywords.isEmpty()) {
            throw new TemplateFault("%s takes no keyword argument '%s'".formatted(described(),
                    arguments.shown(keywords.keySet().iterator().next())));
        }
        if (catches("varargs")) {
            values.put("varargs", Sequence.tuple(rest));
        } else if (!rest.isEmpty()) {
            throw new TemplateFault(
                    "%s takes at most %d arguments".formatted(described(), function.parameters().size()));
        }
    }
}
