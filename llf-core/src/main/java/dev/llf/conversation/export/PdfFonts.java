package dev.llf.conversation.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBufferedFile;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fonts of one document, in the order in which a character is looked for. */
final class PdfFonts implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(PdfFonts.class);

    private static final List<String> KNOWN = List.of(
            "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
            "/usr/share/fonts/google-noto/NotoSans-Regular.ttf",
            "/usr/share/fonts/noto/NotoSans-Regular.ttf",
            "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
            "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
            "/usr/share/fonts/TTF/DejaVuSans.ttf",
            "/usr/share/fonts/dejavu/DejaVuSans.ttf",
            "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
            "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
            "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
            "/Library/Fonts/Arial Unicode.ttf",
            "/System/Library/Fonts/Supplemental/Arial.ttf",
            "C:\\Windows\\Fonts\\arial.ttf");

    private final List<Face> faces = new ArrayList<>();
    private final List<TrueTypeFont> open = new ArrayList<>();
    private final Glyph replacement;
    private final Map<Integer, Glyph> glyphs = new HashMap<>();
    private int missing;

    /** How one font shows characters. */
    private interface Face {
        PDFont font();

        boolean has(int character);
    }

    private record TrueType(PDFont font, CmapLookup characters) implements Face {
        @Override
        public boolean has(int character) {
            return characters.getGlyphId(character) != 0;
        }
    }

    private record Standard(PDFont font) implements Face {
        @Override
        public boolean has(int character) {
            try {
                font.encode(Character.toString(character));
                return true;
            } catch (IllegalArgumentException absent) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What stands for a character on paper.
     *
     * @param text  the character or what replaces it; empty for what has no shape of its own
     * @param width in thousandths of the font's size
     */
    record Glyph(PDFont font, String text, float width, boolean found) {}

    /**
     * Opens the fonts.
     *
     * @throws ExportException if one that the host named cannot be used
     */
    PdfFonts(PDDocument document, List<Path> named) throws IOException {
        try {
            for (Path font : named) {
                addNamed(document, font);
            }
            if (named.isEmpty()) {
                addKnown(document);
            }
            faces.add(new Standard(new PDType1Font(FontName.HELVETICA)));
            Face mark = find(0xFFFD);
            replacement = mark == null ? glyph(faces.getLast(), '?', false) : glyph(mark, 0xFFFD, false);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void addNamed(PDDocument document, Path font) {
        try {
            add(document, font);
        } catch (IOException | RuntimeException e) {
            throw new ExportException("cannot use the font %s: name a TrueType file (.ttf) with outlines that may be "
                    .formatted(font) + "embedded", e);
        }
    }

    /** A font of the system that cannot be used is like one that is not there. */
    private void addKnown(PDDocument document) {
        for (String each : KNOWN) {
            Path font = Path.of(each);
            if (Files.isReadable(font)) {
                try {
                    add(document, font);
                    return;
                } catch (IOException | RuntimeException e) {
                    LOG.debug("cannot use the font {}", font, e);
                }
            }
        }
    }

    private void add(PDDocument document, Path file) throws IOException {
        TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBufferedFile(file.toFile()));
        open.add(font);
        font.setEnableGsub(false); // a ligature would be no character any more for who searches or copies
        faces.add(new TrueType(PDType0Font.load(document, font, true), font.getUnicodeCmapLookup()));
    }

    /** Returns what stands for a character; the same object for the same character. */
    Glyph glyph(int character) throws IOException {
        Glyph known = glyphs.get(character);
        if (known == null) {
            Face face = find(character);
            if (face != null) {
                known = glyph(face, character, true);
            } else if (isShapeless(character)) {
                known = new Glyph(replacement.font(), "", 0, true);
            } else {
                known = replacement;
            }
            glyphs.put(character, known);
        }
        return known;
    }

    private static Glyph glyph(Face face, int character, boolean found) throws IOException {
        String text = Character.toString(character);
        return new Glyph(face.font(), text, face.font().getStringWidth(text), found);
    }

    private @Nullable Face find(int character) {
        for (Face face : faces) {
            if (face.has(character)) {
                return face;
            }
        }
        return null;
    }

    /** Joiners, variation selectors and the like say how their neighbours look. */
    private static boolean isShapeless(int character) {
        return Character.getType(character) == Character.FORMAT || (character >= 0xFE00 && character <= 0xFE0F)
                || (character >= 0xE0100 && character <= 0xE01EF);
    }

    void countMissing() {
        missing++;
    }

    int missing() {
        return missing;
    }

    @Override
    public void close() throws IOException {
        for (TrueTypeFont font : open) {
            font.close();
        }
    }
}
