package dev.llf.conversation.export;

import dev.llf.chat.Transcript;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

class PdfFormatterTest {

    private static final Path DEJAVU = Path.of("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");

    private final List<String> warnings = new ArrayList<>();

    private byte[] pdf(Transcript transcript, Path... fonts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ConversationExporter.builder().clock(Conversations.CLOCK).pdfFont(fonts).warnings(warnings::add).build()
                .exportTo(transcript, ExportFormat.PDF, bytes);
        return bytes.toByteArray();
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document).replace("\r\n", "\n");
        }
    }

    @Test
    void textsAreDrawnAsTheyAre() throws IOException {
        String said = "<b>bold</b> & <unclosed\n    code();\n# no heading";

        assertThat(text(pdf(Conversations.of(said, "office <br/>")))).contains("Conversation Export", "1. User",
                "2. Assistant", "<b>bold</b> & <unclosed", "code();", "# no heading", "office <br/>",
                "2026-01-31T10:00:00Z", "Page 1");
        assertThat(warnings).isEmpty();
    }

    @Test
    void otherScriptsCanBeReadBack() throws IOException {
        assumeThat(DEJAVU).exists();

        assertThat(text(pdf(Conversations.of("Ελληνικά Русский ünïcödé ∑", "שלום (עולם)"), DEJAVU)))
                .contains("Ελληνικά Русский ünïcödé ∑", "שלום");
        assertThat(warnings).isEmpty();
    }

    @Test
    void charactersWithoutAFontAreReplacedAndCounted() throws IOException {
        assertThat(text(pdf(Conversations.of("a\uD83E\uDEE8b\uDBFF\uDFFDc", "ok"))))
                .containsPattern("a[\uFFFD?]b[\uFFFD?]c")
                .contains("ok");
        assertThat(warnings).singleElement().asString().contains("2 of the characters");
    }

    @Test
    void equalConversationsGiveEqualBytes() {
        assertThat(pdf(Conversations.withTool())).isEqualTo(pdf(Conversations.withTool()));
    }

    @Test
    void longLinesAreWrappedAndLongConversationsFillPages() throws IOException {
        String words = "word ".repeat(300).strip();
        byte[] pdf = pdf(Conversations.of(words, "x".repeat(3_000)));
        String text = text(pdf(Conversations.large(10_000)));

        assertThat(text(pdf).replaceAll("\\s+", " ")).contains(words);
        assertThat(text).contains("question 5000", "answer 5000", "Page 100");
        try (PDDocument document = Loader.loadPDF(pdf)) {
            assertThat(document.getPage(0).getMediaBox().getWidth()).isEqualTo(612);
        }
    }

    @Test
    void anEmptyConversationHasOnePage() throws IOException {
        assertThat(text(pdf(Conversations.empty()))).contains("No messages.", "Page 1");
    }

    @Test
    void aFontThatIsNoneIsNamed(@TempDir Path directory) throws IOException {
        Path font = Files.writeString(directory.resolve("a.ttf"), "no font");

        assertThatThrownBy(() -> pdf(Conversations.empty(), font)).isInstanceOf(ExportException.class)
                .hasMessageContaining("a.ttf");
    }

    @Test
    void pdfIsNoString() {
        assertThatThrownBy(() -> ConversationExporter.builder().build().export(Conversations.empty(), ExportFormat.PDF))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheLibraryThatIsMissing() throws Exception {
        List<URL> classes = new ArrayList<>();
        String paths = System.getProperty("java.class.path") + File.pathSeparator
                + System.getProperty("jdk.module.path", "");
        for (String each : paths.split(File.pathSeparator)) {
            if (!each.isEmpty() && !each.contains("pdfbox") && !each.contains("fontbox")) {
                classes.add(Path.of(each).toUri().toURL());
            }
        }
        try (URLClassLoader loader = new URLClassLoader(classes.toArray(URL[]::new), null)) {
            Class<?> type = loader.loadClass(PdfFormatter.class.getName());
            Constructor<?> constructor = type.getDeclaredConstructor(List.class);
            constructor.setAccessible(true);
            Method write = type.getDeclaredMethod("write", loader.loadClass(ExportView.class.getName()),
                    OutputStream.class);
            write.setAccessible(true);
            Object formatter = constructor.newInstance(List.of());

            assertThatThrownBy(() -> write.invoke(formatter, null, OutputStream.nullOutputStream())).cause()
                    .hasMessageContaining("org.apache.pdfbox:pdfbox")
                    .matches(e -> e.getClass().getName().equals(ExportException.class.getName()));
        }
    }
}
