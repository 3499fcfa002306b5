package dev.llf.observe.analytics;

import java.time.Instant;
import java.time.LocalDate;

/** Reads times as {@link Instant#toString} writes them; most are of the same day as the one before. */
final class IsoInstants {

    private static final int DAY_CHARS = "2026-11-20T".length();
    private static final int TIME_CHARS = "2026-11-20T10:15:30".length();

    private String day = "";
    private long dayStart;

    Instant parse(String text) {
        int digits = text.length() - TIME_CHARS - 2;
        boolean common = text.length() > TIME_CHARS && text.endsWith("Z") && text.charAt(DAY_CHARS - 1) == 'T'
                && text.charAt(13) == ':' && text.charAt(16) == ':'
                && (digits < 0 || (text.charAt(TIME_CHARS) == '.' && digits >= 1 && digits <= 9));
        if (!common) {
            return Instant.parse(text);
        }
        int hour = number(text, DAY_CHARS, 2);
        int minute = number(text, 14, 2);
        int second = number(text, 17, 2);
        int fraction = digits < 0 ? 0 : number(text, TIME_CHARS + 1, digits);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || fraction < 0) {
            return Instant.parse(text); // says what is wrong
        }
        for (int i = Math.max(digits, 0); i < 9; i++) {
            fraction *= 10;
        }
        return Instant.ofEpochSecond(startOfDay(text) + hour * 3600L + minute * 60L + second, fraction);
    }

    private long startOfDay(String text) {
        if (!text.regionMatches(0, day, 0, DAY_CHARS)) {
            String front = text.substring(0, DAY_CHARS - 1);
            dayStart = LocalDate.parse(front).toEpochDay() * 86_400;
            day = front + "T";
        }
        return dayStart;
    }

    /** Returns the number, or a negative one if something else than digits stands there. */
    private static int number(String text, int from, int length) {
        int result = 0;
        for (int i = from; i < from + length; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            result = result * 10 + digit;
        }
        return result;
    }
}
