package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import dev.llf.observe.analytics.AnalyticsReport.Activity;
import dev.llf.observe.analytics.AnalyticsReport.Cost;
import dev.llf.observe.analytics.AnalyticsReport.DayFigures;
import dev.llf.observe.analytics.AnalyticsReport.ModelFigures;
import dev.llf.observe.analytics.AnalyticsReport.Outcomes;
import dev.llf.observe.analytics.PriceTable.Price;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts events of a period, one after the other. Of one report. */
final class ReportBuilder implements EventLog.Sink {

    private static final int MOST_FREQUENT = 10;
    private static final Comparator<ModelFigures> BY_TURNS = Comparator
            .<ModelFigures>comparingLong(model -> model.tokens().turns()).reversed()
            .thenComparing(ModelFigures::model);
    /** How tokens of turns without a model are named among those without a price. */
    private static final String NO_MODEL = "(none)";

    private final Period period;
    private final ReportSettings settings;
    private final TokenTally tokens = new TokenTally();
    private final Named<ModelTally> models = new Named<>(ModelTally::new);
    private final ModelTally noModel = new ModelTally();
    private final ToolTally tools = new ToolTally();
    private final Named<long[]> errorTypes = new Named<>(() -> new long[1]);
    private final Map<LocalDate, TokenTally> days = new TreeMap<>();
    private final Map<FinishReason, Long> reasons = new EnumMap<>(FinishReason.class);
    private final Map<DayOfWeek, Long> weekdays = new EnumMap<>(DayOfWeek.class);
    private final long[] hours = new long[24];
    private final Conversations conversations = new Conversations(Conversations.MAX);
    private long succeeded;
    private long cancelled;
    private long failed;
    private long events;
    private long badLines;

    ReportBuilder(Period period, ReportSettings settings) {
        this.period = period;
        this.settings = settings;
        for (DayOfWeek day : DayOfWeek.values()) {
            weekdays.put(day, 0L);
        }
    }

    @Override
    public void badLine() {
        badLines++;
    }

    @Override
    public void event(AnalyticsEvent event) {
        if (!period.contains(event.origin().time())) {
            return;
        }
        events++;
        switch (event) {
            case TurnEnded turn -> {
                model(turn.model()).add(turn, turn(turn.origin(), turn.model(), turn.usage()));
                reasons.merge(turn.finishReason(), 1L, Long::sum);
                if (turn.isSuccess()) {
                    succeeded++;
                } else {
                    cancelled++;
                }
            }
            case TurnFailed turn -> {
                model(turn.model()).add(turn, turn(turn.origin(), turn.model(), turn.usage()));
                errorTypes.get(turn.type())[0]++;
                failed++;
            }
            case ToolCalled call -> tools.add(call);
        }
    }

    private ModelTally model(Optional<String> name) {
        return name.isPresent() ? models.get(name.get()) : noModel;
    }

    /** Counts what turns have in common and returns the price of the tokens. */
    private Optional<Price> turn(Origin origin, Optional<String> model, Usage usage) {
        Optional<Price> price = model.flatMap(name -> settings.prices().price(name, origin.time()));
        ZonedDateTime time = origin.time().atZone(period.zone());
        tokens.add(usage, price);
        days.computeIfAbsent(time.toLocalDate(), day -> new TokenTally()).add(usage, price);
        hours[time.getHour()]++;
        weekdays.merge(time.getDayOfWeek(), 1L, Long::sum);
        conversations.add(origin);
        return price;
    }

    AnalyticsReport build() {
        List<SpeedTally> speeds = new ArrayList<>(models.all().stream().map(model -> model.speed).toList());
        speeds.add(noModel.speed);
        AnalyticsReport report = new AnalyticsReport(settings.clock().instant(), period, tokens.tokens(), cost(),
                SpeedTally.performance(speeds), outcomes(), tools.tools(),
                models.map((name, model) -> model.figures(name)).stream().sorted(BY_TURNS).toList(), dayFigures(),
                new Activity(conversations.size(), conversations.isComplete(), conversations.meanTurns(),
                        conversations.mostTurns()),
                Arrays.stream(hours).boxed().toList(), Collections.unmodifiableMap(weekdays), events, badLines,
                List.of());
        return report.with(settings.insights(report));
    }

    private Cost cost() {
        Map<String, Long> unpriced = new TreeMap<>();
        models.map((name, model) -> Map.entry(name, model.tokens.unpriced())).stream()
                .filter(each -> each.getValue() > 0).forEach(each -> unpriced.put(each.getKey(), each.getValue()));
        if (noModel.tokens.unpriced() > 0) {
            unpriced.put(NO_MODEL, noModel.tokens.unpriced());
        }
        BigDecimal total = tokens.cost();
        return new Cost(settings.prices().currency(), total, Collections.unmodifiableMap(unpriced));
    }

    private Outcomes outcomes() {
        Map<String, Long> frequent = new LinkedHashMap<>();
        errorTypes.map((type, count) -> Map.entry(type, count[0])).stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_FREQUENT).forEach(each -> frequent.put(each.getKey(), each.getValue()));
        return new Outcomes(succeeded + cancelled + failed, succeeded, cancelled, failed,
                Collections.unmodifiableMap(reasons), Collections.unmodifiableMap(frequent));
    }

    private List<DayFigures> dayFigures() {
        List<DayFigures> figures = new ArrayList<>();
        days.forEach((day, tally) -> figures.add(new DayFigures(day, tally.tokens(), tally.cost())));
        return figures;
    }
}
