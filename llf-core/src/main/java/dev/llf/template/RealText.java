package dev.llf.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floats with a given number of digits, rounded exactly, ties to even. */
final class RealText {

    private static final int MAX_PRECISION = 1000;

    private RealText() {}

    static String fixed(double number, int precision) {
        if (!Double.isFinite(number)) {
            return Printer.real(number);
        }
        return new BigDecimal(number).setScale(checked(precision), RoundingMode.HALF_EVEN).toPlainString();
    }

    static String scientific(double number, int precision) {
        if (!Double.isFinite(number)) {
            return Printer.real(number);
        }
        BigDecimal exact = new BigDecimal(number);
        BigDecimal rounded = exact.round(new MathContext(checked(precision) + 1, RoundingMode.HALF_EVEN));
        int exponent = number == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String digits = rounded.movePointLeft(exponent).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        return digits + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    static String general(double number, int precision, boolean keepZeros) {
        return general(number, precision, keepZeros, 0);
    }

    /** The general form that always shows a fraction and turns to an exponent one digit earlier. */
    static String shortest(double number, int precision) {
        String digits = general(number, precision, false, 1);
        return digits.chars().allMatch(Character::isDigit) ? digits + ".0" : digits;
    }

    private static String general(double number, int precision, boolean keepZeros, int earlier) {
        if (!Double.isFinite(number)) {
            return Printer.real(number);
        }
        int digits = Math.max(1, checked(precision));
        String scientific = scientific(number, digits - 1);
        int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
        if (exponent < -4 || exponent >= digits - earlier) {
            int e = scientific.indexOf('e');
            return (keepZeros ? scientific.substring(0, e) : trimmed(scientific.substring(0, e)))
                    + scientific.substring(e);
        }
        String fixed = fixed(number, digits - 1 - exponent);
        return keepZeros ? fixed : trimmed(fixed);
    }

    private static String trimmed(String digits) {
        if (digits.indexOf('.') < 0) {
            return digits;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
    }

    private static int checked(int precision) {
        if (precision > MAX_PRECISION) {
            throw new TemplateFault("a precision may be at most %d".formatted(MAX_PRECISION));
        }
        return precision;
    }
}
