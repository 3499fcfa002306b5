package dev.llf.conversation.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** Writes PDF if Apache PDFBox is there, and says what is missing if not. */
final class PdfFormatter implements ConversationFormatter {

    private static final String LIBRARY = "org.apache.pdfbox.pdmodel.PDDocument";

    private final List<Path> fonts;

    PdfFormatter(List<Path> fonts) {
        this.fonts = List.copyOf(fonts);
    }

    @Override
    public ExportFormat format() {
        return ExportFormat.PDF;
    }

    @Override
    public boolean available() {
        try {
            find();
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static void find() throws ClassNotFoundException {
        Class.forName(LIBRARY, false, PdfFormatter.class.getClassLoader());
    }

    @Override
    public void write(ExportView view, OutputStream out) throws IOException {
        try {
            find();
        } catch (ClassNotFoundException e) {
            throw new ExportException("PDF needs Apache PDFBox, which is not there: add the dependency "
                    + "org.apache.pdfbox:pdfbox, version 3.0.0 or later", e);
        }
        PdfConversation.write(view, fonts, out);
    }
}
