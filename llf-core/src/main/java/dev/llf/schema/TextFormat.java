package dev.llf.schema;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A format of strings.
 *
 * @param regex   what a grammar writes, which is not all that is accepted
 * @param accepts whether a text has the format
 */
record TextFormat(Regex regex, Predicate<String> accepts) {

    private static final String YEAR_LEAP = "(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])"
            + "|(?:0[048]|[2468][048]|[13579][26])00)";
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + YEAR_LEAP + "-02-29)";
    private static final String TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,3})?";
    private static final String OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-3]):(?:00|15|30|45))";
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s]{1,255}");

    private static final Map<String, TextFormat> KNOWN = Map.of("date", of(DATE, parses(LocalDate::parse)),
            "time", of(TIME + OFFSET, parses(OffsetTime::parse)),
            "date-time", of(DATE + "T" + TIME + OFFSET, parses(OffsetDateTime::parse)),
            "time-local", of(TIME, parses(LocalTime::parse)),
            "date-time-local", of(DATE + "T" + TIME, parses(LocalDateTime::parse)),
            "duration", of("P(?:T(?:[0-9]{1,4}H(?:[0-9]{1,2}M)?(?:[0-9]{1,2}S)?|[0-9]{1,4}M(?:[0-9]{1,2}S)?"
                    + "|[0-9]{1,5}S)|[0-9]{1,4}D)", parses(Duration::parse)),
            "uuid", of("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                    text -> UUID.matcher(text).matches()),
            "uri", of("https?://[a-z0-9]{1,32}(?:[.-][a-z0-9]{1,32}){0,4}(?:/[A-Za-z0-9._~/-]{0,128})?",
                    TextFormat::isUri),
            "email", of("[A-Za-z0-9_]{1,20}(?:[.+-][A-Za-z0-9_]{1,20}){0,2}@[a-z0-9]{1,32}"
                    + "(?:[.-][a-z0-9]{1,32}){0,2}\\.[a-z]{2,8}", text -> EMAIL.matcher(text).matches()));

    /** Formats of integers: 32 and 64 bits. */
    static final String INT_32 = "int32";
    static final String INT_64 = "int64";

    private static TextFormat of(String regex, Predicate<String> accepts) {
        try {
            return new TextFormat(Regex.parse(regex), accepts);
        } catch (Regex.UnsupportedException e) {
            throw new IllegalStateException(regex, e);
        }
    }

    static Optional<TextFormat> named(String name) {
        return Optional.ofNullable(KNOWN.get(name));
    }

    static boolean isKnown(String name) {
        return KNOWN.containsKey(name) || name.equals(INT_32) || name.equals(INT_64);
    }

    private interface Parser {
        Object parse(String text);
    }

    private static Predicate<String> parses(Parser parser) {
        return text -> {
            try {
                parser.parse(text);
                return text.length() < 100;
            } catch (DateTimeException e) {
                return false;
            }
        };
    }

    private static boolean isUri(String text) {
        try {
            return URI.create(text).isAbsolute();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
