package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;

/** One conversation as PDF. Texts are drawn as they are; nothing in them is markup. */
final class PdfConversation {

    /** What of a document may lie in memory; the rest lies in a temporary file. */
    private static final long MAX_MEMORY = 16L << 20;

    private static final PdfPages.Style TITLE = new PdfPages.Style(24, 0, 0, 0, 0);
    private static final PdfPages.Style SMALL = new PdfPages.Style(9, 0, 0.4f, 0.4f, 0.4f);
    private static final PdfPages.Style BODY = new PdfPages.Style(11, 0, 0, 0, 0);
    private static final PdfPages.Style CALL = new PdfPages.Style(10, 12, 0.2f, 0.2f, 0.2f);
    private static final PdfPages.Style ARGUMENTS = new PdfPages.Style(10, 24, 0.2f, 0.2f, 0.2f);
    private static final PdfPages.Style BLUE = new PdfPages.Style(14, 0, 0.1f, 0.3f, 0.8f);
    private static final PdfPages.Style GREEN = new PdfPages.Style(14, 0, 0.1f, 0.5f, 0.2f);
    /** A heading is not left alone at the foot of a page. */
    private static final float HEADING_AND_TEXT = 48;
    private static final float GAP = 10;

    private final ExportView view;
    private final PdfPages pages;

    private PdfConversation(ExportView view, PdfPages pages) {
        this.view = view;
        this.pages = pages;
    }

    static void write(ExportView view, List<Path> named, OutputStream out) throws IOException {
        try (PDDocument document = new PDDocument(MemoryUsageSetting.setupMixed(MAX_MEMORY).streamCache);
                PdfFonts fonts = new PdfFonts(document, named)) {
            describe(document, view);
            try (PdfPages pages = new PdfPages(document, fonts)) {
                new PdfConversation(view, pages).addAll();
            }
            document.save(out);
            if (fonts.missing() > 0) {
                view.warn("no font has %d of the characters in the PDF, they were replaced; name fonts that have them"
                        .formatted(fonts.missing()));
            }
        }
    }

    /** What would be the time of day or a random number otherwise, so that equal exports have equal bytes. */
    private static void describe(PDDocument document, ExportView view) {
        Instant time = view.exportedAt();
        document.setDocumentId(time.getEpochSecond());
        Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone(view.zone()), Locale.ROOT);
        calendar.setTimeInMillis(time.toEpochMilli());
        document.getDocumentInformation().setCreationDate(calendar);
        document.getDocumentInformation().setTitle(view.title());
        document.getDocumentInformation().setProducer("LLF");
    }

    private void addAll() throws IOException {
        pages.need(TITLE.size());
        pages.add(view.title(), TITLE);
        pages.add("Exported " + view.time(view.exportedAt()), SMALL);
        if (view.includesMetadata()) {
            for (Map.Entry<String, String> entry : Captions.metadata(view).entrySet()) {
                pages.add(Plain.line(entry.getKey()) + ": " + Plain.line(entry.getValue()), SMALL);
            }
        }
        for (ExportView.Item item : view.messages()) {
            add(item);
        }
        if (view.messageCount() == 0) {
            pages.add("No messages.", BODY);
        }
    }

    private void add(ExportView.Item item) throws IOException {
        Message message = item.message();
        pages.skip(GAP);
        pages.need(HEADING_AND_TEXT);
        pages.add(item.number() + ". " + Captions.role(message.role()), message.role() == Role.USER ? BLUE : GREEN);
        if (item.timestamp().isPresent()) {
            pages.add(view.time(item.timestamp().get()), SMALL);
        }
        if (message instanceof ToolMessage tool) {
            pages.add(Plain.line(Captions.result(tool)), CALL);
        }
        if (!message.text().isEmpty()) {
            pages.add(message.text(), BODY);
        }
        if (message instanceof AssistantMessage answer) {
            for (ToolCall call : answer.toolCalls()) {
                pages.add(Plain.line("Tool call %s (%s)".formatted(call.name(), call.id())), CALL);
                pages.add(call.arguments(), ARGUMENTS);
            }
        }
    }
}
