package dev.llf.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Renders one template once. */
final class Interpreter {

    /** How a statement ended. */
    private enum Ending {
        NORMAL, BREAK, CONTINUE
    }

    /** Where statements run: their names, their variables, and where their text goes. */
    private record Frame(Scope scope, Activation variables, TextBuilder out) {

        Frame in(Scope inner) {
            return new Frame(inner, variables, out);
        }

        Frame into(TextBuilder other) {
            return new Frame(scope, variables, other);
        }
    }

    private final IdentityHashMap<Object, Scope> scopes;
    private final Map<String, Object> context;
    private final Clock clock;
    private final Budget budget;
    private final Printer printer;
    private final Comparison comparison;
    private final Access access;
    private final Operators operators;
    /** The texts of the filtered blocks being worked on, innermost first. */
    private final Deque<Text> blockTexts = new ArrayDeque<>();

    Interpreter(IdentityHashMap<Object, Scope> scopes, Map<String, Object> context, Budget budget, Clock clock) {
        this.scopes = scopes;
        this.context = context;
        this.clock = clock;
        this.budget = budget;
        this.printer = new Printer(budget);
        this.comparison = new Comparison(budget);
        this.access = new Access(budget);
        this.operators = new Operators(this);
    }

    Budget budget() {
        return budget;
    }

    Printer printer() {
        return printer;
    }

    Comparison comparison() {
        return comparison;
    }

    Access access() {
        return access;
    }

    ZonedDateTime now() {
        return ZonedDateTime.now(clock);
    }

    Text run(List<Stmt> template, Scope root) {
        var frame = new Frame(root, new Activation(null), new TextBuilder(budget));
        start(frame);
        run(template, frame);
        return frame.out().toText();
    }

    // Variables

    private void start(Frame frame) {
        Activation variables = frame.variables();
        frame.scope().starts().forEach((variable, start) -> {
            switch (start) {
                case Scope.Start.Given given -> {
                }
                case Scope.Start.Unset unset -> variables.clear(variable);
                case Scope.Start.FromContext from -> variables.put(variable, fromContext(from.name()));
                case Scope.Start.Copied copied -> variables.put(variable, variables.get(copied.from()));
            }
        });
    }

    private static void end(Frame frame) {
        frame.scope().starts().keySet().forEach(frame.variables()::clear);
    }

    private @Nullable Object fromContext(String name) {
        Object value = context.get(name);
        return value != null ? value : Globals.named(name);
    }

    private Object read(String name, Frame frame) {
        Scope.Variable variable = frame.scope().find(name);
        Object value = variable == null ? fromContext(name) : frame.variables().get(variable);
        return value == null ? Undefined.named(name) : value;
    }

