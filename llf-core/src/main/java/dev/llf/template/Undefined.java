package dev.llf.template;

/**
 * The value of what is not there: prints as nothing, is false and empty; any other use is a fault.
 *
 * @param complaint what is missing, as the fault says it
 */
record Undefined(String complaint) {

    static Undefined named(String name) {
        return new Undefined("'%s' is undefined".formatted(name));
    }

    TemplateFault fault() {
        return new TemplateFault(complaint);
    }
}
