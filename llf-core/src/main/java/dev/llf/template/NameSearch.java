package dev.llf.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for a name anywhere in a body, inner scopes included. */
final class NameSearch {

    private NameSearch() {}

    static boolean reads(List<Stmt> body, String name) {
        return body.stream().anyMatch(stmt -> reads(stmt, name));
    }

    private static boolean reads(Stmt stmt, String name) {
        return switch (stmt) {
            case Stmt.Data data -> false;
            case Stmt.Break end -> false;
            case Stmt.Continue next -> false;
            case Stmt.Print print -> reads(print.value(), name);
            case Stmt.If choice -> reads(choice.otherwise(), name) || choice.branches().stream()
                    .anyMatch(branch -> reads(branch.test(), name) || reads(branch.body(), name));
            case Stmt.For loop -> reads(loop.items(), name) || readsOptional(loop.test(), name)
                    || reads(loop.body(), name) || reads(loop.otherwise(), name);
            case Stmt.Set set -> reads(set.value(), name);
            case Stmt.SetBlock set -> reads(set.filtered(), name) || reads(set.body(), name);
            case Stmt.FilterBlock block -> reads(block.filtered(), name) || reads(block.body(), name);
            case Stmt.With with -> with.values().stream().anyMatch(value -> reads(value, name))
                    || reads(with.body(), name);
            case Stmt.MacroDef macro -> reads(macro.function(), name);
            case Stmt.CallBlock block -> reads(block.call(), name) || reads(block.function(), name);
            case Stmt.Generation generation -> reads(generation.function(), name);
        };
    }

    private static boolean reads(Stmt.Function function, String name) {
        return function.defaults().stream().anyMatch(value -> reads(value, name))
                || reads(function.body(), name);
    }

    private static boolean readsOptional(@Nullable Expr expr, String name) {
        return expr != null && reads(expr, name);
    }

    private static boolean reads(Expr expr, String name) {
        return (expr instanceof Expr.Name read && read.name().equals(name))
                || expr.children().stream().anyMatch(child -> reads(child, name));
    }
}
