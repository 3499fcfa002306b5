package dev.llf.observe.analytics;

import dev.llf.observe.analytics.Insight.Severity;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * What reports are made with.
 *
 * @param prices what models cost
 * @param rules  what is looked out for
 * @param clock  tells when a report was made
 */
record ReportSettings(PriceTable prices, List<InsightRule> rules, Clock clock) {

    private static final Insight ALL_WELL = new Insight(Severity.INFO, Insight.ALL_WELL,
            "All is well: no rule found anything.", 0, 0);

    /** Asks all rules. One that fails says so instead of what it would have found. */
    List<Insight> insights(AnalyticsReport report) {
        List<Insight> found = new ArrayList<>();
        for (InsightRule rule : rules) {
            try {
                found.addAll(rule.check(report));
            } catch (RuntimeException e) {
                found.add(new Insight(Severity.WARNING, "rule-failed", "A rule failed: %s.".formatted(
                        e.getClass().getName()), 0, 0));
            }
        }
        return found.isEmpty() && !rules.isEmpty() ? List.of(ALL_WELL) : found;
    }
}
