package dev.llf.template;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Finds the scopes of a template before it is rendered, and what cannot work in any rendering.
 *
 * <p>An unknown filter or test is refused here, except directly below an {@code if}, where it is refused when reached.
 */
final class Binder {

    private final IdentityHashMap<Object, Scope> scopes = new IdentityHashMap<>();
    private final Set<String> contextNames = new HashSet<>();
    private final Scope root = new Scope(null);

    Binder(List<Stmt> template) {
        template.forEach(stmt -> declare(stmt, root));
        enter(template, root, false, false);
    }

    Scope root() {
        return root;
    }

    /** The scopes by what opens them: a statement, a function, and for a loop also its filter and its {@code else}. */
    IdentityHashMap<Object, Scope> scopes() {
        return scopes;
    }

    Set<String> contextNames() {
        return contextNames;
    }

    // What a statement means for the names of the scope around it.

    private void declare(Stmt stmt, Scope scope) {
        switch (stmt) {
            case Stmt.Data data -> {
            }
            case Stmt.Break end -> {
            }
            case Stmt.Continue next -> {
            }
            case Stmt.Generation generation -> {
            }
            case Stmt.Print print -> read(print.value(), scope);
            case Stmt.If choice -> declareIf(choice, scope);
            case Stmt.For loop -> read(loop.items(), scope);
            case Stmt.Set set -> {
                read(set.value(), scope);
                assign(set.target(), scope);
            }
            case Stmt.SetBlock set -> assign(set.target(), scope);
            case Stmt.FilterBlock block -> read(block.filtered(), scope);
            case Stmt.With with -> with.values().forEach(value -> read(value, scope));
            case Stmt.MacroDef macro -> scope.assign(macro.name());
            case Stmt.CallBlock block -> read(block.call(), scope);
        }
    }

    private void declareIf(Stmt.If choice, Scope scope) {
        read(choice.branches().get(0).test(), scope);
        Scope then = scope.branch();
        choice.branches().get(0).body().forEach(stmt -> declare(stmt, then));
        Scope elseIf = scope.branch();
        for (Stmt.Branch branch : choice.branches().subList(1, choice.branches().size())) {
            declareIf(new Stmt.If(List.of(branch), List.of(), choice.at()), elseIf);
        }
        Scope otherwise = scope.branch();
        choice.otherwise().forEach(stmt -> declare(stmt, otherwise));
        scope.merge(List.of(then, elseIf, otherwise));
    }

    private void read(Expr expr, Scope scope) {
        if (expr instanceof Expr.Name name) {
            scope.read(name.name());
        }
        expr.children().forEach(child -> read(child, scope));
    }

    private void assign(Target target, Scope scope) {
        switch (target) {
            case Target.ToName name -> scope.assign(name.name());
            case Target.ToAttribute attribute -> scope.read(attribute.namespace());
            case Target.ToTuple tuple -> tuple.items().forEach(item -> assign(item, scope));
        }
    }

    private void give(Target target, Scope scope) {
        switch (target) {
            case Target.ToName name -> scope.give(name.name());
            case Target.ToAttribute attribute -> scope.read(attribute.namespace());
            case Target.ToTuple tuple -> tuple.items().forEach(item -> give(item, scope));
        }
    }

    // The scopes inside, and the checks.

    private void enter(List<Stmt> body, Scope scope, boolean underIf, boolean inLoop) {
        contextNames.addAll(scope.contextNames());
        body.forEach(stmt -> enter(stmt, scope, underIf, inLoop));
    }

    private void enter(Stmt stmt, Scope scope, boolean underIf, boolean inLoop) {
        switch (stmt) {
            case Stmt.Data data -> {
            }
            case Stmt.Break end -> {
            }
            case Stmt.Continue next -> {
            }
            case Stmt.Generation generation -> enterFunction(generation.function(), scope, inLoop);
            case Stmt.Print print -> check(print.value(), underIf);
            case Stmt.If choice -> enterIf(choice, scope, inLoop);
            case Stmt.For loop -> enterFor(loop, scope, underIf);
            case Stmt.Set set -> {
                check(set.value(), underIf);
                check(set.target(), inLoop);
            }
            case Stmt.SetBlock set -> {
                check(set.filtered(), false);
                check(set.target(), inLoop);
                enter(set.body(), inner(set, set.body(), scope), false, inLoop);
            }
            case Stmt.FilterBlock block -> enterFilter(block, scope, inLoop);
            case Stmt.With with -> enterWith(with, scope, underIf, inLoop);
            case Stmt.MacroDef macro -> enterFunction(macro.function(), scope, inLoop);
            case Stmt.CallBlock block -> {
                check(block.call(), underIf);
                enterFunction(block.function(), scope, inLoop);
            }
        }
    }

