package dev.llf.template;

/** A fault while rendering that does not know its place yet; the interpreter adds it. */
final class TemplateFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean raised;

    TemplateFault(String message) {
        this(message, false);
    }

    private TemplateFault(String message, boolean raised) {
        super(message, null, false, false);
        this.raised = raised;
    }

    /** The template refuses its input. */
    static TemplateFault raisedByTemplate(String message) {
        return new TemplateFault(message, true);
    }

    TemplateException at(Position place) {
        return new TemplateException(place, String.valueOf(getMessage()), raised);
    }
}
