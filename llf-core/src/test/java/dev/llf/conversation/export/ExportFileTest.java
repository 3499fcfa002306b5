package dev.llf.conversation.export;

import dev.llf.chat.Transcript;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ExportFileTest {

    private static final Transcript TRANSCRIPT = Conversations.withTool();

    @TempDir Path directory;

    private static ConversationExporter.Builder builder() {
        return ConversationExporter.builder().clock(Conversations.CLOCK);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"chat,chat.md", "v1.2,v1.2.md", "chat.md,chat.md", "CHAT.TXT,CHAT.TXT", "a b.markdown,a b.markdown",
        ".md,.md.md"})
    void addsAnExtensionToNamesWithoutOne(String name, String expected) throws IOException {
        Path file = builder().build().exportTo(TRANSCRIPT, ExportFormat.MARKDOWN, directory.resolve(name));

        assertThat(file.getFileName()).hasToString(expected);
        assertThat(file).hasContent(builder().build().export(TRANSCRIPT, ExportFormat.MARKDOWN));
        assertThat(names()).containsExactly(expected);
    }

    @Test
    void namesTheFileInADirectory() {
        Path file = builder().build().exportTo(TRANSCRIPT, ExportFormat.PDF, directory);

        assertThat(file).isEqualTo(directory.resolve("conversation_20261120_184506.pdf")).isNotEmptyFile();
    }

    @Test
    void replacesAFileOnlyIfAllowed() throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "old");

        assertThatThrownBy(() -> builder().build().exportTo(TRANSCRIPT, ExportFormat.TEXT, file))
                .isInstanceOf(ExportException.class).hasMessageContaining("exists");
        assertThat(file).hasContent("old");
        builder().overwrite(true).build().exportTo(TRANSCRIPT, ExportFormat.TEXT, file);
        assertThat(file).content().contains("Rain?");
        assertThat(names()).containsExactly("a.txt");
    }

    @Test
    void aFailureLeavesNothingBehind() throws IOException {
        ConversationFormatter failing = new ConversationFormatter() {
            @Override
            public ExportFormat format() {
                return ExportFormat.TEXT;
            }

            @Override
            public void write(ExportView view, OutputStream out) throws IOException {
                out.write(1);
                throw new IOException("disk full");
            }
        };

        assertThatThrownBy(() -> builder().formatter(failing).build().exportTo(TRANSCRIPT, ExportFormat.TEXT,
                directory.resolve("a"))).isInstanceOf(ExportException.class);
        assertThat(names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/tmp/a", "x/../../a", "CON", "nul.txt", "com1.md", "a:b", "a?", "a\nb", "sub\\a"})
    void namesCannotLeaveTheExportDirectory(String name) throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));

        assertThatThrownBy(() -> builder().within(root).build().exportTo(TRANSCRIPT, ExportFormat.TEXT, Path.of(name)))
                .isInstanceOf(ExportException.class);
        assertThat(names()).containsExactly("root");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void linksCannotLeadOutOfTheExportDirectory() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("a.txt"), outside.resolve("b.txt"));
        ConversationExporter exporter = builder().within(root).overwrite(true).build();

        assertThatThrownBy(() -> exporter.exportTo(TRANSCRIPT, ExportFormat.TEXT, Path.of("link", "a")))
                .isInstanceOf(ExportException.class);
        assertThatThrownBy(() -> exporter.exportTo(TRANSCRIPT, ExportFormat.TEXT, Path.of("a.txt")))
                .isInstanceOf(ExportException.class);
        assertThat(outside).isEmptyDirectory();
        assertThat(exporter.exportTo(TRANSCRIPT, ExportFormat.TEXT, Path.of("c"))).isNotEmptyFile();
    }

    @Test
    void anUnknownFormatWritesNothing() throws IOException {
        ExportFormat csv = new ExportFormat("csv", ".csv", "text/csv", true);

        assertThatThrownBy(() -> builder().build().exportTo(TRANSCRIPT, csv, directory.resolve("a")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("json, markdown, html, text, pdf");
        assertThatThrownBy(() -> ExportFormat.of("csv")).isInstanceOf(IllegalArgumentException.class);
        assertThat(ExportFormat.of(" MD ")).isEqualTo(ExportFormat.MARKDOWN);
        assertThat(names()).isEmpty();
    }
}
