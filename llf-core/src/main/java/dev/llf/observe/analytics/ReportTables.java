package dev.llf.observe.analytics;

import dev.llf.observe.Distribution;
import dev.llf.observe.analytics.AnalyticsReport.ModelFigures;
import dev.llf.observe.analytics.AnalyticsReport.Performance;
import dev.llf.observe.analytics.AnalyticsReport.Tokens;
import dev.llf.observe.analytics.AnalyticsReport.ToolFigures;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A report as tables, which all formats show: the same figures under the same names. */
final class ReportTables {

    private static final int DECIMALS = 6;

    private ReportTables() {}

    /**
     * A part of a report.
     *
     * @param name    what it is, as in JSON
     * @param isList  whether each row is one of many and begins with its name
     * @param columns names of the columns
     * @param rows    texts, numbers and truth values
     */
    record Table(String name, boolean isList, List<String> columns, List<List<Object>> rows) {}

    static List<Table> of(AnalyticsReport report) {
        List<Table> tables = new ArrayList<>(general(report));
        tables.addAll(turns(report));
        tables.addAll(tools(report));
        tables.addAll(activity(report));
        tables.add(list("insights", "code severity message value threshold", report.insights(),
                each -> row(each.code(), word(each.severity()), each.message(),
                        each.value(), each.threshold())));
        return tables;
    }

    private static List<Table> general(AnalyticsReport report) {
        return List.of(
                single("report", "schemaVersion generatedAt from to zone events badLines",
                        AnalyticsReport.SCHEMA_VERSION,
                        report.generatedAt(), report.period().from(), report.period().to(), report.period().zone(),
                        report.events(), report.badLines()),
                single("tokens", "turns prompt cached completion total perTurn cachedShare",
                        tokens(report.tokens()).toArray()),
                single("cost", "currency total complete", report.cost().currency(), report.cost().total(),
                        report.cost().isComplete()),
                counts("unpriced", "model tokens", report.cost().unpriced()));
    }

    private static List<Table> turns(AnalyticsReport report) {
        Performance speed = report.performance();
        return List.of(
                new Table("performance", true, words("measure count mean min max p50 p90 p95 p99"),
                        List.of(spread("totalSeconds", speed.totalSeconds()),
                                spread("firstTokenSeconds", speed.firstTokenSeconds()),
                                spread("tokensPerSecond", speed.tokensPerSecond()))),
                single("throughput", "tokensPerSecond", speed.throughput()),
                single("outcomes", "turns succeeded cancelled failed errorRate cancelledShare",
                        report.outcomes().turns(),
                        report.outcomes().succeeded(), report.outcomes().cancelled(), report.outcomes().failed(),
                        report.outcomes().errorRate(), report.outcomes().cancelledShare()),
                list("finishReasons", "reason turns", List.copyOf(report.outcomes().reasons().entrySet()),
                        each -> row(word(each.getKey()), each.getValue())),
                counts("errorTypes", "type turns", report.outcomes().errorTypes()),
                list("models",
                        "model turns prompt cached completion total perTurn cachedShare failed cancelled errorRate "
                                + "meanSeconds p50Seconds p95Seconds meanFirstTokenSeconds p95FirstTokenSeconds tokensPerSecond "
                                + "cost",
                        report.models(), ReportTables::model),
                list("days", "day turns prompt cached completion total perTurn cachedShare cost", report.days(),
                        each -> row(each.day(), tokens(each.tokens()), each.cost())));
    }

    private static List<Object> model(ModelFigures model) {
        Performance speed = model.performance();
        return row(model.model(), tokens(model.tokens()), model.failed(), model.cancelled(), model.errorRate(),
                figure(speed.totalSeconds(), Distribution::mean), figure(speed.totalSeconds(), Distribution::p50),
                figure(speed.totalSeconds(), Distribution::p95), figure(speed.firstTokenSeconds(), Distribution::mean),
                figure(speed.firstTokenSeconds(), Distribution::p95), speed.throughput(),
                model.cost().<Object>map(cost -> cost).orElse("unpriced"));
    }

    private static List<Table> tools(AnalyticsReport report) {
        String columns = "tool calls errors errorRate meanSeconds";
        Function<ToolFigures, List<Object>> row = tool -> row(tool.name(), tool.calls(), tool.errors(),
                tool.errorRate(),
                tool.meanSeconds());
        return List.of(
                single("tools", "calls errors unique", report.tools().calls(), report.tools().errors(),
                        report.tools().unique()),
                list("mostUsedTools", columns, report.tools().mostUsed(), row),
                list("failingTools", columns, report.tools().failing(), row));
    }

    private static List<Table> activity(AnalyticsReport report) {
        return List.of(
                single("conversations", "count complete meanTurns mostTurns", report.conversations().count(),
                        report.conversations().complete(), report.conversations().meanTurns(),
                        report.conversations().mostTurns()),
                list("hours", "hour turns", IntStream.range(0, report.hours().size()).boxed().toList(),
                        hour -> row(hour, report.hours().get(hour))),
                list("weekdays", "weekday turns", List.copyOf(report.weekdays().entrySet()),
                        each -> row(word(each.getKey()), each.getValue())));
    }

    private static Table single(String name, String columns, Object... values) {
        return new Table(name, false, words(columns), List.of(row(values)));
    }

    private static <T> Table list(String name, String columns, List<T> things, Function<T, List<Object>> row) {
        return new Table(name, true, words(columns), things.stream().map(row).toList());
    }

    private static Table counts(String name, String columns, Map<String, Long> counts) {
        return list(name, columns, List.copyOf(counts.entrySet()), each -> row(each.getKey(), each.getValue()));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> words(String columns) {
        return List.of(columns.split(" ", -1));
    }

    private static List<Object> tokens(Tokens tokens) {
        return row(tokens.turns(), tokens.prompt(), tokens.cached(), tokens.completion(), tokens.total(),
                tokens.perTurn(),
                tokens.cachedShare());
    }

    private static List<Object> spread(String measure, Optional<Distribution> numbers) {
        return numbers.map(all -> row(measure, all.count(), all.mean(), all.min(), all.max(), all.p50(), all.p90(),
                all.p95(), all.p99())).orElseGet(() -> row(measure, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    /** Tables have a zero where there is nothing; the number of turns beside it says so. */
    private static double figure(Optional<Distribution> numbers, ToDoubleFunction<Distribution> figure) {
        return numbers.isPresent() ? figure.applyAsDouble(numbers.get()) : 0;
    }

    /** Lists among the values are taken apart. */
    private static List<Object> row(Object... values) {
        return Arrays.stream(values).flatMap(value -> value instanceof List<?> part ? part.stream() : Stream.of(value))
                .map(ReportTables::plain).toList();
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Double number -> shown(BigDecimal.valueOf(number).setScale(DECIMALS, RoundingMode.HALF_EVEN));
            case BigDecimal number -> shown(number);
            case Number number -> number;
            case Boolean truth -> truth;
            default -> value.toString();
        };
    }

    private static BigDecimal shown(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
