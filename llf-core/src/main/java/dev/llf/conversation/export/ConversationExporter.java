package dev.llf.conversation.export;

import dev.llf.chat.Transcript;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes conversations as JSON, Markdown, HTML, plain text or PDF.
 *
 * <p>The same rules hold for all formats, and are applied before any of them: no system text unless asked for, the date
 * range, tool calls, metadata, and {@link Redactor#SECRETS}. The redactor is on for JSON too, because a file for programs
 * leaves the process like any other; a conversation in which it finds nothing, or an exporter with {@link Redactor#NONE},
 * {@code includeSystem(true)} and the other defaults, gives JSON that {@link ConversationImporter} makes the same
 * conversation of.
 *
 * <p>Text is UTF-8 with line feeds. With a clock that stands still, equal conversations give equal bytes. Safe for use by
 * many threads if redactor, formatters and clock are.
 */
public final class ConversationExporter {

    /** The most bytes that {@link #export} returns as a string: 256 MiB. */
    public static final int MAX_STRING_BYTES = 256 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ConversationExporter.class);
    private static final DateTimeFormatter FILE_TIME = DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss", Locale.ROOT);
    /** Extensions that people give files of these formats, besides the formats' own. */
    private static final List<String> COMMON_EXTENSIONS = List.of(".markdown", ".htm", ".text");

    private final ExportOptions options;
    private final Map<ExportFormat, ConversationFormatter> formatters;

    private ConversationExporter(ExportOptions options, Map<ExportFormat, ConversationFormatter> formatters) {
        this.options = options;
        this.formatters = formatters;
    }

    /**
     * Begins an exporter.
     *
     * @return a builder with the defaults that its methods name
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the formats that this exporter can write.
     *
     * @return LLF's own first, then those of further formatters, without those whose library is missing; unmodifiable
     */
    public List<ExportFormat> formats() {
        return formatters.values().stream().filter(ConversationFormatter::available)
                .map(ConversationFormatter::format).toList();
    }

    /**
     * Returns a conversation as text.
     *
     * @param transcript the conversation
     * @param format     a format that is text
     * @return the text
     * @throws IllegalArgumentException if the format is not text, or none that the exporter has
     * @throws ExportException          if it fails or the text has more than {@link #MAX_STRING_BYTES}; write large
     *                                  conversations to a stream or a file
     */
    public String export(Transcript transcript, ExportFormat format) {
        if (!format.text()) {
            throw new IllegalArgumentException("%s is no text; export it to a file or stream".formatted(format.name()));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        exportTo(transcript, format, new Limited(bytes));
        return bytes.toString(UTF_8);
    }

    /** Refuses to fill the memory. */
    private static final class Limited extends FilterOutputStream {

        private int left = MAX_STRING_BYTES;

        Limited(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            take(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            take(length);
            out.write(bytes, offset, length);
        }

        private void take(int length) throws IOException {
            if (length > left) {
                throw new IOException("more than %d bytes of text; export to a file".formatted(MAX_STRING_BYTES));
            }
            left -= length;
        }
    }

    /**
     * Writes a conversation to a stream, message by message. PDF is put together in a temporary file, in memory up to
     * 16 MiB.
     *
     * @param transcript the conversation
     * @param format     the format
     * @param out        where to; flushed, not closed
     * @throws IllegalArgumentException if the exporter does not have the format
     * @throws ExportException          if the stream refuses, or a library that the format needs is missing
     */
    public void exportTo(Transcript transcript, ExportFormat format, OutputStream out) {
        ConversationFormatter formatter = formatter(format);
        try {
            write(transcript, formatter, out);
        } catch (IOException e) {
            throw new ExportException("cannot write the %s export: %s".formatted(format.name(), e.getMessage()), e);
        }
    }

    /**
     * Writes a conversation to a file: whole or not at all. The file can be read by its owner only where the system has
     * such permissions.
     *
     * @param transcript the conversation
     * @param format     the format
     * @param file       the file, or a directory that is there, which gets a file of the {@link #defaultFileName}; a name
     *                   without a known extension gets the format's; seen from the export directory if there is one
     * @return the file that was written
     * @throws IllegalArgumentException if the exporter does not have the format
     * @throws ExportException          if the file exists and may not be overwritten, lies outside the export directory, or
     *                                  cannot be written, or a library that the format needs is missing
     */
    public Path exportTo(Transcript transcript, ExportFormat format, Path file) {
        ConversationFormatter formatter = formatter(format);
        List<String> extensions = Stream.of(Stream.of(format.extension()),
                formatters.keySet().stream().map(ExportFormat::extension), COMMON_EXTENSIONS.stream())
                .flatMap(each -> each).toList();
        return ExportFile.of(file, defaultFileName(format), extensions, options.root(), options.overwrite())
                .write(out -> write(transcript, formatter, out));
    }

    private void write(Transcript transcript, ConversationFormatter formatter, OutputStream out) throws IOException {
        OutputStream buffered = new BufferedOutputStream(out);
        formatter.write(new ExportView(transcript, options), buffered);
        buffered.flush();
    }

    /**
     * Returns a name for a file.
     *
     * @param format its format
     * @return {@code conversation_yyyyMMdd_HHmmss} with the format's extension, by the exporter's clock and offset
     */
    public String defaultFileName(ExportFormat format) {
        return "conversation_" + FILE_TIME.format(options.clock().instant().atOffset(options.zone()))
                + format.extension();
    }

    private ConversationFormatter formatter(ExportFormat format) {
        ConversationFormatter formatter = formatters.get(format);
        if (formatter == null) {
            throw new IllegalArgumentException("no formatter for '%s', there are %s".formatted(format.name(),
                    formatters.keySet().stream().map(ExportFormat::name).collect(Collectors.joining(", "))));
        }
        return formatter;
    }

    /** Gathers what an exporter shall do. Not safe for use by many threads. */
    public static final class Builder {

        private boolean includeSystem;
        private boolean includeTimestamps = true;
        private boolean includeMetadata = true;
        private boolean includeToolCalls = true;
        private Optional<Instant> from = Optional.empty();
        private Optional<Instant> to = Optional.empty();
        private ZoneOffset zone = ZoneOffset.UTC;
        private Optional<String> title = Optional.empty();
        private boolean pretty = true;
        private Redactor redactor = Redactor.SECRETS;
        private boolean overwrite;
        private Clock clock = Clock.systemUTC();
        private Optional<Path> root = Optional.empty();
        private List<Path> fonts = List.of();
        private Consumer<String> warnings = warning -> LOG.warn("Conversation export: {}", warning);
        private final List<ConversationFormatter> further = new ArrayList<>();

        private Builder() {}

        /**
         * Sets whether the system text leaves. It may hold what the host knows of the user.
         *
         * @param include false by default
         * @return this
         */
        public Builder includeSystem(boolean include) {
            this.includeSystem = include;
            return this;
        }

        /**
         * Sets whether the times of the user's messages leave.
         *
         * @param include true by default
         * @return this
         */
        public Builder includeTimestamps(boolean include) {
            this.includeTimestamps = include;
            return this;
        }

        /**
         * Sets whether the metadata of the conversation and its turns leave. The title does in any case.
         *
         * @param include true by default
         * @return this
         */
        public Builder includeMetadata(boolean include) {
            this.includeMetadata = include;
            return this;
        }

        /**
         * Sets whether tool calls and their results leave.
         *
         * @param include true by default
         * @return this
         */
        public Builder includeToolCalls(boolean include) {
            this.includeToolCalls = include;
            return this;
        }

        /**
         * Leaves out the turns that began before a time or not before another. By default all leave.
         *
         * @param from the first time that belongs to the export
         * @param to   the first time that no longer does
         * @return this
         * @throws IllegalArgumentException if {@code to} is before {@code from}
         */
        public Builder between(Instant from, Instant to) {
            if (to.isBefore(from)) {
                throw new IllegalArgumentException("to (%s) must not be before from (%s)".formatted(to, from));
            }
            this.from = Optional.of(from);
            this.to = Optional.of(to);
            return this;
        }

        /**
         * Sets the offset in which times are written.
         *
         * @param zone UTC by default
         * @return this
         */
        public Builder zone(ZoneOffset zone) {
            this.zone = zone;
            return this;
        }

        /**
         * Sets the title.
         *
         * @param title the title; by default the conversation's, or "Conversation Export"; line breaks become spaces
         * @return this
         */
        public Builder title(String title) {
            this.title = Optional.of(title);
            return this;
        }

        /**
         * Sets whether JSON is indented.
         *
         * @param pretty true by default
         * @return this
         */
        public Builder pretty(boolean pretty) {
            this.pretty = pretty;
            return this;
        }

        /**
         * Sets what takes secrets out.
         *
         * @param redactor {@link Redactor#SECRETS} by default, in all formats
         * @return this
         */
        public Builder redactor(Redactor redactor) {
            this.redactor = redactor;
            return this;
        }

        /**
         * Sets whether a file that exists is replaced.
         *
         * @param overwrite false by default
         * @return this
         */
        public Builder overwrite(boolean overwrite) {
            this.overwrite = overwrite;
            return this;
        }

        /**
         * Sets the clock that says when an export took place.
         *
         * @param clock the system's by default
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Sets the directory in which all files must lie, for names that come from users. Links that lead out of it, names
         * of devices, and names that only some systems can have are refused.
         *
         * @param root a directory; must be there when a file is written; by default files may lie anywhere
         * @return this
         */
        public Builder within(Path root) {
            this.root = Optional.of(root);
            return this;
        }

        /**
         * Sets the fonts of PDF files.
         *
         * @param fonts TrueType files ({@code .ttf}) with outlines; each character is taken from the first that has it. By
         *              default the first that is there of Noto Sans, DejaVu Sans, Liberation Sans, FreeSans, Arial Unicode
         *              and Arial in the usual places of Linux, macOS and Windows; without any, Helvetica, which has Western
         *              European characters only. Characters that no font has are replaced and counted in a warning.
         * @return this
         */
        public Builder pdfFont(Path... fonts) {
            this.fonts = Arrays.stream(fonts).toList();
            return this;
        }

        /**
         * Sets who hears of what is missing from a file.
         *
         * @param warnings takes sentences without text of the conversation; by default they are logged
         * @return this
         */
        public Builder warnings(Consumer<String> warnings) {
            this.warnings = warnings;
            return this;
        }

        /**
         * Adds a formatter, in place of any other for the same format.
         *
         * @param formatter the formatter
         * @return this
         */
        public Builder formatter(ConversationFormatter formatter) {
            this.further.add(formatter);
            return this;
        }

        /**
         * Makes the exporter, with LLF's formatters, those that the service loader finds, and those given here.
         *
         * @return the exporter
         */
        public ConversationExporter build() {
            ExportOptions options = new ExportOptions(includeSystem, includeTimestamps, includeMetadata,
                    includeToolCalls,
                    from, to, zone, title, pretty, redactor, overwrite, clock, root, warnings);
            Map<ExportFormat, ConversationFormatter> formatters = new LinkedHashMap<>();
            Stream.of(List.of(new JsonFormatter(), new MarkdownFormatter(), new HtmlFormatter(), new TextFormatter(),
                    new PdfFormatter(fonts)), ServiceLoader.load(ConversationFormatter.class), further)
                    .forEach(some -> some.forEach(each -> formatters.put(each.format(), each)));
            return new ConversationExporter(options, Collections.unmodifiableMap(formatters));
        }
    }
}
