package dev.llf.schema;

import java.util.List;

/**
 * A rule, written by the author or made by the reader for a group or a repetition, as the engine makes them.
 *
 * @param name       the author's rule that it belongs to
 * @param kind       how it came about
 * @param offset     its place in the text, in chars
 * @param alternates the sequences it may be replaced by
 */
record Rule(String name, Kind kind, int offset, List<List<Element>> alternates) {

    enum Kind {
        NAMED, GROUP, OPTIONAL, UNBOUNDED
    }

    /** One step of a sequence. */
    sealed interface Element {}

    record Terminal(CharacterSet characters) implements Element {}

    record Reference(int rule) implements Element {}
}