    private Scope inner(Object key, List<Stmt> body, Scope outer) {
        var scope = new Scope(outer);
        body.forEach(stmt -> declare(stmt, scope));
        scopes.put(key, scope);
        return scope;
    }

    private void enterIf(Stmt.If choice, Scope scope, boolean inLoop) {
        for (Stmt.Branch branch : choice.branches()) {
            check(branch.test(), true);
            enter(branch.body(), scope, true, inLoop);
        }
        enter(choice.otherwise(), scope, true, inLoop);
    }

    private void enterFor(Stmt.For loop, Scope outer, boolean underIf) {
        check(loop.items(), underIf);
        check(loop.target(), true);
        var body = new Scope(outer);
        body.give("loop");
        give(loop.target(), body);
        loop.body().forEach(stmt -> declare(stmt, body));
        scopes.put(loop, body);
        enter(loop.body(), body, false, true);
        if (loop.test() != null) {
            enterLoopTest(loop, loop.test(), outer);
        }
        enter(loop.otherwise(), inner(loop.otherwise(), loop.otherwise(), outer), false, true);
    }

    private void enterLoopTest(Stmt.For loop, Expr test, Scope outer) {
        var scope = new Scope(outer);
        give(loop.target(), scope);
        read(test, scope);
        check(test, false);
        contextNames.addAll(scope.contextNames());
        scopes.put(test, scope);
    }

    private void enterFilter(Stmt.FilterBlock block, Scope outer, boolean inLoop) {
        Scope scope = inner(block, block.body(), outer);
        read(block.filtered(), scope);
        check(block.filtered(), false);
        enter(block.body(), scope, false, inLoop);
    }

    private void enterWith(Stmt.With with, Scope outer, boolean underIf, boolean inLoop) {
        with.values().forEach(value -> check(value, underIf));
        var scope = new Scope(outer);
        with.targets().forEach(target -> give(target, scope));
        with.body().forEach(stmt -> declare(stmt, scope));
        scopes.put(with, scope);
        enter(with.body(), scope, false, inLoop);
    }

    private void enterFunction(Stmt.Function function, Scope outer, boolean inLoop) {
        var scope = new Scope(outer);
        function.parameters().forEach(scope::give);
        function.defaults().forEach(value -> read(value, scope));
        function.body().forEach(stmt -> declare(stmt, scope));
        for (String special : Macro.SPECIAL) {
            if (!function.parameters().contains(special) && NameSearch.reads(function.body(), special)) {
                scope.give(special);
            }
        }
        checkCaller(function);
        function.defaults().forEach(value -> check(value, false));
        scopes.put(function, scope);
        enter(function.body(), scope, false, inLoop);
    }

    private static void checkCaller(Stmt.Function function) {
        int index = function.parameters().indexOf("caller");
        if (index >= 0 && function.defaultOf(index) == null && NameSearch.reads(function.body(), "caller")) {
            throw new TemplateException(function.at(), "the parameter 'caller' must be left out or have a default");
        }
    }

    private static void check(Target target, boolean inLoop) {
        if (inLoop && target instanceof Target.ToName name && name.name().equals("loop")) {
            throw new TemplateException(target.at(), "nothing can be assigned to 'loop' inside a loop");
        }
        if (target instanceof Target.ToTuple tuple) {
            tuple.items().forEach(item -> check(item, inLoop));
        }
    }

    private void check(Expr expr, boolean lenient) {
        boolean inside = lenient || expr instanceof Expr.Conditional;
        if (!inside && expr instanceof Expr.Filtered filtered && !Filters.isKnown(filtered.name())) {
            throw new TemplateException(expr.at(), "the filter '%s' is unknown".formatted(filtered.name()));
        }
        if (!inside && expr instanceof Expr.Tested tested && !Tests.isKnown(tested.name())) {
            throw new TemplateException(expr.at(), "the test '%s' is unknown".formatted(tested.name()));
        }
        expr.children().forEach(child -> check(child, inside));
    }
}
