package dev.llf.chat;

import java.util.Objects;
import java.util.stream.Collectors;

/** Checks of text at the border: what cannot reach a model unchanged is refused, never repaired unseen. */
public final class WellFormed {

    private static final int MAX_ID = 64;

    private WellFormed() {}

    /**
     * Returns the text if it is well-formed Unicode.
     *
     * @param text the text
     * @param what what it is, for the message
     * @return the text
     * @throws IllegalArgumentException at an unpaired surrogate; the message does not show the text
     */
    public static String text(String text, String what) {
        Objects.requireNonNull(text, what);
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int codePoint = text.codePointAt(i);
            next = i + Character.charCount(codePoint);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                        "%s is not well-formed Unicode: unpaired surrogate U+%04X at index %d; was it cut inside an emoji?"
                                .formatted(what, codePoint, i));
            }
        }
        return text;
    }

    /**
     * Returns the text if it is well-formed Unicode and not blank.
     *
     * @param name the text
     * @param what what it is, for the message
     * @return the text
     * @throws IllegalArgumentException if it is blank or has an unpaired surrogate
     */
    public static String name(String name, String what) {
        if (text(name, what).isBlank()) {
            throw new IllegalArgumentException("%s must not be blank".formatted(what));
        }
        return name;
    }

    /**
     * Returns the text if it can name something in stores, files and logs alike.
     *
     * @param id   the text
     * @param what what it is, for the message
     * @return the text
     * @throws IllegalArgumentException if it is anything but 1 to 64 letters, digits, {@code _} or {@code -} of ASCII
     */
    public static String id(String id, String what) {
        if (id.isEmpty() || id.length() > MAX_ID || !id.chars().allMatch(WellFormed::isIdCharacter)) {
            throw new IllegalArgumentException("%s must be 1 to %d of A-Z a-z 0-9 _ -, was '%s'"
                    .formatted(what, MAX_ID, shown(id)));
        }
        return id;
    }

    /** Foreign text must not reach terminals and logs as it is. */
    private static String shown(String id) {
        String start = id.length() > MAX_ID ? id.substring(0, MAX_ID) + "..." : id;
        return start.chars().mapToObj(c -> c > ' ' && c < 0x7f ? Character.toString(c) : "?")
                .collect(Collectors.joining());
    }

    private static boolean isIdCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
