package dev.llf.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which variable each name means in one block of a template, and how the block's variables start.
 *
 * <p>Loops, macros, {@code with}, {@code filter} and block assignments open a scope; {@code if} does not. A name that is
 * assigned anywhere in a scope is a variable of that scope from its beginning: until the assignment it has the outer
 * variable's value or, if there is none and the name was not read before, no value.
 */
final class Scope {

    /** How a variable starts. */
    sealed interface Start {

        /** With a value from outside: a loop variable or a parameter. */
        record Given() implements Start {}

        /** With no value. */
        record Unset() implements Start {}

        /** With the context's value of that name. */
        record FromContext(String name) implements Start {}

        /** With another variable's value. */
        record Copied(Variable from) implements Start {}
    }

    /** A variable: the same name may mean different ones at different levels. */
    record Variable(int level, String name) {}

    private static final Start GIVEN = new Start.Given();
    private static final Start UNSET = new Start.Unset();

    private final @Nullable Scope parent;
    private final int level;
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Map<Variable, Start> starts = new LinkedHashMap<>();
    private final Set<String> assigned = new HashSet<>();

    Scope(@Nullable Scope parent) {
        this.parent = parent;
        this.level = parent == null ? 0 : parent.level + 1;
    }

    private Scope(Scope original, boolean ignored) {
        this.parent = original.parent;
        this.level = original.level;
        variables.putAll(original.variables);
        starts.putAll(original.starts);
        assigned.addAll(original.assigned);
    }

    @Nullable
    Variable find(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Variable found = scope.variables.get(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    Map<Variable, Start> starts() {
        return starts;
    }

    void give(String name) {
        assigned.add(name);
        define(name, GIVEN);
    }

    void read(String name) {
        if (find(name) == null) {
            define(name, new Start.FromContext(name));
        }
    }

    void assign(String name) {
        assigned.add(name);
        if (!variables.containsKey(name)) {
            Variable outer = parent == null ? null : parent.find(name);
            define(name, outer == null ? UNSET : new Start.Copied(outer));
        }
    }

    private void define(String name, Start start) {
        var variable = new Variable(level, name);
        variables.put(name, variable);
        starts.put(variable, start);
    }

    /** A copy to read a branch of an {@code if} with. */
    Scope branch() {
        return new Scope(this, true);
    }

    /** Takes over what the branches found: what only some of them assign starts with the value from outside. */
    void merge(List<Scope> branches) {
        Set<String> fresh = new HashSet<>();
        branches.forEach(branch -> fresh.addAll(branch.assigned));
        fresh.removeAll(assigned);
        for (Scope branch : branches) {
            variables.putAll(branch.variables);
            starts.putAll(branch.starts);
            assigned.addAll(branch.assigned);
        }
        for (String name : fresh) {
            Variable outer = parent == null ? null : parent.find(name);
            Start start = outer == null ? new Start.FromContext(name) : new Start.Copied(outer);
            starts.put(new Variable(level, name), start);
        }
    }

    /** The names that this scope takes from the context. */
    List<String> contextNames() {
        List<String> names = new ArrayList<>();
        for (Start start : starts.values()) {
            if (start instanceof Start.FromContext from) {
                names.add(from.name());
            }
        }
        return names;
    }
}
