package dev.llf.template;

import java.util.Objects;

/**
 * Text in a template's context that the program vouches for, such as {@code bos_token} or a role name.
 *
 * <p>It is rendered as if the template had written it. Every other string of the context is foreign.
 *
 * @param text the text; may hold control tokens, which will count as such
 */
public record TrustedText(String text) {

    /**
     * Checks the text.
     *
     * @param text the text; may hold control tokens, which will count as such
     */
    public TrustedText {
        Objects.requireNonNull(text, "text");
    }
}
