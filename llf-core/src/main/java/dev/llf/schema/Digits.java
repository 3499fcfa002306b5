package dev.llf.schema;

import dev.llf.schema.CharacterSet.Range;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the digits of numbers between two bounds. */
final class Digits {

    /** Of an integer without bounds. */
    static final BigInteger MAX_INTEGER = BigInteger.TEN.pow(18).subtract(BigInteger.ONE);
    /** After the point. */
    static final int FRACTION = 6;
    /** After the point, where a bound has as many. */
    private static final int MAX_FRACTION = 15;
    /** Of a decimal number without bounds. */
    static final BigDecimal MAX_DECIMAL = BigDecimal.TEN.pow(15).subtract(BigDecimal.ONE.movePointLeft(FRACTION));

    private Digits() {}

    /** All integers from low to high; null if there are none. */
    static @Nullable Piece integers(BigInteger low, BigInteger high) {
        List<Piece> signs = new ArrayList<>();
        if (low.signum() < 0) {
            Piece negative = naturals(high.negate().max(BigInteger.ONE), low.negate());
            if (negative != null) {
                signs.add(Piece.sequence(Piece.text("-"), negative));
            }
        }
        Piece positive = naturals(low.max(BigInteger.ZERO), high);
        if (positive != null) {
            signs.add(positive);
        }
        return Piece.choice(signs);
    }

    private static @Nullable Piece naturals(BigInteger low, BigInteger high) {
        if (low.compareTo(high) > 0) {
            return null;
        }
        List<Piece> alternatives = new ArrayList<>();
        String first = low.toString();
        String last = high.toString();
        if (first.length() == last.length()) {
            return natural(first, last);
        }
        // The shortest, those of lengths in between, the longest; where a length is complete it joins those in between.
        int from = first.length();
        int to = last.length();
        if (!first.equals(smallest(from))) {
            alternatives.add(natural(first, "9".repeat(from)));
            from++;
        }
        if (!last.equals("9".repeat(to))) {
            alternatives.add(natural(smallest(to), last));
            to--;
        }
        if (from == 1 && to >= 1) {
            alternatives.add(Piece.text("0"));
        }
        if (from <= to) {
            alternatives.add(Piece.sequence(digit('1', '9'), Piece.repeat(digit('0', '9'), from - 1, to - 1)));
        }
        return Piece.choice(alternatives);
    }

    private static String smallest(int length) {
        return length == 1 ? "0" : "1" + "0".repeat(length - 1);
    }

    private static Piece natural(String first, String last) {
        return fixed(first, last, 0, true, true);
    }

    private static Piece digit(int first, int last) {
        return first == last ? Piece.text(Character.toString(first)) : new Piece.OneOf(List.of(new Range(first, last)));
    }

    /** The digits from a place on, of texts of one length between two others. */
    private static Piece fixed(String first, String last, int place, boolean atFirst, boolean atLast) {
        int rest = first.length() - place;
        boolean low = atFirst && !first.substring(place).equals("0".repeat(rest));
        boolean high = atLast && !last.substring(place).equals("9".repeat(rest));
        if (!low && !high) {
            return Piece.repeat(digit('0', '9'), rest, rest);
        }
        int from = low ? first.charAt(place) : '0';
        int to = high ? last.charAt(place) : '9';
        if (from == to) {
            return Piece.sequence(digit(from, to), fixed(first, last, place + 1, low, high));
        }
        List<Piece> alternatives = new ArrayList<>();
        if (low) {
            alternatives.add(Piece.sequence(digit(from, from), fixed(first, last, place + 1, true, false)));
            from++;
        }
        if (high) {
            alternatives.add(Piece.sequence(digit(to, to), fixed(first, last, place + 1, false, true)));
            to--;
        }
        if (from <= to) {
            alternatives.add(Piece.sequence(digit(from, to), Piece.repeat(digit('0', '9'), rest - 1, rest - 1)));
        }
        return Piece.either(alternatives.toArray(Piece[]::new));
    }

