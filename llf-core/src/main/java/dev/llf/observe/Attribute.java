package dev.llf.observe;

import java.util.List;

/** The value of an attribute of a {@link Span}. */
public sealed interface Attribute {

    /**
     * A text.
     *
     * @param value the text, on one line, without control characters
     */
    record Text(String value) implements Attribute {}

    /**
     * A whole number.
     *
     * @param value the number
     */
    record Whole(long value) implements Attribute {}

    /**
     * A number with decimals.
     *
     * @param value the number, finite
     */
    record Decimal(double value) implements Attribute {}

    /**
     * Yes or no.
     *
     * @param value which
     */
    record Flag(boolean value) implements Attribute {}

    /**
     * Several texts.
     *
     * @param values the texts in order, each as in {@link Text}
     */
    record Texts(List<String> values) implements Attribute {
        /** Copies the list. */
        public Texts {
            values = List.copyOf(values);
        }
    }
}