    private void assign(Target target, Object value, Frame frame) {
        switch (target) {
            case Target.ToName name -> frame.variables().put(
                    Objects.requireNonNull(frame.scope().find(name.name())), value);
            case Target.ToTuple tuple -> unpack(tuple, value, frame);
            case Target.ToAttribute attribute -> {
                if (!(read(attribute.namespace(), frame) instanceof Namespace namespace)) {
                    throw new TemplateFault("only attributes of a namespace can be assigned to");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
        }
    }

    private void unpack(Target.ToTuple tuple, Object value, Frame frame) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        List<Object> values = new Iteration(budget).list(value);
        if (values.size() != tuple.items().size()) {
            throw new TemplateFault("%d values cannot be unpacked into %d names".formatted(values.size(),
                    tuple.items().size()));
        }
        for (int i = 0; i < values.size(); i++) {
            assign(tuple.items().get(i), values.get(i), frame);
        }
    }

    // Statements

    private Ending run(List<Stmt> body, Frame frame) {
        for (Stmt stmt : body) {
            Ending ending = run(stmt, frame);
            if (ending != Ending.NORMAL) {
                return ending;
            }
        }
        return Ending.NORMAL;
    }

    private Ending run(Stmt stmt, Frame frame) {
        try {
            budget.step();
            return execute(stmt, frame);
        } catch (TemplateFault fault) {
            throw fault.at(stmt.at());
        }
    }

    private Ending execute(Stmt stmt, Frame frame) {
        return switch (stmt) {
            case Stmt.If choice -> choose(choice, frame);
            case Stmt.Break end -> Ending.BREAK;
            case Stmt.Continue next -> Ending.CONTINUE;
            case Stmt.SetBlock set -> setBlock(set, frame);
            case Stmt.FilterBlock block -> filterBlock(block, frame);
            case Stmt.With with -> with(with, frame);
            default -> {
                executeSimple(stmt, frame);
                yield Ending.NORMAL;
            }
        };
    }

    private void executeSimple(Stmt stmt, Frame frame) {
        switch (stmt) {
            case Stmt.Data data -> frame.out().append(data.text());
            case Stmt.Print print -> frame.out().append(printer.str(evaluate(print.value(), frame)));
            case Stmt.For loop -> loop(loop, frame);
            case Stmt.Set set -> assign(set.target(), evaluate(set.value(), frame), frame);
            case Stmt.MacroDef macro -> assignName(macro.name(),
                    new Macro(macro.name(), macro.function(), scope(macro.function()), frame.variables()), frame);
            case Stmt.CallBlock block -> callBlock(block, frame);
            case Stmt.Generation generation ->
                frame.out().append(callMacro(anonymous(generation.function(), frame), Map.of()));
            default -> throw new IllegalStateException("not a simple statement: " + stmt.getClass());
        }
    }

    private Scope scope(Object opener) {
        return Objects.requireNonNull(scopes.get(opener));
    }

    private Ending choose(Stmt.If choice, Frame frame) {
        for (Stmt.Branch branch : choice.branches()) {
            if (Truth.of(evaluate(branch.test(), frame))) {
                return run(branch.body(), frame);
            }
        }
        return run(choice.otherwise(), frame);
    }

    private Ending setBlock(Stmt.SetBlock set, Frame outer) {
        Frame frame = outer.in(scope(set)).into(new TextBuilder(budget));
        start(frame);
        Ending ending = run(set.body(), frame);
        if (ending == Ending.NORMAL) {
            assign(set.target(), filtered(set.filtered(), frame), outer);
        }
        end(frame);
        return ending;
    }

    private Ending filterBlock(Stmt.FilterBlock block, Frame outer) {
        Frame frame = outer.in(scope(block)).into(new TextBuilder(budget));
        start(frame);
        Ending ending = run(block.body(), frame);
        if (ending == Ending.NORMAL) {
            outer.out().append(printer.str(filtered(block.filtered(), frame)));
        }
        end(frame);
        return ending;
    }

    private Object filtered(Expr filtered, Frame frame) {
        blockTexts.push(frame.out().toText());
        Object value = evaluate(filtered, frame);
        blockTexts.pop();
        return value;
    }

    private Ending with(Stmt.With with, Frame outer) {
        Frame frame = outer.in(scope(with));
        start(frame);
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluate(with.values().get(i), outer), frame);
        }
        Ending ending = run(with.body(), frame);
        end(frame);
        return ending;
    }

    private Macro anonymous(Stmt.Function function, Frame frame) {
        return new Macro("", function, scope(function), frame.variables());
    }

    private void callBlock(Stmt.CallBlock block, Frame frame) {
        Macro caller = anonymous(block.function(), frame);
        Object target = evaluate(block.call().target(), frame);
        Arguments arguments = arguments(block.call().passed(), frame).withKeyword("caller", caller);
        frame.out().append(printer.str(call(target, arguments)));
    }

    /** Runs a macro's body; parameters without a value get their default. */
    Text callMacro(Macro macro, Map<String, Object> values) {
        budget.enter();
        var frame = new Frame(macro.scope(), new Activation(macro.outer()), new TextBuilder(budget));
        end(frame);
        values.forEach((name, value) -> assignName(name, value, frame));
        start(frame);
        Stmt.Function function = macro.function();
        for (int i = 0; i < function.parameters().size(); i++) {
            String name = function.parameters().get(i);
            if (!values.containsKey(name)) {
                assignName(name, defaultOf(function, i, frame), frame);
            }
        }
        run(function.body(), frame);
        budget.leave();
        return frame.out().toText();
    }

    private static void assignName(String name, Object value, Frame frame) {
        frame.variables().put(Objects.requireNonNull(frame.scope().find(name)), value);
    }

    private Object defaultOf(Stmt.Function function, int parameter, Frame frame) {
        Expr value = function.defaultOf(parameter);
        return value != null ? evaluate(value, frame)
                : new Undefined("parameter '%s' was not provided".formatted(function.parameters().get(parameter)));
    }

    // Loops

    private void loop(Stmt.For loop, Frame frame) {
        Object items = evaluate(loop.items(), frame);
        if (loop.recursive()) {
            frame.out().append(recursiveLoop(loop, items, 0, frame));
        } else {
            loop(loop, items, null, 0, frame);
        }
    }

    private Text recursiveLoop(Stmt.For loop, Object items, int depth0, Frame outer) {
        budget.enter();
        var frame = new Frame(outer.scope(), new Activation(outer.variables()), new TextBuilder(budget));
        loop(loop, items, (inner, depth) -> recursiveLoop(loop, inner, depth, outer), depth0, frame);
        budget.leave();
        return frame.out().toText();
    }

    /** Runs the body for each item; as in Jinja, {@code else} runs unless the body once ran to its end. */
    private void loop(Stmt.For loop, Object source, LoopState.@Nullable Recursion recursion, int depth0, Frame outer) {
        Frame frame = outer.in(scope(loop));
        Iterator<Object> items = new Iteration(budget).of(source);
        Object counted = source;
        if (loop.test() != null) {
            items = Lazy.filtered(items, passing(loop, loop.test(), outer));
            counted = new Lazy(items);
        }
        var state = new LoopState(counted, items, recursion, depth0);
        boolean ran = false;
        while (state.hasNext()) {
            Object item = state.next();
            assign(loop.target(), item, frame);
            assignName("loop", state, frame);
            start(frame);
            Ending ending = run(loop.body(), frame);
            if (ending == Ending.BREAK) {
                break;
            }
            ran |= ending == Ending.NORMAL;
        }
        end(frame);
        if (!ran && !loop.otherwise().isEmpty()) {
            Frame otherwise = outer.in(scope(loop.otherwise()));
            start(otherwise);
            run(loop.otherwise(), otherwise);
            end(otherwise);
        }
    }

    private Predicate<Object> passing(Stmt.For loop, Expr test, Frame outer) {
        var frame = new Frame(scope(test), new Activation(outer.variables()), outer.out());
        start(frame);
        return item -> {
            assign(loop.target(), item, frame);
            return Truth.of(evaluate(test, frame));
        };
    }

    // Expressions

    private Object evaluate(Expr expr, Frame frame) {
        try {
            budget.step();
            Object value = value(expr, frame);
            if (value instanceof Text text && text.value().length() > 64) {
                budget.read(text);
            }
            return value;
        } catch (TemplateFault fault) {
            throw fault.at(expr.at());
        }
    }

    private Object value(Expr expr, Frame frame) {
        return switch (expr) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> read(name.name(), frame);
            case Expr.BlockText block -> Objects.requireNonNull(blockTexts.peek());
            case Expr.ListOf list -> Sequence.list(evaluateAll(list.items(), frame));
            case Expr.TupleOf tuple -> Sequence.tuple(evaluateAll(tuple.items(), frame));
            case Expr.DictOf dict -> dict(dict, frame);
            case Expr.Attribute attribute -> access.attribute(evaluate(attribute.target(), frame), attribute.name());
            case Expr.Item item -> item(item, frame);
            case Expr.Slice slice -> throw new TemplateFault("a slice needs something to cut");
            case Expr.Call call -> call(evaluate(call.target(), frame), arguments(call.passed(), frame));
            case Expr.Filtered filtered -> Filters.apply(filtered.name(), evaluate(filtered.target(), frame),
                    arguments(filtered.passed(), frame), this);
            case Expr.Tested tested -> Tests.apply(tested.name(), evaluate(tested.target(), frame),
                    arguments(tested.passed(), frame), this);
            case Expr.Not not -> !Truth.of(evaluate(not.operand(), frame));
            case Expr.Signed signed -> operators.signed(signed.negative(), evaluate(signed.operand(), frame));
            case Expr.Binary binary -> operators.apply(binary.operator(), evaluate(binary.left(), frame),
                    evaluate(binary.right(), frame));
            case Expr.Concat concat -> concat(concat, frame);
            case Expr.Logical logical -> logical(logical, frame);
            case Expr.Compared compared -> compared(compared, frame);
            case Expr.Conditional conditional -> conditional(conditional, frame);
        };
    }

    private List<Object> evaluateAll(List<Expr> exprs, Frame frame) {
        List<Object> values = new ArrayList<>(exprs.size());
        for (Expr expr : exprs) {
            values.add(evaluate(expr, frame));
        }
        return values;
    }

    private Dict dict(Expr.DictOf expr, Frame frame) {
        var dict = new Dict();
        for (int i = 0; i < expr.keys().size(); i++) {
            dict.put(evaluate(expr.keys().get(i), frame), evaluate(expr.values().get(i), frame));
        }
        return dict;
    }

    private Object item(Expr.Item item, Frame frame) {
        Object target = evaluate(item.target(), frame);
        if (item.key() instanceof Expr.Slice slice) {
            return operators.slice(target, optional(slice.start(), frame), optional(slice.stop(), frame),
                    optional(slice.step(), frame));
        }
        return access.item(target, evaluate(item.key(), frame));
    }

    private @Nullable Object optional(@Nullable Expr expr, Frame frame) {
        return expr == null ? null : evaluate(expr, frame);
    }

    private Object call(Object target, Arguments arguments) {
        if (target instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!(target instanceof Callable callable)) {
            throw new TemplateFault("%s cannot be called".formatted(Types.name(target)));
        }
        return callable.call(arguments, this);
    }

    private Arguments arguments(Expr.Passed passed, Frame frame) {
        if (passed.keywords().isEmpty() && passed.list() == null && passed.dict() == null) {
            return passed.positional().isEmpty() ? Arguments.NOTHING
                    : new Arguments(evaluateAll(passed.positional(), frame), Map.of(), false);
        }
        List<Object> positional = evaluateAll(passed.positional(), frame);
        Map<String, Object> keywords = new LinkedHashMap<>();
        if (passed.list() != null) {
            positional.addAll(new Iteration(budget).list(evaluate(passed.list(), frame)));
        }
        passed.keywords().forEach(keyword -> keywords.put(keyword.name(), evaluate(keyword.value(), frame)));
        boolean foreign = passed.dict() != null && spread(evaluate(passed.dict(), frame), keywords);
        return new Arguments(positional, keywords, foreign);
    }

    /** Adds a dict's entries as keyword arguments; tells whether any name is foreign. */
    private static boolean spread(Object value, Map<String, Object> keywords) {
        if (!(value instanceof Dict dict)) {
            throw new TemplateFault("'**' needs a dict, found %s".formatted(Types.name(value)));
        }
        boolean foreign = false;
        for (Dict.Entry entry : dict.entries()) {
            if (!(entry.key() instanceof Text name) || keywords.put(name.value(), entry.value()) != null) {
                throw new TemplateFault("'**' needs names as keys that are not given already");
            }
            foreign |= name.anyForeign();
        }
        return foreign;
    }

    private Text concat(Expr.Concat concat, Frame frame) {
        var out = new TextBuilder(budget);
        concat.parts().forEach(part -> out.append(printer.str(evaluate(part, frame))));
        return out.toText();
    }

    private Object logical(Expr.Logical logical, Frame frame) {
        Object value = None.NONE;
        for (Expr operand : logical.operands()) {
            value = evaluate(operand, frame);
            if (Truth.of(value) != logical.all()) {
                return value;
            }
        }
        return value;
    }

    private boolean compared(Expr.Compared compared, Frame frame) {
        Object left = evaluate(compared.first(), frame);
        for (int i = 0; i < compared.operators().size(); i++) {
            Object right = evaluate(compared.rest().get(i), frame);
            if (!comparison.compare(compared.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Frame frame) {
        if (Truth.of(evaluate(conditional.test(), frame))) {
            return evaluate(conditional.then(), frame);
        }
        return conditional.otherwise() != null ? evaluate(conditional.otherwise(), frame)
                : new Undefined("the inline if was false and has no else");
    }
}
