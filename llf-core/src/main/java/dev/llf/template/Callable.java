package dev.llf.template;

/** A value that can be called. */
interface Callable {

    Object call(Arguments arguments, Interpreter interpreter);
}
