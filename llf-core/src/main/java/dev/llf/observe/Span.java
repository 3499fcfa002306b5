package dev.llf.observe;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A part of a turn, and the parts of that part.
 *
 * @param name       what was done, with names of OpenTelemetry's conventions for generative AI where they have one
 * @param start      when it began, since the turn was queued
 * @param duration   how long it took
 * @param attributes what is known about it, sorted by name; unmodifiable
 * @param events     what happened in it at one moment, in order; unmodifiable
 * @param children   its parts, in the order in which they began; unmodifiable
 */
public record Span(String name, Duration start, Duration duration, SortedMap<String, Attribute> attributes,
        List<Event> events, List<Span> children) {

    /** Copies map and lists. */
    public Span {
        attributes = copyOf(attributes);
        events = List.copyOf(events);
        children = List.copyOf(children);
    }

    /**
     * Something that happened at one moment.
     *
     * @param name       what
     * @param at         when, since the turn was queued
     * @param attributes what is known about it, sorted by name; unmodifiable
     */
    public record Event(String name, Duration at, SortedMap<String, Attribute> attributes) {
        /** Copies the map. */
        public Event {
            attributes = copyOf(attributes);
        }
    }

    private static SortedMap<String, Attribute> copyOf(SortedMap<String, Attribute> attributes) {
        return attributes.isEmpty() ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }
}
