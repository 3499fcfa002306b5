package dev.llf.observe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A trace as JSON. */
final class TraceJson {

    private static final int SCHEMA_VERSION = 1;

    private TraceJson() {}

    static String of(Trace trace) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("schemaVersion", SCHEMA_VERSION)
                .put("turn", trace.turn()).put("conversation", trace.conversation()).put("branch", trace.branch())
                .put("startedAt", trace.startedAt().toString()).put("outcome", trace.outcome().label());
        fill(json.putObject("root"), trace.root());
        return json.toString();
    }

    private static void fill(ObjectNode json, Span span) {
        json.put("name", span.name()).put("startNanos", span.start().toNanos())
                .put("durationNanos", span.duration().toNanos());
        fill(json.putObject("attributes"), span.attributes());
        ArrayNode events = json.putArray("events");
        span.events().forEach(event -> fill(events.addObject(), event));
        ArrayNode children = json.putArray("children");
        span.children().forEach(child -> fill(children.addObject(), child));
    }

    private static void fill(ObjectNode json, Span.Event event) {
        json.put("name", event.name()).put("atNanos", event.at().toNanos());
        fill(json.putObject("attributes"), event.attributes());
    }

    private static void fill(ObjectNode json, Map<String, Attribute> attributes) {
        attributes.forEach((key, attribute) -> {
            switch (attribute) {
                case Attribute.Text text -> json.put(key, text.value());
                case Attribute.Whole whole -> json.put(key, whole.value());
                case Attribute.Decimal decimal -> json.put(key, decimal.value());
                case Attribute.Flag flag -> json.put(key, flag.value());
                case Attribute.Texts texts -> texts.values().forEach(json.putArray(key)::add);
            }
        });
    }
}
