package dev.llf.schema;

import dev.llf.schema.CharacterSet.Range;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a grammar without recursion, so that its longest text is known. */
sealed interface Piece {

    Piece NOTHING = new Text("");

    /** Returns the length of the longest text in bytes of UTF-8, or {@link Long#MAX_VALUE} if it is beyond counting. */
    long maxBytes();

    /** How strongly the notation binds: 0 alternatives, 1 a sequence, 2 one item. */
    int level();

    void write(StringBuilder out);

    /** A text as it is. */
    record Text(String text) implements Piece {

        @Override
        public long maxBytes() {
            return text.codePoints().mapToLong(Piece::bytes).sum();
        }

        @Override
        public int level() {
            return text.codePointCount(0, text.length()) > 1 ? 1 : 2;
        }

        @Override
        public void write(StringBuilder out) {
            out.append('"');
            text.codePoints().forEach(c -> character(c, out));
            out.append('"');
        }
    }

    /** One of some characters. */
    record OneOf(List<Range> ranges) implements Piece {

        @Override
        public long maxBytes() {
            return bytes(ranges.getLast().last());
        }

        @Override
        public int level() {
            return 2;
        }

        @Override
        public void write(StringBuilder out) {
            out.append('[');
            for (Range range : ranges) {
                character(range.first(), out);
                if (range.last() > range.first()) {
                    out.append('-');
                    character(range.last(), out);
                }
            }
            out.append(']');
        }
    }

    record Sequence(List<Piece> parts, long maxBytes) implements Piece {

        @Override
        public int level() {
            return 1;
        }

        @Override
        public void write(StringBuilder out) {
            join(parts, " ", out);
        }
    }

    record Choice(List<Piece> alternatives, long maxBytes) implements Piece {

        @Override
        public int level() {
            return 0;
        }

        @Override
        public void write(StringBuilder out) {
            join(alternatives, " | ", out);
        }
    }

    record Repeat(Piece item, int least, int most) implements Piece {

        @Override
        public long maxBytes() {
            return times(item.maxBytes(), most);
        }

        @Override
        public int level() {
            return 2;
        }

        @Override
        public void write(StringBuilder out) {
            writeIn(item, 2, out);
            if (least == 0 && most == 1) {
                out.append('?');
            } else if (least == most) {
                out.append('{').append(least).append('}');
            } else {
                out.append('{').append(least).append(',').append(most).append('}');
            }
        }
    }

    /** A rule with a name. */
    record Named(String name, long maxBytes) implements Piece {

        @Override
        public int level() {
            return 2;
        }

        @Override
        public void write(StringBuilder out) {
            out.append(name);
        }
    }

    static Piece text(String text) {
        return new Text(text);
    }

    static Piece sequence(Piece... parts) {
        return sequence(List.of(parts));
    }

    static Piece sequence(List<Piece> parts) {
        List<Piece> flat = new ArrayList<>();
        for (Piece part : parts) {
            List<Piece> inner = part instanceof Sequence sequence ? sequence.parts : List.of(part);
            for (Piece each : inner) {
                if (each instanceof Text text && !flat.isEmpty() && flat.getLast() instanceof Text before) {
                    flat.set(flat.size() - 1, new Text(before.text + text.text));
                } else if (!each.equals(NOTHING)) {
                    flat.add(each);
                }
            }
        }
        if (flat.isEmpty()) {
            return NOTHING;
        }
        long bytes = flat.stream().mapToLong(Piece::maxBytes).reduce(0, Piece::plus);
        return flat.size() == 1 ? flat.getFirst() : new Sequence(List.copyOf(flat), bytes);
    }

    /** One of the alternatives; null if there are none. */
    static @Nullable Piece choice(List<Piece> alternatives) {
        List<Piece> distinct = alternatives.stream().distinct().toList();
        if (distinct.size() <= 1) {
            return distinct.isEmpty() ? null : distinct.getFirst();
        }
        return new Choice(distinct, distinct.stream().mapToLong(Piece::maxBytes).max().orElse(0));
    }

    static Piece either(Piece... alternatives) {
        Piece choice = choice(List.of(alternatives));
        return choice == null ? NOTHING : choice;
    }

    static Piece repeat(Piece item, int least, int most) {
        if (most == 0 || item.equals(NOTHING)) {
            return NOTHING;
        }
        return least == 1 && most == 1 ? item : new Repeat(item, least, most);
    }

    static long plus(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static long times(long a, long b) {
        return a != 0 && b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
    }

    private static void join(List<Piece> pieces, String separator, StringBuilder out) {
        String between = "";
        for (Piece piece : pieces) {
            out.append(between);
            writeIn(piece, 1, out);
            between = separator;
        }
    }

    private static void writeIn(Piece piece, int level, StringBuilder out) {
        if (piece.level() < level) {
            out.append('(');
            piece.write(out);
            out.append(')');
        } else {
            piece.write(out);
        }
    }

    private static int bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        } else if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }

    private static void character(int c, StringBuilder out) {
        if (c == '\n') {
            out.append("\\n");
        } else if (c < 0x20 || c == 0x7f || c == '^' || c == '-') {
            out.append("\\x%02X".formatted(c));
        } else if (c == '"' || c == '\\' || c == '[' || c == ']') {
            out.append('\\').append((char) c);
        } else if (c < 0x7f) {
            out.append((char) c);
        } else {
            out.append(c < 0x10000 ? "\\u%04X".formatted(c) : "\\U%08X".formatted(c));
        }
    }
}
