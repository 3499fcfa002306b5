package dev.llf.observe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A span in the making. Foreign texts are to be {@linkplain Shown made harmless} by whoever gives them. */
final class SpanBuilder {

    private final String name;
    private final Interval interval;
    private final SortedMap<String, Attribute> attributes = new TreeMap<>();
    private final List<Span.Event> events = new ArrayList<>();
    private final List<Span> children = new ArrayList<>();

    SpanBuilder(String name, Interval interval) {
        this.name = name;
        this.interval = interval;
    }

    SpanBuilder text(String key, String value) {
        attributes.put(key, new Attribute.Text(value));
        return this;
    }

    SpanBuilder text(String key, Optional<String> value) {
        value.ifPresent(text -> text(key, text));
        return this;
    }

    SpanBuilder texts(String key, List<String> values) {
        attributes.put(key, new Attribute.Texts(values));
        return this;
    }

    SpanBuilder number(String key, long value) {
        attributes.put(key, new Attribute.Whole(value));
        return this;
    }

    SpanBuilder decimal(String key, double value) {
        attributes.put(key, new Attribute.Decimal(value));
        return this;
    }

    SpanBuilder flag(String key, boolean value) {
        attributes.put(key, new Attribute.Flag(value));
        return this;
    }

    SpanBuilder event(Span.Event event) {
        events.add(event);
        return this;
    }

    SpanBuilder child(Span child) {
        children.add(child);
        return this;
    }

    SpanBuilder child(String part, Optional<Interval> when) {
        when.ifPresent(it -> child(new SpanBuilder(part, it).build()));
        return this;
    }

    Span build() {
        children.sort(Comparator.comparing(Span::start));
        return new Span(name, interval.start(), interval.length(), attributes, events, children);
    }
}
