package dev.llf.conversation.prompts;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What identifies a template: also the name of a file, on every system. */
final class PromptId {

    static final int MAX_CHARS = 64;

    private static final Pattern FORM = Pattern.compile("[a-z0-9_]{1,64}");
    private static final Pattern OTHERS = Pattern.compile("[^a-z0-9]+");
    /** Windows takes these for devices, whatever follows the dot. */
    private static final Pattern DEVICE = Pattern.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]");

    private PromptId() {}

    static boolean isValid(String id) {
        return FORM.matcher(id).matches() && !DEVICE.matcher(id).matches();
    }

    static String check(String id) {
        if (!isValid(id)) {
            throw new PromptTemplateException(PromptTemplateException.Reason.MALFORMED,
                    "A template's id must be 1 to %d of a-z 0-9 _ and no device's name, found %s."
                            .formatted(MAX_CHARS, shown(id)));
        }
        return id;
    }

    /** Lower case, accents dropped, and an underscore for whatever else stands between letters and digits. */
    static String fromName(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFKD).replaceAll("\\p{M}+", "")
                .toLowerCase(Locale.ROOT);
        String id = OTHERS.matcher(plain).replaceAll("_");
        int start = id.startsWith("_") ? 1 : 0;
        id = id.substring(start, Math.min(id.length(), start + MAX_CHARS));
        id = id.endsWith("_") ? id.substring(0, id.length() - 1) : id;
        if (!isValid(id)) {
            throw new PromptTemplateException(PromptTemplateException.Reason.MALFORMED,
                    "No id can be made of the template's name, which has no usable letters a-z or digits; give an id.");
        }
        return id;
    }

    /** The id with the lowest free number at its end, from 2 on. */
    static String unused(String id, Set<String> used) {
        for (int number = 2;; number++) {
            String end = "_" + number;
            String candidate = id.substring(0, Math.min(id.length(), MAX_CHARS - end.length())) + end;
            if (!used.contains(candidate)) {
                return candidate;
            }
        }
    }

    /** A foreign text that can stand in a message. */
    static String shown(String text) {
        String start = text.substring(0, Math.min(text.length(), 40)).replaceAll("[^\\x20-\\x7E]", "?");
        return "'%s'%s".formatted(start, text.length() > 40 ? " and so on" : "");
    }
}
