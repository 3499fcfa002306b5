package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.Distribution;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsReport.DayFigures;
import dev.llf.observe.analytics.AnalyticsReport.ModelFigures;
import dev.llf.observe.analytics.AnalyticsReport.ToolFigures;
import dev.llf.testing.ManualClock;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static dev.llf.observe.analytics.Events.NOON;
import static dev.llf.observe.analytics.Events.NOVEMBER;
import static dev.llf.observe.analytics.Events.call;
import static dev.llf.observe.analytics.Events.failure;
import static dev.llf.observe.analytics.Events.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class AnalyticsReportTest {

    private static final PriceTable PRICES = PriceTable.builder().local("tiny")
            .price("cloud", Instant.parse("2026-11-10T00:00:00Z"), new BigDecimal("0.03"), new BigDecimal("0.06"))
            .price("cloud", Instant.parse("2026-11-20T00:00:00Z"), new BigDecimal("0.01"), new BigDecimal("0.02"))
            .build();

    private final ReportBuilder builder = new ReportBuilder(NOVEMBER,
            new ReportSettings(PRICES, InsightRule.defaults(), new ManualClock(NOON)));

    private AnalyticsReport report(AnalyticsEvent... events) {
        return report(builder, events);
    }

    private static AnalyticsReport report(ReportBuilder builder, AnalyticsEvent... events) {
        List.of(events).forEach(builder::event);
        return builder.build();
    }

    @Test
    void withoutEventsAllIsZeroAndWell() {
        AnalyticsReport report = report();
        assertThat(report.tokens().perTurn()).isZero();
        assertThat(report.tokens().cachedShare()).isZero();
        assertThat(report.outcomes().errorRate()).isZero();
        assertThat(report.outcomes().cancelledShare()).isZero();
        assertThat(report.performance().totalSeconds()).isEmpty();
        assertThat(report.performance().throughput()).isZero();
        assertThat(report.cost().total()).isEqualByComparingTo("0");
        assertThat(report.conversations().meanTurns()).isZero();
        assertThat(report.insights()).extracting(Insight::code).containsExactly(Insight.ALL_WELL);
        for (ReportFormat format : ReportFormat.values()) {
            assertThat(report.render(format)).doesNotContain("NaN");
        }
    }

    @Test
    void fromIsInclusiveAndToExclusive() {
        assertThat(report(turn(NOVEMBER.from().minusNanos(1), "tiny", 1), turn(NOVEMBER.from(), "tiny", 2),
                turn(NOVEMBER.to().minusNanos(1), "tiny", 3), turn(NOVEMBER.to(), "tiny", 4)).events()).isEqualTo(2);
    }

    @Test
    void daysHoursAndWeekdaysAreOfTheZone() {
        Instant beforeMidnight = Instant.parse("2026-11-20T22:59:59Z"); // a Friday; 23:59:59 in Berlin
        Instant afterMidnight = Instant.parse("2026-11-20T23:00:00Z");
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Period period = Period.days(LocalDate.of(2026, 11, 20), LocalDate.of(2026, 11, 21), berlin);
        ReportSettings settings = new ReportSettings(PRICES, List.of(), new ManualClock(NOON));
        AnalyticsReport there = report(new ReportBuilder(period, settings), turn(beforeMidnight, "tiny", 1),
                turn(afterMidnight, "tiny", 1), turn(Instant.parse("2026-11-19T22:59:59Z"), "tiny", 1));
        assertThat(there.days()).extracting(DayFigures::day).containsExactly(LocalDate.of(2026, 11, 20),
                LocalDate.of(2026, 11, 21));
        assertThat(there.hours().get(23)).isEqualTo(1);
        assertThat(there.hours().get(0)).isEqualTo(1);
        assertThat(there.weekdays()).containsEntry(DayOfWeek.FRIDAY, 1L).containsEntry(DayOfWeek.SATURDAY, 1L)
                .containsEntry(DayOfWeek.SUNDAY, 0L);
        AnalyticsReport here = report(turn(beforeMidnight, "tiny", 1), turn(afterMidnight, "tiny", 1));
        assertThat(here.days()).extracting(DayFigures::day).containsExactly(LocalDate.of(2026, 11, 20));
    }

    @Test
    void aDayMayHave25Hours() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Period day = Period.days(LocalDate.of(2026, 10, 25), LocalDate.of(2026, 10, 25), berlin);
        assertThat(Duration.between(day.from(), day.to())).isEqualTo(Duration.ofHours(25));
    }

    @Test
    void latencyIsOfTurnsThatEndedByThemselves() {
        AnalyticsReport report = report(turn(NOON, "tiny", 1000), turn(NOON, "tiny", new Usage(1, 0, 1), 3000,
                FinishReason.LENGTH), turn(NOON, "tiny", new Usage(1, 0, 1), 9000, FinishReason.CANCELLED),
                turn(NOON, "tiny", new Usage(1, 0, 1), 9000, FinishReason.DEADLINE), failure(NOON, "tiny"));
        assertThat(report.performance().totalSeconds()).contains(new Distribution(2, 1, 3, 2, 1, 3, 3, 3));
        assertThat(report.performance().firstTokenSeconds().orElseThrow().max()).isEqualTo(0.75);
        assertThat(report.outcomes().turns()).isEqualTo(5);
        assertThat(report.outcomes().succeeded()).isEqualTo(2);
        assertThat(report.outcomes().cancelledShare()).isEqualTo(0.4);
        assertThat(report.outcomes().errorRate()).isEqualTo(0.2);
        assertThat(report.outcomes().reasons()).containsEntry(FinishReason.DEADLINE, 1L).hasSize(4);
        assertThat(report.outcomes().errorTypes()).containsEntry("dev.llf.error.BusyException", 1L);
    }

    @Test
    void throughputIsWeightedByTokens() {
        AnalyticsReport report = report(speed(900, 100), speed(100, 10), speed(0, 0));
        assertThat(report.performance().throughput()).isCloseTo(1000 / (9.0 + 10.0), within(1e-9));
        assertThat(report.performance().tokensPerSecond().orElseThrow().mean()).isEqualTo(55);
    }

    private static TurnEnded speed(int tokens, double tokensPerSecond) {
        return new TurnEnded(Events.origin(NOON, "talk"), Optional.of("tiny"), new Usage(1, 0, tokens),
                Optional.empty(),
                tokensPerSecond, Duration.ZERO, Duration.ofSeconds(1), FinishReason.STOP, 1, 0);
    }

    @Test
    void tokensPastTheRangeOfIntsAreCounted() {
        Usage much = new Usage(Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
        AnalyticsReport report = report(turn(NOON, "tiny", much, 1, FinishReason.STOP),
                turn(NOON, "tiny", much, 1, FinishReason.STOP));
        assertThat(report.tokens().total()).isEqualTo(4L * Integer.MAX_VALUE);
    }

    @Test
    void costIsOfThePriceAtTheTimeAndUnknownPricesAreFlagged() {
        Usage usage = new Usage(1000, 0, 500);
        AnalyticsReport report = report(
                turn(Instant.parse("2026-11-09T23:59:59Z"), "cloud", usage, 1, FinishReason.STOP),
                turn(Instant.parse("2026-11-10T00:00:00Z"), "cloud", usage, 1, FinishReason.STOP),
                turn(NOON, "cloud", usage, 1, FinishReason.STOP), turn(NOON, "tiny", usage, 1, FinishReason.STOP),
                turn(NOON, "unheard-of", usage, 1, FinishReason.STOP));
        assertThat(report.cost().total()).isEqualByComparingTo("0.08");
        assertThat(report.cost().isComplete()).isFalse();
        assertThat(report.cost().unpriced()).containsEntry("cloud", 1500L).containsEntry("unheard-of", 1500L)
                .hasSize(2);
        assertThat(report.models()).filteredOn(model -> model.model().equals("tiny")).singleElement()
                .satisfies(model -> assertThat(model.cost()).hasValueSatisfying(
                        cost -> assertThat(cost).isEqualByComparingTo("0")));
        assertThat(report.models()).filteredOn(model -> model.model().equals("unheard-of")).singleElement()
                .satisfies(model -> assertThat(model.cost()).isEmpty());
        assertThat(report.days()).last().satisfies(day -> assertThat(day.cost()).isEqualByComparingTo("0.02"));
    }

    @Test
    void pricesAreChecked() {
        PriceTable.Builder table = PriceTable.builder().local("tiny").othersLocal();
        assertThatIllegalArgumentException().isThrownBy(() -> table.local("tiny"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.price("x", NOON, BigDecimal.ONE.negate(), BigDecimal.ONE));
        assertThat(table.build().price("anything", NOON)).contains(PriceTable.Price.LOCAL);
    }

    @Test
    void modelsStandSideBySide() {
        AnalyticsReport report = report(turn(NOON, "big", 4000), turn(NOON, "tiny", 1000), turn(NOON, "tiny", 2000),
                failure(NOON, "tiny"));
        assertThat(report.models()).extracting(ModelFigures::model).containsExactly("tiny", "big");
        ModelFigures tiny = report.models().getFirst();
        assertThat(tiny.errorRate()).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(tiny.performance().totalSeconds().orElseThrow().mean()).isEqualTo(1.5);
        assertThat(tiny.tokens().perTurn()).isEqualTo(80);
        assertThat(report.models().getLast().performance().totalSeconds().orElseThrow().p95()).isEqualTo(4);
    }

    @Test
    void toolsAreCountedWithTheirErrors() {
        IntStream.range(0, 12).forEach(i -> IntStream.range(0, i + 1)
                .forEach(any -> builder.event(call(NOON, "tool%02d".formatted(i), i == 3 && any < 3))));
        AnalyticsReport report = report(call(NOON, "tool00", true));
        assertThat(report.tools().calls()).isEqualTo(79);
        assertThat(report.tools().unique()).isEqualTo(12);
        assertThat(report.tools().mostUsed()).hasSize(10).extracting(ToolFigures::name).startsWith("tool11", "tool10");
        assertThat(report.tools().failing()).extracting(ToolFigures::name).containsExactly("tool03", "tool00");
        assertThat(report.tools().failing().getFirst().errorRate()).isEqualTo(0.75);
        assertThat(report.tools().failing().getFirst().meanSeconds()).isEqualTo(0.01);
    }

    @Test
    void namesThatAreMadeUpTakeBoundedRoom() {
        IntStream.range(0, 3000).forEach(i -> builder.event(call(NOON, "invented" + i, false)));
        AnalyticsReport report = report();
        assertThat(report.tools().unique()).isEqualTo(1001);
        ToolFigures most = report.tools().mostUsed().getFirst();
        assertThat(most.name()).isEqualTo(AnalyticsReport.OTHER);
        assertThat(most.calls()).isEqualTo(2000);
        assertThat(most.meanSeconds()).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void conversationsAreToldApartByTenantToo() {
        AnalyticsReport report = report(inTalk("a", ""), inTalk("a", ""), inTalk("a", "x"), inTalk("b", "x"));
        assertThat(report.conversations()).isEqualTo(new AnalyticsReport.Activity(3, true, 4 / 3.0, 2));
    }

    private static TurnEnded inTalk(String conversation, String tenant) {
        TurnEnded any = turn(NOON, "tiny", 1);
        return new TurnEnded(new Origin(NOON, conversation, Optional.of(tenant).filter(name -> !name.isEmpty())),
                any.model(), any.usage(), any.firstToken(), 1, any.queued(), any.total(), any.finishReason(), 1, 0);
    }

    @Test
    void manyConversationsAreCountedExactlyUpToTheLimit() {
        Conversations conversations = new Conversations(5000);
        for (int round = 1; round <= 2; round++) {
            IntStream.range(0, 5000).forEach(i -> conversations.add(Events.origin(NOON, "talk" + i)));
            assertThat(conversations.size()).isEqualTo(5000);
            assertThat(conversations.meanTurns()).isEqualTo(round);
        }
        assertThat(conversations.isComplete()).isTrue();
        conversations.add(Events.origin(NOON, "one more"));
        assertThat(conversations.isComplete()).isFalse();
        assertThat(conversations.size()).isEqualTo(5000);
    }

    @Test
    void periodsOfTheLastDaysEndAtAMoment() {
        assertThat(Period.last(Duration.ofDays(30), NOON, ZoneOffset.UTC).from())
                .isEqualTo(Instant.parse("2026-10-21T12:00:00Z"));
        assertThatIllegalArgumentException().isThrownBy(() -> Period.last(Duration.ofDays(-1), NOON, ZoneOffset.UTC));
    }
}
