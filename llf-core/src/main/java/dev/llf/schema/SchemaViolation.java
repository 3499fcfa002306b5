package dev.llf.schema;

/**
 * A place where a document is not what its schema demands.
 *
 * @param path    where in the document: {@code $} is all of it, {@code $.items[2].name} a part
 * @param message what was found and what was expected, without the document's text
 */
public record SchemaViolation(String path, String message) {}
