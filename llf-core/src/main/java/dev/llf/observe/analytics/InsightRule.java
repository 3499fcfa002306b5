package dev.llf.observe.analytics;

import dev.llf.observe.analytics.Insight.Severity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Looks at a report for something that should be known. Must be safe for use by many threads.
 *
 * <p>Rules see exactly the report's period. Rates are 0 to 1.
 */
@FunctionalInterface
public interface InsightRule {

    /** Fewer turns say nothing about the cache, which the first turn of a conversation cannot use. */
    int MIN_TURNS_FOR_CACHE = 20;

    /**
     * Looks at a report.
     *
     * @param report the report, whose insights are still empty
     * @return what was found; empty if nothing was
     */
    List<Insight> check(AnalyticsReport report);

    /**
     * Returns the rules that stores use unless told otherwise: cost above 100, mean duration above 5 seconds, 95th
     * percentile above 15, models with more than 5 percent errors, tools with more than 20, more than 20 percent of turns
     * cancelled, less than 30 percent of prompt tokens cached.
     *
     * @return the rules; unmodifiable
     */
    static List<InsightRule> defaults() {
        return List.of(costAbove(BigDecimal.valueOf(100)), meanDurationAbove(Duration.ofSeconds(5)),
                p95DurationAbove(Duration.ofSeconds(15)), modelErrorRateAbove(0.05), toolErrorRateAbove(0.2),
                cancelledShareAbove(0.2), cachedShareBelow(0.3));
    }

    /**
     * Finds a total cost that is too high; models without a price are not in it.
     *
     * @param limit in the currency of the price table
     * @return the rule, with the code {@code cost}
     */
    static InsightRule costAbove(BigDecimal limit) {
        return report -> report.cost().total().compareTo(limit) <= 0 ? List.of()
                : List.of(new Insight(Severity.WARNING, "cost", "The total cost is %s %s, above %s.".formatted(
                        report.cost().total().toPlainString(), report.cost().currency(), limit.toPlainString()),
                        report.cost().total().doubleValue(), limit.doubleValue()));
    }

    /**
     * Finds turns that take too long on average.
     *
     * @param limit the longest good time
     * @return the rule, with the code {@code mean-duration}
     */
    static InsightRule meanDurationAbove(Duration limit) {
        return report -> report.performance().totalSeconds().map(total -> above("mean-duration",
                "Turns take %.1f s on average, above %.1f s.", total.mean(), SpeedTally.seconds(limit)))
                .orElse(List.of());
    }

    /**
     * Finds turns of which the slowest twentieth takes too long.
     *
     * @param limit the longest good time
     * @return the rule, with the code {@code p95-duration}
     */
    static InsightRule p95DurationAbove(Duration limit) {
        return report -> report.performance().totalSeconds().map(total -> above("p95-duration",
                "One turn in 20 takes %.1f s or more, above %.1f s.", total.p95(), SpeedTally.seconds(limit)))
                .orElse(List.of());
    }

    /**
     * Finds models whose turns fail too often.
     *
     * @param limit the highest good rate, 0 to 1
     * @return the rule, with the code {@code model-errors}
     * @throws IllegalArgumentException if the limit is out of range
     */
    static InsightRule modelErrorRateAbove(double limit) {
        checkRate(limit);
        return report -> report.models().stream().filter(model -> model.errorRate() > limit)
                .map(model -> new Insight(Severity.WARNING, "model-errors",
                        "%s of the turns of the model %s failed, above %s; it had %d.".formatted(
                                percent(model.errorRate()), model.model(), percent(limit), model.tokens().turns()),
                        model.errorRate(), limit))
                .toList();
    }

    /**
     * Finds tools that fail too often.
     *
     * @param limit the highest good rate, 0 to 1
     * @return the rule, with the code {@code tool-errors}
     * @throws IllegalArgumentException if the limit is out of range
     */
    static InsightRule toolErrorRateAbove(double limit) {
        checkRate(limit);
        return report -> report.tools().failing().stream().filter(tool -> tool.errorRate() > limit)
                .map(tool -> new Insight(Severity.WARNING, "tool-errors",
                        "%s of the calls of the tool %s failed, above %s; it had %d.".formatted(
                                percent(tool.errorRate()), tool.name(), percent(limit), tool.calls()),
                        tool.errorRate(), limit))
                .toList();
    }

    /**
     * Finds too many turns that were cancelled or out of time.
     *
     * @param limit the highest good share, 0 to 1
     * @return the rule, with the code {@code cancelled}
     * @throws IllegalArgumentException if the limit is out of range
     */
    static InsightRule cancelledShareAbove(double limit) {
        checkRate(limit);
        return report -> above("cancelled", "%.0f percent of turns were cancelled or out of time, above %.0f percent.",
                100 * report.outcomes().cancelledShare(), 100 * limit);
    }

    /**
     * Finds prompts that are evaluated anew too often. Says nothing of fewer than {@value #MIN_TURNS_FOR_CACHE} turns.
     *
     * @param limit the lowest good share of cached tokens, 0 to 1
     * @return the rule, with the code {@code cache}
     * @throws IllegalArgumentException if the limit is out of range
     */
    static InsightRule cachedShareBelow(double limit) {
        checkRate(limit);
        return report -> {
            double share = report.tokens().cachedShare();
            boolean enough = report.tokens().turns() >= MIN_TURNS_FOR_CACHE && report.tokens().prompt() > 0;
            return !enough || share >= limit ? List.of()
                    : List.of(new Insight(Severity.INFO, "cache", "Only %s of prompt tokens were cached, below %s."
                            .formatted(percent(share), percent(limit)), share, limit));
        };
    }

    private static List<Insight> above(String code, String message, double value, double limit) {
        return value <= limit ? List.of()
                : List.of(new Insight(Severity.WARNING, code, String.format(Locale.ROOT, message, value, limit), value,
                        limit));
    }

    private static String percent(double rate) {
        return String.format(Locale.ROOT, "%.0f percent", 100 * rate);
    }

    private static void checkRate(double limit) {
        if (!(limit >= 0 && limit <= 1)) {
            throw new IllegalArgumentException("a rate must be 0 to 1, was %s".formatted(limit));
        }
    }
}
