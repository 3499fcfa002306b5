package dev.llf.conversation.json;

/**
 * JSON that does not hold what it should. Whoever reads knows the file and what to do about it, and says so in an exception
 * of its own.
 */
public final class UnreadableJsonException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Where in the JSON. */
    private final String path;
    /** What is wrong there. */
    private final String fault;

    UnreadableJsonException(String path, String fault) {
        super("at %s: %s".formatted(path.isEmpty() ? "the top" : path, fault));
        this.path = path;
        this.fault = fault;
    }

    /**
     * Returns the place.
     *
     * @return a JSON Pointer, as {@code /messages/0/role}; empty for the whole value
     */
    public String path() {
        return path;
    }

    /**
     * Returns what is wrong.
     *
     * @return what was expected and what was found, without any text of the conversation
     */
    public String fault() {
        return fault;
    }
}
