package dev.llf.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Stmt {

    Position at();

    record Data(Text text, Position at) implements Stmt {}

    record Print(Expr value, Position at) implements Stmt {}

    record If(List<Branch> branches, List<Stmt> otherwise, Position at) implements Stmt {}

    record Branch(Expr test, List<Stmt> body) {}

    record For(Target target, Expr items, @Nullable Expr test, boolean recursive, List<Stmt> body, List<Stmt> otherwise,
            Position at) implements Stmt {}

    record Break(Position at) implements Stmt {}

    record Continue(Position at) implements Stmt {}

    record Set(Target target, Expr value, Position at) implements Stmt {}

    record SetBlock(Target target, Expr filtered, List<Stmt> body, Position at) implements Stmt {}

    record FilterBlock(Expr filtered, List<Stmt> body, Position at) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, List<Stmt> body, Position at) implements Stmt {}

    record MacroDef(String name, Function function, Position at) implements Stmt {}

    record CallBlock(Expr.Call call, Function function, Position at) implements Stmt {}

    record Generation(Function function, Position at) implements Stmt {}

    /**
     * A body with parameters.
     *
     * @param defaults the default values of the last parameters
     */
    record Function(List<String> parameters, List<Expr> defaults, List<Stmt> body, Position at) {

        @Nullable
        Expr defaultOf(int parameter) {
            int index = parameter - (parameters.size() - defaults.size());
            return index < 0 ? null : defaults.get(index);
        }
    }
}
