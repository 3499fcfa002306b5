package dev.llf.template;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every chat template can call. */
final class Globals {

    private static final Map<String, Object> GLOBALS = new HashMap<>();

    static {
        define("range", (arguments, interpreter) -> Range.of(arguments.only("range", 1, 3)));
        define("namespace", Globals::namespace);
        define("dict", (arguments, interpreter) -> dict(arguments, interpreter, "dict"));
        define("raise_exception", Globals::raise);
        define("strftime_now", Globals::now);
        define("cycler", (arguments, interpreter) -> new Cycler(arguments.only("cycler", 1, Integer.MAX_VALUE)));
        define("joiner", (arguments, interpreter) -> new Joiner(arguments.bind("joiner", "sep").or(0, Text.own(", "))));
        define("lipsum", (arguments, interpreter) -> {
            throw new TemplateFault("'lipsum' is not supported");
        });
    }

    private Globals() {}

    private static void define(String name, Callable function) {
        GLOBALS.put(name, function);
    }

    static @Nullable Object named(String name) {
        return GLOBALS.get(name);
    }

    private static Object namespace(Arguments arguments, Interpreter interpreter) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Dict.Entry entry : dict(arguments, interpreter, "namespace").entries()) {
            attributes.put(StringMethods.text(entry.key(), "namespace").value(), entry.value());
        }
        return new Namespace(attributes);
    }

    private static Dict dict(Arguments arguments, Interpreter interpreter, String callee) {
        if (arguments.positional().size() > 1) {
            throw new TemplateFault("%s takes at most one positional argument".formatted(callee));
        }
        var dict = new Dict();
        if (!arguments.positional().isEmpty()) {
            fill(dict, arguments.positional().get(0), interpreter);
        }
        arguments.named().entries().forEach(entry -> dict.put(entry.key(), entry.value()));
        return dict;
    }

    private static void fill(Dict dict, Object source, Interpreter interpreter) {
        if (source instanceof Dict other) {
            interpreter.budget().spend(other.size());
            other.entries().forEach(entry -> dict.put(entry.key(), entry.value()));
            return;
        }
        if (source instanceof Undefined undefined) {
            throw undefined.fault();
        }
        new Iteration(interpreter.budget()).of(source).forEachRemaining(pair -> {
            List<Object> parts = new Iteration(interpreter.budget()).list(pair);
            if (parts.size() != 2) {
                throw new TemplateFault("a dict is made from pairs, found %d items".formatted(parts.size()));
            }
            dict.put(parts.get(0), parts.get(1));
        });
    }

    private static Object raise(Arguments arguments, Interpreter interpreter) {
        Text message = interpreter.printer().str(arguments.bind("raise_exception", "message").required(0));
        throw TemplateFault.raisedByTemplate("the template refuses the input: " + message.redacted());
    }

    private static Object now(Arguments arguments, Interpreter interpreter) {
        Text format = StringMethods.text(arguments.bind("strftime_now", "format").required(0), "strftime_now");
        String formatted = new DateFormat(interpreter.now()).format(format.value());
        return Text.of(formatted, format.anyForeign());
    }

    /** Gives its values in turn. */
    static final class Cycler {

        private final List<Object> values;
        private int position;

        Cycler(List<Object> values) {
            this.values = values;
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "current" -> values.get(position);
                case "next" -> (Callable) (arguments, interpreter) -> {
                    Object value = values.get(position);
                    position = (position + 1) % values.size();
                    return value;
                };
                case "reset" -> (Callable) (arguments, interpreter) -> {
                    position = 0;
                    return None.NONE;
                };
                default -> null;
            };
        }
    }

    /** Gives nothing at its first call and a separator from then on. */
    private static final class Joiner implements Callable {

        private final Object separator;
        private boolean used;

        Joiner(Object separator) {
            this.separator = separator;
        }

        @Override
        public Object call(Arguments arguments, Interpreter interpreter) {
            arguments.only("joiner", 0, 0);
            Object result = used ? separator : Text.EMPTY;
            used = true;
            return result;
        }
    }
}
