package dev.llf.conversation.search;

import java.util.List;

/** The ways to mark matches. */
enum MarkedText implements HitRenderer {
    HTML("<mark>", "</mark>") {
        @Override
        void append(char c, StringBuilder out) {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
    },
    ANSI("\u001B[7m", "\u001B[27m"), PLAIN("[", "]");

    private static final char REPLACEMENT = '\uFFFD';

    private final String open;
    private final String close;

    MarkedText(String open, String close) {
        this.open = open;
        this.close = close;
    }

    @Override
    public String render(String text, List<TextRange> ranges) {
        StringBuilder out = new StringBuilder(text.length() + 32);
        int done = 0;
        for (TextRange range : ranges) {
            if (range.start() < done || range.end() > text.length()) {
                throw new IllegalArgumentException(
                        "ranges must be in order, apart and within the %d characters of the text, found %d to %d after %d"
                                .formatted(text.length(), range.start(), range.end(), done));
            }
            append(text, done, range.start(), out);
            out.append(open);
            append(text, range.start(), range.end(), out);
            out.append(close);
            done = range.end();
        }
        append(text, done, text.length(), out);
        return out.toString();
    }

    private void append(String text, int start, int end, StringBuilder out) {
        for (int i = start; i < end; i++) {
            boolean lineBreak = text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            if (!lineBreak) {
                append(text.charAt(i), out);
            }
        }
    }

    void append(char c, StringBuilder out) {
        boolean harmless = c == '\n' || c == '\t' || !Character.isISOControl(c);
        out.append(harmless ? c : REPLACEMENT);
    }
}
