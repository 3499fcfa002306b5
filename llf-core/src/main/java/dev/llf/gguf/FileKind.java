package dev.llf.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Guesses from its first bytes what a file is that is not GGUF. */
final class FileKind {

    private FileKind() {}

    /** Returns the first four bytes as a person and a program would write them. */
    static String show(byte[] head) {
        byte[] magic = Arrays.copyOf(head, Math.min(4, head.length));
        StringBuilder text = new StringBuilder();
        for (byte b : magic) {
            text.append(b >= 0x20 && b < 0x7f ? (char) b : '.');
        }
        return "%s ('%s')".formatted(HexFormat.ofDelimiter(" ").formatHex(magic), text);
    }

    /** Returns a sentence about what to do, beginning with a space, or nothing. */
    static String hint(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version ")) {
            return " It is a Git LFS pointer: fetch the file itself with 'git lfs pull'.";
        }
        if (text.stripLeading().startsWith("<")) {
            return " It is a web page: the download has saved the page instead of the file.";
        }
        if (text.startsWith("PK\3\4")) {
            return " It is a ZIP archive: a PyTorch checkpoint has to be converted, an archive unpacked.";
        }
        if (text.length() > 8 && text.charAt(8) == '{' && text.startsWith("\0\0\0", 5)) {
            return " It is a safetensors file: look for a GGUF version of the model or convert it.";
        }
        if (text.startsWith("tjgg") || text.startsWith("lmgg") || text.startsWith("fmgg")) {
            return " It is a model of a format older than GGUF: look for a newer version.";
        }
        if (text.startsWith("\0\0\0\0")) {
            return " It begins with zeros: the download may not be complete.";
        }
        return "";
    }
}
