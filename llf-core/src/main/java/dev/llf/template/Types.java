package dev.llf.template;

import java.math.BigInteger;

/** The names of types, as error messages use them. */
final class Types {

    private Types() {}

    static String name(Object value) {
        return switch (value) {
            case Text text -> "a string";
            case Boolean flag -> "a boolean";
            case Long number -> "an integer";
            case BigInteger number -> "an integer";
            case Double number -> "a float";
            case None none -> "none";
            case Undefined undefined -> "an undefined value";
            case Sequence sequence -> sequence.isList() ? "a list" : "a tuple";
            case Dict dict -> "a dict";
            case DictView view -> "a view of a dict";
            case Range range -> "a range";
            case Lazy lazy -> "a generator";
            case Namespace namespace -> "a namespace";
            case Macro macro -> "a macro";
            case LoopState loop -> "a loop";
            default -> "a function";
        };
    }
}
