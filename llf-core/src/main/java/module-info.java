/**
 * LLF core: language models inside the host program.
 *
 * <p>{@code dev.llf} is the door; {@code dev.llf.chat} the vocabulary that every other package speaks;
 * {@code dev.llf.spi} what sibling modules and users implement; {@code dev.llf.testing} what unit tests use.
 */
module dev.llf.core {
    requires com.fasterxml.jackson.databind;
    requires java.management;
    requires jdk.management; // free and total memory of the machine or container
    requires llama; // java-llama.cpp, an automatic module
    requires org.slf4j;
    requires transitive org.jspecify;

    exports dev.llf;
    exports dev.llf.chat;
    exports dev.llf.conversation;
    exports dev.llf.conversation.prompts;
    exports dev.llf.conversation.search;
    exports dev.llf.conversation.store;
    exports dev.llf.error;
    exports dev.llf.gguf;
    exports dev.llf.llamacpp;
    exports dev.llf.schema;
    exports dev.llf.spi;
    exports dev.llf.template;
    exports dev.llf.testing;
}
