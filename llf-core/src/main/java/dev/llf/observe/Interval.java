package dev.llf.observe;

import java.time.Duration;
import java.util.Optional;

/**
 * A part of a turn.
 *
 * @param start since the turn was queued
 * @param end   since the turn was queued, not before the start
 */
record Interval(Duration start, Duration end) {

    /** An end before the start is moved to the start: an interval has no negative length. */
    Interval {
        end = end.compareTo(start) < 0 ? start : end;
    }

    /** Returns what took so long and ended then; it did not begin before the turn. */
    static Interval ending(Duration end, Duration took) {
        return new Interval(took.compareTo(end) < 0 ? end.minus(took) : Duration.ZERO, end);
    }

    Duration length() {
        return end.minus(start);
    }

    /** Returns this; empty if it took no time. */
    Optional<Interval> ifLong() {
        return length().isZero() ? Optional.empty() : Optional.of(this);
    }

    boolean contains(Interval other) {
        return start.compareTo(other.start) <= 0 && end.compareTo(other.end) >= 0;
    }

    Interval union(Interval other) {
        return new Interval(start.compareTo(other.start) <= 0 ? start : other.start, later(end, other.end));
    }

    static Duration later(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
