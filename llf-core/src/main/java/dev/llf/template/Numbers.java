package dev.llf.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's arithmetic: exact integers, double floats, and True and False as 1 and 0. */
final class Numbers {

    /** Python, too, refuses to print longer integers. */
    static final int MAX_DIGITS = 4300;
    private static final int MAX_BITS = 14_000;

    private Numbers() {}

    static boolean isNumber(Object value) {
        return value instanceof Double || isInteger(value);
    }

    /** Integers and booleans. */
    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    static Object normal(BigInteger number) {
        if (number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        if (number.bitLength() > MAX_BITS) {
            throw new TemplateFault("an integer would be longer than %d bits".formatted(MAX_BITS));
        }
        return number;
    }

    static BigInteger big(Object integer) {
        return switch (integer) {
            case BigInteger big -> big;
            case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
            default -> BigInteger.valueOf((Long) integer);
        };
    }

    static double toDouble(Object number) {
        if (number instanceof Double real) {
            return real;
        }
        double real = big(number).doubleValue();
        if (Double.isInfinite(real)) {
            throw new TemplateFault("an integer is too large for a float");
        }
        return real;
    }

    static long toLong(Object value, String what) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!isInteger(value)) {
            throw new TemplateFault("%s must be an integer, found %s".formatted(what, Types.name(value)));
        }
        BigInteger number = big(value);
        if (number.bitLength() >= Long.SIZE) {
            throw new TemplateFault("%s is too large".formatted(what));
        }
        return number.longValue();
    }

    static int toInt(Object value, String what) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, toLong(value, what)));
    }

    static Object add(Object left, Object right) {
        return left instanceof Double || right instanceof Double ? (Object) (toDouble(left) + toDouble(right))
                : normal(big(left).add(big(right)));
    }

    static Object subtract(Object left, Object right) {
        return left instanceof Double || right instanceof Double ? (Object) (toDouble(left) - toDouble(right))
                : normal(big(left).subtract(big(right)));
    }

    static Object multiply(Object left, Object right) {
        return left instanceof Double || right instanceof Double ? (Object) (toDouble(left) * toDouble(right))
                : normal(big(left).multiply(big(right)));
    }

    static Object divide(Object left, Object right) {
        checkDivisor(right);
        if (left instanceof Double || right instanceof Double
                || (big(left).bitLength() < 53 && big(right).bitLength() < 53)) {
            return toDouble(left) / toDouble(right);
        }
        return finite(exactQuotient(big(left), big(right)));
    }

    private static double exactQuotient(BigInteger left, BigInteger right) {
        int scale = Math.max(0, right.bitLength() - left.bitLength()) / 3 + 40;
        var quotient = new BigDecimal(left).divide(new BigDecimal(right), scale, RoundingMode.DOWN);
        boolean exact = quotient.multiply(new BigDecimal(right)).compareTo(new BigDecimal(left)) == 0;
        // A last digit that is not zero breaks ties the right way.
        var sticky = BigDecimal.ONE.movePointLeft(scale + 5)
                .multiply(BigDecimal.valueOf((long) left.signum() * right.signum()));
        return (exact ? quotient : quotient.add(sticky)).doubleValue();
    }

    static Object floorDivide(Object left, Object right) {
        checkDivisor(right);
        if (left instanceof Double || right instanceof Double) {
            return floorDivide(toDouble(left), toDouble(right));
        }
        BigInteger[] parts = big(left).divideAndRemainder(big(right));
        boolean below = parts[1].signum() != 0 && parts[1].signum() != big(right).signum();
        return normal(below ? parts[0].subtract(BigInteger.ONE) : parts[0]);
    }

    private static double floorDivide(double left, double right) {
        double remainder = modulo(left, right);
        double quotient = (left - remainder) / right;
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, left / right) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    static Object modulo(Object left, Object right) {
        checkDivisor(right);
        if (left instanceof Double || right instanceof Double) {
            return modulo(toDouble(left), toDouble(right));
        }
        BigInteger remainder = big(left).remainder(big(right));
        boolean opposite = remainder.signum() != 0 && remainder.signum() != big(right).signum();
        return normal(opposite ? remainder.add(big(right)) : remainder);
    }

    private static double modulo(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0, right);
        }
        return remainder < 0 != right < 0 ? remainder + right : remainder;
    }

    private static void checkDivisor(Object right) {
        if (toDouble(right) == 0) {
            throw new TemplateFault("division by zero");
        }
    }

    static Object power(Object base, Object exponent) {
        if (base instanceof Double || exponent instanceof Double || big(exponent).signum() < 0) {
            return realPower(toDouble(base), toDouble(exponent));
        }
        BigInteger whole = big(base);
        if (whole.abs().compareTo(BigInteger.ONE) <= 0) {
            return normal(whole.pow(big(exponent).signum() == 0 ? 0 : big(exponent).testBit(0) ? 1 : 2));
        }
        if (big(exponent).bitLength() > 20 || (whole.bitLength() - 1) * big(exponent).longValue() > MAX_BITS) {
            throw new TemplateFault("an integer would be longer than %d bits".formatted(MAX_BITS));
        }
        return normal(whole.pow(big(exponent).intValue()));
    }

    private static Object realPower(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw new TemplateFault("division by zero");
        }
        if (base < 0 && exponent != Math.rint(exponent) && !Double.isInfinite(base)) {
            throw new TemplateFault("complex numbers are not supported");
        }
        if (base == 1) {
            return 1.0;
        }
        double result = Math.pow(base, exponent);
        return Double.isInfinite(base) || Double.isInfinite(exponent) ? (Object) result : (Object) finite(result);
    }

    private static double finite(double number) {
        if (Double.isInfinite(number)) {
            throw new TemplateFault("a float would be too large");
        }
        return number;
    }

    static Object negate(Object number) {
        return number instanceof Double real ? (Object) (-real) : normal(big(number).negate());
    }

    static Object absolute(Object number) {
        return number instanceof Double real ? (Object) Math.abs(real) : normal(big(number).abs());
    }

    /** Compares by exact value, also an integer with a float; NaN is left to the caller. */
    static int compare(Object left, Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        if ((left instanceof Double a && (a.isInfinite() || right instanceof Double))
                || (right instanceof Double b && b.isInfinite())) {
            double a = left instanceof Double real ? real : 0;
            double b = right instanceof Double real ? real : 0;
            return a < b ? -1 : a == b ? 0 : 1;
        }
        return decimal(left).compareTo(decimal(right));
    }

    private static BigDecimal decimal(Object number) {
        return number instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(number));
    }

    static boolean isNan(Object value) {
        return value instanceof Double real && real.isNaN();
    }

    /** Cuts off the fraction. */
    static Object truncated(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new TemplateFault("a float that is not finite has no integer value");
        }
        return normal(new BigDecimal(number).toBigInteger());
    }

    /** Python's round: to the nearest, ties to even; integers stay integers. */
    static Object round(Object number, int digits) {
        if (number instanceof Double real) {
            return Double.isNaN(real) || Double.isInfinite(real) || digits > 400 ? real
                    : finite(new BigDecimal(real).setScale(Math.max(digits, -400), RoundingMode.HALF_EVEN)
                            .doubleValue());
        }
        return digits >= 0 ? normal(big(number))
                : normal(new BigDecimal(big(number)).setScale(Math.max(digits, -MAX_DIGITS), RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }
}
