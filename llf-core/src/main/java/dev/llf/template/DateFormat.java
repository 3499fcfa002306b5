package dev.llf.template;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} of a local time without zone, in English. */
final class DateFormat {

    private final ZonedDateTime time;

    DateFormat(ZonedDateTime time) {
        this.time = time;
    }

    String format(String format) {
        var out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            char flag = i + 1 < format.length() ? format.charAt(i + 1) : 0;
            boolean flagged = flag == '-' || flag == '_' || flag == '0' || flag == '^';
            i += flagged ? 2 : 1;
            if (i >= format.length()) {
                throw new TemplateFault("a date format ends with '%'");
            }
            out.append(flagged ? flagged(flag, format.charAt(i)) : directive(format.charAt(i)));
        }
        return out.toString();
    }

    private String flagged(char flag, char directive) {
        String plain = directive(directive);
        if (flag == '^') {
            return plain.toUpperCase(Locale.ROOT);
        }
        boolean number = !plain.isEmpty() && plain.trim().chars().allMatch(Character::isDigit);
        if (!number) {
            return plain;
        }
        String digits = plain.trim().replaceFirst("^0+(?=.)", "");
        String filler = flag == '_' ? " " : "0";
        return flag == '-' ? digits : filler.repeat(plain.length() - digits.length()) + digits;
    }

    private String directive(char directive) {
        return switch (directive) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' -> format("%a %b %e %H:%M:%S %Y");
            case 'C' -> padded(time.getYear() / 100, 2);
            case 'd' -> padded(time.getDayOfMonth(), 2);
            case 'D', 'x' -> format("%m/%d/%y");
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'f' -> padded(time.getNano() / 1000, 6);
            case 'F' -> format("%Y-%m-%d");
            case 'g' -> padded(weekYear() % 100, 2);
            case 'G' -> padded(weekYear(), 4);
            case 'H' -> padded(time.getHour(), 2);
            case 'I' -> padded(hour12(), 2);
            case 'j' -> padded(time.getDayOfYear(), 3);
            case 'k' -> "%2d".formatted(time.getHour());
            case 'l' -> "%2d".formatted(hour12());
            case 'm' -> padded(time.getMonthValue(), 2);
            case 'M' -> padded(time.getMinute(), 2);
            case 'n' -> "\n";
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'r' -> format("%I:%M:%S %p");
            case 'R' -> format("%H:%M");
            case 's' -> Long.toString(time.toEpochSecond());
            case 'S' -> padded(time.getSecond(), 2);
            case 't' -> "\t";
            case 'T', 'X' -> format("%H:%M:%S");
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'U' -> padded((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
            case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'W' -> padded((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2);
            case 'y' -> padded(time.getYear() % 100, 2);
            case 'Y' -> Integer.toString(time.getYear());
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> throw new TemplateFault("a date format has an unknown directive");
        };
    }

    private int weekYear() {
        return time.get(IsoFields.WEEK_BASED_YEAR);
    }

    private int hour12() {
        return time.get(ChronoField.CLOCK_HOUR_OF_AMPM);
    }

    private static String padded(int number, int width) {
        return String.format(Locale.ROOT, "%0" + width + "d", number);
    }
}
