package dev.llf.schema;

import dev.llf.error.LlfException;
import org.jspecify.annotations.Nullable;

/** A schema, or a Java type that should become one, cannot be used: change it at the named place. */
public final class SchemaException extends LlfException {

    private static final long serialVersionUID = 1L;

    /** Where in the schema or in the type. */
    private final String path;

    SchemaException(String path, String message) {
        this(path, message, null);
    }

    SchemaException(String path, String message, @Nullable Throwable cause) {
        super(path.isEmpty() ? message : "%s: %s".formatted(path, message), cause);
        this.path = path;
    }

    /**
     * Returns the place of the fault.
     *
     * @return a JSON pointer into the schema, such as {@code #/properties/age}, or the components of a Java type, such as
     *         {@code Order.customer}; empty if there is no single place
     */
    public String path() {
        return path;
    }
}
