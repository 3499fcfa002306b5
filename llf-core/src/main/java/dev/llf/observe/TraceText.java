package dev.llf.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** A trace as lines of aligned columns. */
final class TraceText {

    private static final double NANOS_PER_MILLI = 1e6;

    /** One line: the indented name, start and duration, and the rest. */
    private record Line(String name, String start, String took, String rest) {

        String aligned(int nameWidth, int timeWidth) {
            String line = name + " ".repeat(nameWidth - width(name)) + right(start, timeWidth)
                    + right(took, timeWidth) + "  " + rest;
            return line.stripTrailing() + "\n";
        }

        private static String right(String text, int width) {
            return " ".repeat(2 + width - text.length()) + text;
        }
    }

    private TraceText() {}

    static String of(Trace trace) {
        List<Line> lines = new ArrayList<>(List.of(new Line("span", "start ms", "took ms", "")));
        add(lines, trace.root(), 0);
        int nameWidth = lines.stream().mapToInt(line -> width(line.name)).max().orElseThrow();
        int timeWidth = lines.stream().mapToInt(line -> Math.max(line.start.length(), line.took.length())).max()
                .orElseThrow();
        return "turn %s of conversation %s, branch %s, queued %s: %s\n".formatted(Shown.name(trace.turn()),
                Shown.name(trace.conversation()), Shown.name(trace.branch()), trace.startedAt(),
                trace.outcome().label())
                + lines.stream().map(line -> line.aligned(nameWidth, timeWidth)).collect(Collectors.joining());
    }

    private static void add(List<Line> lines, Span span, int depth) {
        lines.add(new Line("  ".repeat(depth) + span.name(), millis(span.start()), millis(span.duration()),
                attributes(span.attributes())));
        for (Span.Event event : span.events()) {
            lines.add(new Line("  ".repeat(depth + 1) + "* " + event.name(), millis(event.at()), "",
                    attributes(event.attributes())));
        }
        span.children().forEach(child -> add(lines, child, depth + 1));
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toNanos() / NANOS_PER_MILLI);
    }

    private static String attributes(SortedMap<String, Attribute> attributes) {
        return attributes.entrySet().stream().map(entry -> entry.getKey() + "=" + value(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String value(Attribute attribute) {
        return switch (attribute) {
            case Attribute.Text text -> quoted(text.value());
            case Attribute.Whole whole -> Long.toString(whole.value());
            case Attribute.Decimal decimal -> String.format(Locale.ROOT, "%.1f", decimal.value());
            case Attribute.Flag flag -> Boolean.toString(flag.value());
            case Attribute.Texts texts -> texts.values().stream().map(TraceText::quoted)
                    .collect(Collectors.joining(",", "[", "]"));
        };
    }

    /** What could be taken for the next attribute, or for nothing, is put in quotes. */
    private static String quoted(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> " =,\"[]".indexOf(c) >= 0);
        return plain ? text : '"' + text.replace("\"", "\\\"") + '"';
    }
}
