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
    requires static java.desktop; // only PDFBox's signatures name it
    requires static micrometer.core; // for metrics in a registry of Micrometer
    requires static org.apache.fontbox; // with PDFBox
    requires static org.apache.pdfbox; // for conversations as PDF
    requires static org.apache.pdfbox.io; // with PDFBox
    requires transitive org.jspecify;

    exports dev.llf;
    exports dev.llf.admission;
    exports dev.llf.chat;
    exports dev.llf.conversation;
    exports dev.llf.conversation.export;
    exports dev.llf.conversation.prompts;
    exports dev.llf.conversation.search;
    exports dev.llf.conversation.store;
    exports dev.llf.error;
    exports dev.llf.gguf;
    exports dev.llf.llamacpp;
    exports dev.llf.models;
    exports dev.llf.observe;
    exports dev.llf.observe.analytics;
    exports dev.llf.schema;
    exports dev.llf.spi;
    exports dev.llf.template;
    exports dev.llf.testing;

    uses dev.llf.conversation.export.ConversationFormatter;
}
