package dev.llf.observe.analytics;

import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import dev.llf.observe.analytics.AnalyticsReport.ModelFigures;
import dev.llf.observe.analytics.PriceTable.Price;
import java.util.Optional;

/** Turns of one model. */
final class ModelTally {

    final TokenTally tokens = new TokenTally();
    final SpeedTally speed = new SpeedTally();
    private long failed;
    private long cancelled;

    void add(TurnEnded turn, Optional<Price> price) {
        tokens.add(turn.usage(), price);
        if (turn.isSuccess()) {
            speed.add(turn);
        } else {
            cancelled++;
        }
    }

    void add(TurnFailed turn, Optional<Price> price) {
        tokens.add(turn.usage(), price);
        failed++;
    }

    ModelFigures figures(String name) {
        return new ModelFigures(name, tokens.tokens(), failed, cancelled, speed.performance(),
                tokens.unpriced() == 0 ? Optional.of(tokens.cost()) : Optional.empty());
    }
}
