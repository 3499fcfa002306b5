package dev.llf.template;

import java.util.HashMap;
import java.util.Map;

/** The tests, as in {@code x is defined}. */
final class Tests {

    private interface Test {

        boolean test(Object value, Arguments arguments, Interpreter interpreter);
    }

    private interface Simple {

        boolean test(Object value);
    }

    private static final Map<String, Test> TESTS = new HashMap<>();

    static {
        simple("defined", value -> !(value instanceof Undefined));
        simple("undefined", value -> value instanceof Undefined);
        simple("none", value -> value == None.NONE);
        simple("boolean", value -> value instanceof Boolean);
        simple("true", value -> Boolean.TRUE.equals(value));
        simple("false", value -> Boolean.FALSE.equals(value));
        simple("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        simple("float", value -> value instanceof Double);
        simple("number", Numbers::isNumber);
        simple("string", value -> value instanceof Text);
        simple("mapping", value -> value instanceof Dict);
        simple("sequence", value -> value instanceof Text || value instanceof Sequence || value instanceof Dict
                || value instanceof Range || value instanceof Undefined);
        simple("iterable", Iteration::isIterable);
        simple("callable", value -> value instanceof Callable || value instanceof Undefined);
        simple("escaped", value -> value instanceof Text text && text.markup());
        simple("odd", value -> remainder(value, 2L) == 1);
        simple("even", value -> remainder(value, 2L) == 0);
        TESTS.put("lower", (value, arguments, interpreter) -> {
            arguments.only("lower", 0, 0);
            return Chars.isLower(interpreter.printer().str(value).value());
        });
        TESTS.put("upper", (value, arguments, interpreter) -> {
            arguments.only("upper", 0, 0);
            return Chars.isUpper(interpreter.printer().str(value).value());
        });
        TESTS.put("divisibleby", (value, arguments,
                interpreter) -> remainder(value, arguments.bind("divisibleby", "num").required(0)) == 0);
        TESTS.put("sameas", (value, arguments, interpreter) -> Comparison.identical(value,
                arguments.bind("sameas", "other").required(0)));
        TESTS.put("filter",
                (value, arguments, interpreter) -> value instanceof Text text && Filters.isKnown(text.value()));
        TESTS.put("test", (value, arguments, interpreter) -> value instanceof Text text && isKnown(text.value()));
        comparison("in", "in");
        comparison("==", "==", "eq", "equalto");
        comparison("!=", "!=", "ne");
        comparison(">", ">", "gt", "greaterthan");
        comparison(">=", ">=", "ge");
        comparison("<", "<", "lt", "lessthan");
        comparison("<=", "<=", "le");
    }

    private Tests() {}

    private static void simple(String name, Simple test) {
        TESTS.put(name, (value, arguments, interpreter) -> {
            arguments.only("the test '" + name + "'", 0, 0);
            return test.test(value);
        });
    }

    private static void comparison(String operator, String... names) {
        for (String name : names) {
            TESTS.put(name, (value, arguments, interpreter) -> {
                Object other = arguments.only("the test '" + name + "'", 1, 1).get(0);
                return interpreter.comparison().compare(operator, value, other);
            });
        }
    }

    private static double remainder(Object value, Object divisor) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value) || !Numbers.isNumber(divisor)) {
            throw new TemplateFault("a remainder needs numbers, found %s".formatted(Types.name(value)));
        }
        return Numbers.toDouble(Numbers.modulo(value, divisor));
    }

    static boolean isKnown(String name) {
        return TESTS.containsKey(name);
    }

    static boolean apply(String name, Object value, Arguments arguments, Interpreter interpreter) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw new TemplateFault("the test '%s' is unknown".formatted(name));
        }
        if (value instanceof Text text) {
            interpreter.budget().read(text);
        }
        return test.test(value, arguments, interpreter);
    }
}
