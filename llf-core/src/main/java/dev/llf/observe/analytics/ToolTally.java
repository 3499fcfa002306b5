package dev.llf.observe.analytics;

import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsReport.ToolFigures;
import dev.llf.observe.analytics.AnalyticsReport.Tools;
import java.util.Comparator;
import java.util.List;

/** Calls of all tools. */
final class ToolTally {

    private static final int MOST_USED = 10;
    private static final Comparator<ToolFigures> BY_CALLS = Comparator.comparingLong(ToolFigures::calls).reversed()
            .thenComparing(ToolFigures::name);
    private static final Comparator<ToolFigures> BY_RATE = Comparator.comparingDouble(ToolFigures::errorRate).reversed()
            .thenComparing(BY_CALLS);

    private final Named<Calls> tools = new Named<>(Calls::new);
    private long calls;
    private long errors;

    private static final class Calls {
        private long count;
        private long errors;
        private double seconds;
    }

    void add(ToolCalled event) {
        Calls tool = tools.get(event.tool());
        tool.count++;
        tool.seconds += SpeedTally.seconds(event.took());
        calls++;
        if (event.error()) {
            tool.errors++;
            errors++;
        }
    }

    Tools tools() {
        List<ToolFigures> all = tools.map((name, tool) -> new ToolFigures(name, tool.count, tool.errors,
                tool.seconds / tool.count));
        return new Tools(calls, errors, all.size(), all.stream().sorted(BY_CALLS).limit(MOST_USED).toList(),
                all.stream().filter(tool -> tool.errors() > 0).sorted(BY_RATE).toList());
    }
}
