package dev.llf.conversation.files;

import java.util.regex.Pattern;

/** A text as a field of comma-separated values. */
public final class CsvField {

    private static final Pattern FORMULA = Pattern.compile("^\\s*[=+\\-@\\t\\r\\n\uFF1D\uFF0B\uFF0D\uFF20]");
    private static final Pattern TO_QUOTE = Pattern.compile("[,\"\\r\\n]");

    private CsvField() {}

    /**
     * Returns the field, as RFC 4180 has it. An apostrophe stands before what a spreadsheet would take for a formula.
     *
     * @param text any text
     * @return the text, in quotes if it needs them
     */
    public static String text(String text) {
        String harmless = FORMULA.matcher(text).find() ? "'" + text : text;
        return TO_QUOTE.matcher(harmless).find() ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
    }
}