    /** Decimal numbers from low to high without an exponent; null if there are none of so few digits. */
    static @Nullable Piece decimals(BigDecimal low, boolean aboveLow, BigDecimal high, boolean belowHigh) {
        int places = Math.min(MAX_FRACTION, Math.max(FRACTION, Math.max(low.scale(), high.scale())));
        BigDecimal step = BigDecimal.ONE.movePointLeft(places);
        BigDecimal first = low.setScale(places, RoundingMode.CEILING);
        if (aboveLow && first.compareTo(low) == 0) {
            first = first.add(step);
        }
        BigDecimal last = high.setScale(places, RoundingMode.FLOOR);
        if (belowHigh && last.compareTo(high) == 0) {
            last = last.subtract(step);
        }
        List<Piece> signs = new ArrayList<>();
        if (first.signum() < 0) {
            Piece negative = positives(last.negate().max(step), first.negate(), places);
            if (negative != null) {
                signs.add(Piece.sequence(Piece.text("-"), negative));
            }
        }
        Piece positive = positives(first.max(BigDecimal.ZERO), last, places);
        if (positive != null) {
            signs.add(positive);
        }
        return Piece.choice(signs);
    }

    private static @Nullable Piece positives(BigDecimal first, BigDecimal last, int places) {
        if (first.compareTo(last) > 0) {
            return null;
        }
        BigInteger from = first.toBigInteger();
        BigInteger to = last.toBigInteger();
        String zeros = "0".repeat(places);
        String nines = "9".repeat(places);
        String afterFirst = fraction(first, places);
        String afterLast = fraction(last, places);
        List<Piece> alternatives = new ArrayList<>();
        if (from.equals(to)) {
            return Piece.sequence(Piece.text(from.toString()), fraction(afterFirst, afterLast, places));
        }
        if (!afterFirst.equals(zeros)) {
            alternatives.add(Piece.sequence(Piece.text(from.toString()), fraction(afterFirst, nines, places)));
            from = from.add(BigInteger.ONE);
        }
        if (!afterLast.equals(nines)) {
            alternatives.add(Piece.sequence(Piece.text(to.toString()), fraction(zeros, afterLast, places)));
            to = to.subtract(BigInteger.ONE);
        }
        Piece whole = naturals(from, to);
        if (whole != null) {
            alternatives.add(Piece.sequence(whole, fraction(zeros, nines, places)));
        }
        return Piece.choice(alternatives);
    }

    private static String fraction(BigDecimal number, int places) {
        String digits = number.remainder(BigDecimal.ONE).movePointRight(places).toBigInteger().toString();
        return "0".repeat(places - digits.length()) + digits;
    }

    /** The point and what follows it, or nothing where that is within the bounds. */
    private static Piece fraction(String first, String last, int places) {
        boolean free = isAll(first, '0', 0) && isAll(last, '9', 0);
        if (free) {
            Piece some = Piece.sequence(Piece.text("."), Piece.repeat(digit('0', '9'), 1, Math.min(places, FRACTION)));
            return Piece.repeat(some, 0, 1);
        }
        Piece some = Piece.sequence(Piece.text("."), after(first, last, 0, true, true));
        return isAll(first, '0', 0) ? Piece.repeat(some, 0, 1) : some;
    }

    private static boolean isAll(String digits, char digit, int from) {
        return digits.chars().skip(from).allMatch(c -> c == digit);
    }

    /** At least one digit from a place on; it may stop where zeros may follow. */
    private static Piece after(String first, String last, int place, boolean atFirst, boolean atLast) {
        int rest = first.length() - place;
        boolean low = atFirst && !isAll(first, '0', place);
        boolean high = atLast && !isAll(last, '9', place);
        if (!low && !high) {
            return Piece.repeat(digit('0', '9'), 1, rest);
        }
        int from = low ? first.charAt(place) : '0';
        int to = high ? last.charAt(place) : '9';
        List<Piece> alternatives = new ArrayList<>();
        if (from == to) {
            return Piece.sequence(digit(from, to), more(first, last, place + 1, low, high));
        }
        if (low) {
            alternatives.add(Piece.sequence(digit(from, from), more(first, last, place + 1, true, false)));
            from++;
        }
        if (high) {
            alternatives.add(Piece.sequence(digit(to, to), more(first, last, place + 1, false, true)));
            to--;
        }
        if (from <= to) {
            alternatives.add(Piece.sequence(digit(from, to), Piece.repeat(digit('0', '9'), 0, rest - 1)));
        }
        return Piece.either(alternatives.toArray(Piece[]::new));
    }

    private static Piece more(String first, String last, int place, boolean atFirst, boolean atLast) {
        if (place == first.length()) {
            return Piece.NOTHING;
        }
        Piece digits = after(first, last, place, atFirst, atLast);
        return atFirst && !isAll(first, '0', place) ? digits : Piece.repeat(digits, 0, 1);
    }
}
