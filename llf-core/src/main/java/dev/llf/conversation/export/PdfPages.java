package dev.llf.conversation.export;

import java.io.Closeable;
import java.io.IOException;
import java.text.Bidi;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.jspecify.annotations.Nullable;

/** Fills numbered letter pages with lines from top to bottom. */
final class PdfPages implements Closeable {

    /** Half an inch. */
    private static final float TOP_AND_BOTTOM = 36;
    private static final float LEFT_AND_RIGHT = 54;
    private static final float NUMBER_SIZE = 9;
    private static final float NUMBER_HEIGHT = 18;
    private static final float SPACING = 1.35f;
    private static final String MIRRORED = "()[]{}<>\u00AB\u00BB";

    private final PDDocument document;
    private final PdfFonts fonts;
    private @Nullable PDPageContentStream page;
    private float y;
    private int pages;

    PdfPages(PDDocument document, PdfFonts fonts) {
        this.document = document;
        this.fonts = fonts;
    }

    /** How lines look: size and indentation in points, the colour's parts from 0 to 1. */
    record Style(float size, float indent, float red, float green, float blue) {}

    /** Leaves some height free. */
    void skip(float height) {
        y -= height;
    }

    /** Begins a new page unless there is room for a height. */
    void need(float height) throws IOException {
        if (page == null || y - height < TOP_AND_BOTTOM) {
            finish();
            PDPage next = new PDPage(PDRectangle.LETTER);
            document.addPage(next);
            page = new PDPageContentStream(document, next, PDPageContentStream.AppendMode.OVERWRITE, true);
            pages++;
            y = PDRectangle.LETTER.getHeight() - TOP_AND_BOTTOM;
        }
    }

    /** Adds text, one line of the page or more for each of its own. */
    void add(String text, Style style) throws IOException {
        for (String line : Plain.lines(text)) {
            addLine(line.replace("\t", "    "), style);
        }
    }

    private void addLine(String line, Style style) throws IOException {
        int start = 0;
        do {
            int end = fit(line, start, style);
            need(style.size * SPACING);
            y -= style.size * SPACING;
            show(visual(line.substring(start, end)), style, LEFT_AND_RIGHT + style.indent, y);
            start = end;
        } while (start < line.length());
    }

    /** Returns where the line has to be broken: after a space or an ideograph, else within a word. */
    private int fit(String line, int start, Style style) throws IOException {
        float room = PDRectangle.LETTER.getWidth() - 2 * LEFT_AND_RIGHT - style.indent;
        int breakable = start;
        int next;
        for (int i = start; i < line.length(); i = next) {
            int character = line.codePointAt(i);
            next = i + Character.charCount(character);
            room -= fonts.glyph(character).width() * style.size / 1000;
            if (character == ' ') {
                breakable = next; // the space itself may hang over the edge
            } else if (room < 0 && i > start) {
                return breakable > start ? breakable : i;
            } else if (Character.isIdeographic(character)) {
                breakable = next;
            }
        }
        return line.length();
    }

    private void show(String line, Style style, float x, float height) throws IOException {
        PDPageContentStream out = current();
        out.beginText();
        out.setNonStrokingColor(style.red, style.green, style.blue);
        out.newLineAtOffset(x, height);
        StringBuilder run = new StringBuilder();
        PDFont font = null;
        int next;
        for (int i = 0; i < line.length(); i = next) {
            int character = line.codePointAt(i);
            next = i + Character.charCount(character);
            PdfFonts.Glyph glyph = fonts.glyph(character);
            if (!glyph.found()) {
                fonts.countMissing();
            }
            if (font != null && !glyph.font().equals(font)) {
                show(run, font, style.size, out);
            }
            font = glyph.font();
            run.append(glyph.text());
        }
        if (font != null) {
            show(run, font, style.size, out);
        }
        out.endText();
    }

    private static void show(StringBuilder run, PDFont font, float size, PDPageContentStream out) throws IOException {
        if (!run.isEmpty()) {
            out.setFont(font, size);
            out.showText(run.toString());
            run.setLength(0);
        }
    }

    private PDPageContentStream current() {
        if (page == null) {
            throw new IllegalStateException("no page yet");
        }
        return page;
    }

    /** Returns the line as it is drawn from left to right. */
    static String visual(String line) {
        char[] characters = line.toCharArray();
        if (!Bidi.requiresBidi(characters, 0, characters.length)) {
            return line;
        }
        Bidi bidi = new Bidi(line, Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT);
        byte[] levels = new byte[bidi.getRunCount()];
        Integer[] order = new Integer[levels.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) bidi.getRunLevel(i);
            order[i] = i;
        }
        Bidi.reorderVisually(levels, 0, order, 0, levels.length);
        StringBuilder result = new StringBuilder(line.length());
        for (int run : order) {
            String part = line.substring(bidi.getRunStart(run), bidi.getRunLimit(run));
            result.append(levels[run] % 2 == 0 ? part : reversed(part));
        }
        return result.toString();
    }

    private static String reversed(String text) {
        StringBuilder result = new StringBuilder(text).reverse();
        for (int i = 0; i < result.length(); i++) {
            int mirrored = MIRRORED.indexOf(result.charAt(i));
            if (mirrored >= 0) {
                result.setCharAt(i, MIRRORED.charAt(mirrored ^ 1));
            }
        }
        return result.toString();
    }

    /** Numbers the page and ends it. */
    private void finish() throws IOException {
        if (page != null) {
            Style style = new Style(NUMBER_SIZE, 0, 0.4f, 0.4f, 0.4f);
            show("Page " + pages, style, PDRectangle.LETTER.getWidth() / 2 - NUMBER_SIZE * 2, NUMBER_HEIGHT);
            page.close();
            page = null;
        }
    }

    @Override
    public void close() throws IOException {
        finish();
    }
}
