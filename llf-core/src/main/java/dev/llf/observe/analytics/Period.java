package dev.llf.observe.analytics;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Objects;

/**
 * A stretch of time.
 *
 * @param from the first moment, inclusive
 * @param to   the last moment, exclusive
 * @param zone whose days and hours are counted
 */
public record Period(Instant from, Instant to, ZoneId zone) {

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if it ends before it begins
     */
    public Period {
        Objects.requireNonNull(zone, "zone");
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "a period must not end before it begins, was %s to %s".formatted(from, to));
        }
    }

    /**
     * Returns the time up to a moment.
     *
     * @param length how long, not negative
     * @param to     the end, exclusive
     * @param zone   whose days and hours are counted
     * @return the period
     * @throws IllegalArgumentException if the length is negative
     */
    public static Period last(Duration length, Instant to, ZoneId zone) {
        return new Period(to.minus(length), to, zone);
    }

    /**
     * Returns whole days.
     *
     * @param first the first day
     * @param last  the last day, inclusive
     * @param zone  where the days begin and end
     * @return the period
     * @throws IllegalArgumentException if the last day is before the first
     */
    public static Period days(LocalDate first, LocalDate last, ZoneId zone) {
        return new Period(first.atStartOfDay(zone).toInstant(), last.plusDays(1).atStartOfDay(zone).toInstant(), zone);
    }

    /**
     * Tells whether a moment lies within.
     *
     * @param time the moment
     * @return true if it does
     */
    public boolean contains(Instant time) {
        return !time.isBefore(from) && time.isBefore(to);
    }
}
