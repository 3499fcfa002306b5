package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.Insight.Severity;
import dev.llf.testing.ManualClock;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

import static dev.llf.observe.analytics.Events.NOON;
import static dev.llf.observe.analytics.Events.NOVEMBER;
import static dev.llf.observe.analytics.Events.call;
import static dev.llf.observe.analytics.Events.failure;
import static dev.llf.observe.analytics.Events.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class InsightRuleTest {

    private static final PriceTable PRICES = PriceTable.builder()
            .price("dear", Instant.EPOCH, new BigDecimal("1"), new BigDecimal("1")).othersLocal().build();
    private static final Usage CACHED = new Usage(100, 50, 10);

    private static List<Insight> found(List<InsightRule> rules, List<AnalyticsEvent> events) {
        ReportBuilder builder = new ReportBuilder(NOVEMBER, new ReportSettings(PRICES, rules, new ManualClock(NOON)));
        events.forEach(builder::event);
        return builder.build().insights();
    }

    private static List<String> codes(AnalyticsEvent... events) {
        return found(InsightRule.defaults(), List.of(events)).stream().map(Insight::code).toList();
    }

    @Test
    void costAboveTheLimitIsFoundAndTheLimitItselfIsNot() {
        assertThat(codes(turn(NOON, "dear", new Usage(100_000, 50_000, 0), 1, FinishReason.STOP)))
                .containsExactly(Insight.ALL_WELL);
        assertThat(codes(turn(NOON, "dear", new Usage(100_000, 50_000, 1), 1, FinishReason.STOP)))
                .containsExactly("cost");
    }

    @Test
    void slowTurnsAreFound() {
        assertThat(codes(turn(NOON, "tiny", 5000))).containsExactly(Insight.ALL_WELL);
        assertThat(codes(turn(NOON, "tiny", 5001))).containsExactly("mean-duration");
        List<AnalyticsEvent> events = new ArrayList<>(Collections.nCopies(18, turn(NOON, "tiny", CACHED, 100,
                FinishReason.STOP)));
        events.addAll(Collections.nCopies(2, turn(NOON, "tiny", CACHED, 16_000, FinishReason.STOP)));
        assertThat(found(InsightRule.defaults(), events)).singleElement().satisfies(insight -> {
            assertThat(insight.code()).isEqualTo("p95-duration");
            assertThat(insight.message()).isEqualTo("One turn in 20 takes 16.0 s or more, above 15.0 s.");
            assertThat(insight.value()).isEqualTo(16);
            assertThat(insight.threshold()).isEqualTo(15);
        });
    }

    @Test
    void modelsAndToolsThatFailAreNamed() {
        assertThat(found(InsightRule.defaults(),
                List.of(turn(NOON, "good", 1), failure(NOON, "bad"), turn(NOON, "bad", 1))))
                .singleElement().isEqualTo(new Insight(Severity.WARNING, "model-errors",
                        "50 percent of the turns of the model bad failed, above 5 percent; it had 2.", 0.5, 0.05));
        assertThat(codes(call(NOON, "a", true), call(NOON, "a", false), call(NOON, "a", false), call(NOON, "a", false),
                call(NOON, "a", false))).containsExactly(Insight.ALL_WELL);
        assertThat(codes(call(NOON, "a", true), call(NOON, "a", false), call(NOON, "b", true)))
                .containsExactly("tool-errors", "tool-errors");
    }

    @Test
    void cancelledTurnsAndPromptsWithoutCacheAreFound() {
        assertThat(codes(turn(NOON, "tiny", CACHED, 1, FinishReason.CANCELLED))).containsExactly("cancelled");
        AnalyticsEvent fresh = turn(NOON, "tiny", new Usage(100, 29, 1), 1, FinishReason.STOP);
        assertThat(found(InsightRule.defaults(), Collections.nCopies(19, fresh))).extracting(Insight::code)
                .containsExactly(Insight.ALL_WELL);
        assertThat(found(InsightRule.defaults(), Collections.nCopies(20, fresh))).extracting(Insight::code)
                .containsExactly("cache");
    }

    @Test
    void onlyThePeriodCounts() {
        assertThat(codes(turn(NOVEMBER.to(), "tiny", 90_000), failure(NOVEMBER.from().minusMillis(1), "tiny")))
                .containsExactly(Insight.ALL_WELL);
    }

    @Test
    void ownRulesAreAskedAndMayFail() {
        InsightRule own = report -> List.of(new Insight(Severity.INFO, "own", "Seen.", report.events(), 0));
        InsightRule broken = report -> {
            throw new IllegalStateException("broken");
        };
        assertThat(found(Arrays.asList(broken, own), List.of(turn(NOON, "tiny", 1)))).extracting(Insight::code)
                .containsExactly("rule-failed", "own");
        assertThat(found(List.of(), List.of())).isEmpty();
    }

    @Test
    void ratesAreChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> InsightRule.toolErrorRateAbove(20));
        assertThatIllegalArgumentException().isThrownBy(() -> InsightRule.cachedShareBelow(Double.NaN));
    }
}
