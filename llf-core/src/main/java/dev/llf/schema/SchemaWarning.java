package dev.llf.schema;

/**
 * Something in a schema that a grammar cannot enforce, or that nobody looks at.
 *
 * @param path    a JSON pointer to the schema that has it, such as {@code #/properties/age}
 * @param keyword the keyword, such as {@code uniqueItems}
 * @param message what is not enforced, and whether {@link JsonSchema#validate} checks it
 */
public record SchemaWarning(String path, String keyword, String message) {}
