package dev.llf.conversation.export;

/** Where an imported conversation comes from, by its form. */
public enum ImportFormat {
    /** JSON of {@link ConversationExporter}: an object with {@code version} and {@code messages}. */
    LLF,
    /** The older form: an object with {@code conversation} and {@code metadata}. */
    CONVERSATION,
    /** An array of messages with {@code role} and {@code content}, bare or as {@code messages} of an object. */
    OPENAI,
    /** An object whose {@code conversations} have {@code from} and {@code value}, or an array or lines of such objects. */
    SHAREGPT
}
