package dev.llf.conversation.export;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A form that a conversation can leave in. Further forms come from a {@link ConversationFormatter}.
 *
 * @param name      what people type: 1 to 32 of {@code a-z 0-9 -}
 * @param extension how its files end: a dot, then 1 to 16 of {@code a-z 0-9}
 * @param mediaType its media type, such as {@code text/plain}
 * @param text      whether it is UTF-8 text; otherwise it has no meaning as a string
 */
public record ExportFormat(String name, String extension, String mediaType, boolean text) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Pattern EXTENSION = Pattern.compile("\\.[a-z0-9]{1,16}");

    /** Everything there is to know, for programs; can be imported again. */
    public static final ExportFormat JSON = new ExportFormat("json", ".json", "application/json", true);
    /** For documents and wikis. */
    public static final ExportFormat MARKDOWN = new ExportFormat("markdown", ".md", "text/markdown", true);
    /** One page for browsers that needs nothing else and runs nothing. */
    public static final ExportFormat HTML = new ExportFormat("html", ".html", "text/html", true);
    /** For terminals and mails. */
    public static final ExportFormat TEXT = new ExportFormat("text", ".txt", "text/plain", true);
    /** For paper and archives; needs Apache PDFBox. */
    public static final ExportFormat PDF = new ExportFormat("pdf", ".pdf", "application/pdf", false);

    private static final List<ExportFormat> OWN = List.of(JSON, MARKDOWN, HTML, TEXT, PDF);

    /**
     * Checks the names.
     *
     * @throws IllegalArgumentException if name or extension has another form, or the media type is blank
     */
    public ExportFormat {
        if (!NAME.matcher(name).matches() || !EXTENSION.matcher(extension).matches() || mediaType.isBlank()) {
            throw new IllegalArgumentException(
                    "a format needs a name of a-z 0-9 -, an extension such as .txt and a media "
                            + "type, had '%s', '%s', '%s'".formatted(name, extension, mediaType));
        }
    }

    /**
     * Returns the formats that LLF brings along.
     *
     * @return JSON, Markdown, HTML, text and PDF; unmodifiable
     */
    public static List<ExportFormat> values() {
        return OWN;
    }

    /**
     * Finds one of LLF's own formats by what a person typed.
     *
     * @param name the name or the extension without its dot, in any case: {@code markdown} and {@code md} are the same
     * @return the format
     * @throws IllegalArgumentException if there is none
     */
    public static ExportFormat of(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        return OWN.stream().filter(each -> each.name.equals(wanted) || each.extension.equals("." + wanted)).findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("unknown export format '%s', there are %s".formatted(name,
                                OWN.stream().map(ExportFormat::name).collect(Collectors.joining(", ")))));
    }
}
