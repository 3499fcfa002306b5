package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.Sampling;
import dev.llf.chat.Transcript;
import dev.llf.conversation.export.ConversationExporter;
import dev.llf.conversation.export.ConversationImporter;
import dev.llf.conversation.export.ExportFormat;
import dev.llf.conversation.export.ImportedConversation;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A conversation written to a file in each format, PDF included if Apache PDFBox is there, and read again to go on from it.
 */
public final class ExportExample {

    private ExportExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     * @throws IOException if there can be no temporary directory
     */
    public static void main(String[] args) throws IOException {
        try (TemporaryDirectory directory = TemporaryDirectory.create();
                Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy())
                        .build()) {
            Conversation talk = llf.conversation();
            talk.tree().setMetadata(Transcript.TITLE, "A talk with Ada");
            talk.send("My name is Ada.");
            talk.send("My password: hunter2000");
            export(talk.transcript(), directory.path());
            goOn(llf, directory.path().resolve("talk.json"));
        }
    }

    /** Common forms of secrets are taken out before any format sees the conversation; a redactor of your own knows more. */
    private static void export(Transcript transcript, Path directory) throws IOException {
        ConversationExporter exporter = ConversationExporter.builder().within(directory).build();
        for (ExportFormat format : exporter.formats()) {
            Path file = exporter.exportTo(transcript, format, Path.of("talk"));
            System.out.printf("%-9s %s, %d bytes%n", format.name(), file.getFileName(), Files.size(file));
        }
        System.out.println("\n" + exporter.export(transcript, ExportFormat.TEXT));
    }

    private static void goOn(Llf llf, Path file) {
        ImportedConversation imported = ConversationImporter.builder().build().read(file);
        System.out.printf("read %d turns of \"%s\", warnings: %s%n", imported.transcript().turns().size(),
                imported.transcript().title().orElse(""), imported.warnings());
        Conversation talk = llf.conversation(imported.transcript());
        System.out.println("What is my name? " + talk.send("What is my name?").text());
    }
}
