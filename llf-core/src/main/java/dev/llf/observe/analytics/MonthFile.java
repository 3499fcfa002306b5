package dev.llf.observe.analytics;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file: a month in UTC, and a number from 2 on if the files before it are full.
 *
 * @param month  of the events' times
 * @param number from 1
 */
record MonthFile(YearMonth month, int number) implements Comparable<MonthFile> {

    private static final Pattern NAME = Pattern.compile("events-(\\d{4})-(0[1-9]|1[0-2])(?:-(\\d{1,6}))?\\.jsonl");
    private static final Comparator<MonthFile> ORDER = Comparator.comparing(MonthFile::month)
            .thenComparingInt(MonthFile::number);

    static MonthFile first(Instant time) {
        return new MonthFile(YearMonth.from(time.atOffset(ZoneOffset.UTC)), 1);
    }

    static Optional<MonthFile> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int number = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
        YearMonth month = YearMonth.of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        return Optional.of(new MonthFile(month, number)).filter(file -> file.name().equals(name));
    }

    MonthFile next() {
        return new MonthFile(month, number + 1);
    }

    String name() {
        return String.format(Locale.ROOT, "events-%04d-%02d%s.jsonl", month.getYear(), month.getMonthValue(),
                number == 1 ? "" : "-" + number);
    }

    Instant start() {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    Instant end() {
        return month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    boolean covers(Instant time) {
        return !time.isBefore(start()) && time.isBefore(end());
    }

    @Override
    public int compareTo(MonthFile other) {
        return ORDER.compare(this, other);
    }
}
