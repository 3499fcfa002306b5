package dev.llf.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binary operators and slices. */
final class Operators {

    private final Interpreter interpreter;
    private final Budget budget;

    Operators(Interpreter interpreter) {
        this.interpreter = interpreter;
        this.budget = interpreter.budget();
    }

    Object apply(String operator, Object left, Object right) {
        if (operator.equals("%") && left instanceof Text format) {
            return percent(format, right);
        }
        requireDefined(left);
        requireDefined(right);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return arithmetic(operator, left, right);
        }
        return switch (operator) {
            case "+" -> joined(left, right);
            case "*" -> left instanceof Text || left instanceof Sequence ? repeated(left, right)
                    : repeated(right, left);
            default -> throw unsuited(operator, left, right);
        };
    }

    private static void requireDefined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
    }

    private static Object arithmetic(String operator, Object left, Object right) {
        return switch (operator) {
            case "+" -> Numbers.add(left, right);
            case "-" -> Numbers.subtract(left, right);
            case "*" -> Numbers.multiply(left, right);
            case "/" -> Numbers.divide(left, right);
            case "//" -> Numbers.floorDivide(left, right);
            case "%" -> Numbers.modulo(left, right);
            default -> Numbers.power(left, right);
        };
    }

    private Text percent(Text format, Object arguments) {
        if (format.markup()) {
            throw new TemplateFault("'%' on a string marked safe is not supported");
        }
        return new PercentFormat(interpreter, format, arguments).apply();
    }

    Object joined(Object left, Object right) {
        if (left instanceof Text a && right instanceof Text b) {
            return joined(a, b);
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.isList() == b.isList()) {
            budget.spend(a.size() + b.size());
            List<Object> all = new ArrayList<>(a.size() + b.size());
            all.addAll(a.items());
            all.addAll(b.items());
            return new Sequence(all, a.isList() ? Sequence.Kind.LIST : Sequence.Kind.TUPLE);
        }
        throw unsuited("+", left, right);
    }

    private Text joined(Text left, Text right) {
        boolean markup = left.markup() || right.markup();
        Text a = markup && !left.markup() ? Markup.escaped(left) : left;
        Text b = markup && !right.markup() ? Markup.escaped(right) : right;
        return new TextBuilder(budget).append(a).append(b).toText().asMarkup(markup);
    }

    private Object repeated(Object value, Object times) {
        if (!Numbers.isInteger(times)) {
            throw unsuited("*", value, times);
        }
        long count = Math.max(0, Numbers.toLong(times, "a number of repetitions"));
        if (value instanceof Text text) {
            count = text.isEmpty() ? 0 : count;
            budget.produce(0, count > Integer.MAX_VALUE ? Long.MAX_VALUE : count * text.value().length());
            return new TextBuilder(budget).repeat(text, count).toText().asMarkup(text.markup());
        }
        if (value instanceof Sequence sequence) {
            return repeated(sequence, sequence.size() == 0 ? 0 : count);
        }
        throw unsuited("*", value, times);
    }

    private Sequence repeated(Sequence sequence, long count) {
        budget.spend(count > Integer.MAX_VALUE ? Long.MAX_VALUE : count * sequence.size());
        List<Object> all = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            all.addAll(sequence.items());
        }
        return new Sequence(all, sequence.isList() ? Sequence.Kind.LIST : Sequence.Kind.TUPLE);
    }

    private static TemplateFault unsuited(String operator, Object left, Object right) {
        return new TemplateFault(
                "'%s' does not suit %s and %s".formatted(operator, Types.name(left), Types.name(right)));
    }

    Object signed(boolean negative, Object value) {
        requireDefined(value);
        if (!Numbers.isNumber(value)) {
            throw new TemplateFault("a sign does not suit %s".formatted(Types.name(value)));
        }
        return negative ? Numbers.negate(value) : Numbers.isInteger(value) ? Numbers.normal(Numbers.big(value)) : value;
    }

    Object slice(Object value, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        requireDefined(value);
        return switch (value) {
            case Text text -> text(text, Slicing.of(text.length(), start, stop, step));
            case Sequence sequence -> {
                Slicing slicing = Slicing.of(sequence.size(), start, stop, step);
                budget.spend(slicing.size());
                yield new Sequence(slicing.pick(sequence.items()),
                        sequence.isList() ? Sequence.Kind.LIST : Sequence.Kind.TUPLE);
            }
            case Range range -> {
                Slicing slicing = Slicing.of(range.size(), start, stop, step);
                long first = range.start() + slicing.first() * range.step();
                yield new Range(first, first + (long) slicing.size() * slicing.step() * range.step(),
                        slicing.step() * range.step());
            }
            default -> throw new TemplateFault("%s cannot be sliced".formatted(Types.name(value)));
        };
    }

    private Text text(Text text, Slicing slicing) {
        if (slicing.step() == 1) {
            int from = text.offset(slicing.first());
            return text.sub(from, slicing.size() == 0 ? from : text.offset(slicing.first() + slicing.size()));
        }
        var out = new TextBuilder(budget);
        List<Object> characters = new Iteration(budget).list(text);
        slicing.pick(characters).forEach(character -> out.append((Text) character));
        return out.toText().asMarkup(text.markup());
    }
}
