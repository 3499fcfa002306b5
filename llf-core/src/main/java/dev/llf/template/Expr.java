package dev.llf.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expr {

    Position at();

    /** The expressions directly inside, in the order of the text. */
    default List<Expr> children() {
        return List.of();
    }

    record Literal(Object value, Position at) implements Expr {}

    record Name(String name, Position at) implements Expr {}

    /** Stands for the text of the block that a filter works on. */
    record BlockText(Position at) implements Expr {}

    record ListOf(List<Expr> items, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return items;
        }
    }

    record TupleOf(List<Expr> items, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return items;
        }
    }

    record DictOf(List<Expr> keys, List<Expr> values, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            List<Expr> all = new ArrayList<>(keys);
            all.addAll(values);
            return all;
        }
    }

    record Attribute(Expr target, String name, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(target);
        }
    }

    record Item(Expr target, Expr key, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(target, key);
        }
    }

    record Slice(@Nullable Expr start, @Nullable Expr stop, @Nullable Expr step, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return present(start, stop, step);
        }
    }

    record Call(Expr target, Passed passed, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return passed.with(target);
        }
    }

    record Filtered(Expr target, String name, Passed passed, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return passed.with(target);
        }
    }

    record Tested(Expr target, String name, Passed passed, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return passed.with(target);
        }
    }

    record Not(Expr operand, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(operand);
        }
    }

    record Signed(boolean negative, Expr operand, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(operand);
        }
    }

    record Binary(String operator, Expr left, Expr right, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(left, right);
        }
    }

    record Concat(List<Expr> parts, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return parts;
        }
    }

    /** {@code and} or {@code or} over two or more operands. */
    record Logical(boolean all, List<Expr> operands, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return operands;
        }
    }

    /** {@code first op0 rest0 op1 rest1 ...}: true if each neighbouring pair compares true. */
    record Compared(Expr first, List<String> operators, List<Expr> rest, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            List<Expr> all = new ArrayList<>(List.of(first));
            all.addAll(rest);
            return all;
        }
    }

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, Position at) implements Expr {
        @Override
        public List<Expr> children() {
            return present(test, then, otherwise);
        }
    }

    /** The arguments of a call. */
    record Passed(List<Expr> positional, List<Keyword> keywords, @Nullable Expr list, @Nullable Expr dict) {

        static final Passed NOTHING = new Passed(List.of(), List.of(), null, null);

        List<Expr> with(Expr target) {
            List<Expr> all = new ArrayList<>(List.of(target));
            all.addAll(positional);
            keywords.forEach(keyword -> all.add(keyword.value()));
            all.addAll(present(list, dict));
            return all;
        }
    }

    record Keyword(String name, Expr value) {}

    private static List<Expr> present(@Nullable Expr... expressions) {
        List<Expr> found = new ArrayList<>(expressions.length);
        for (Expr expression : expressions) {
            if (expression != null) {
                found.add(expression);
            }
        }
        return found;
    }
}
