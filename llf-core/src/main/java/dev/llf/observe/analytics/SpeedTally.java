package dev.llf.observe.analytics;

import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsReport.Performance;
import java.time.Duration;
import java.util.Collection;

/** How fast turns were. */
final class SpeedTally {

    private final Samples total;
    private final Samples firstToken;
    private final Samples speed;
    private double decodedTokens;
    private double decodingSeconds;

    SpeedTally() {
        this(new Samples(), new Samples(), new Samples());
    }

    private SpeedTally(Samples total, Samples firstToken, Samples speed) {
        this.total = total;
        this.firstToken = firstToken;
        this.speed = speed;
    }

    static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    void add(TurnEnded turn) {
        total.add(seconds(turn.total()));
        turn.firstToken().ifPresent(time -> firstToken.add(seconds(time)));
        if (turn.tokensPerSecond() > 0) {
            speed.add(turn.tokensPerSecond());
            decodedTokens += turn.usage().completionTokens();
            decodingSeconds += turn.usage().completionTokens() / turn.tokensPerSecond();
        }
    }

    Performance performance() {
        return new Performance(total.distribution(), firstToken.distribution(), speed.distribution(),
                AnalyticsReport.ratio(decodedTokens, decodingSeconds));
    }

    /** Of all parts together, whose numbers are copied one kind at a time. */
    static Performance performance(Collection<SpeedTally> parts) {
        return new Performance(Samples.all(parts.stream().map(part -> part.total).toList()).distribution(),
                Samples.all(parts.stream().map(part -> part.firstToken).toList()).distribution(),
                Samples.all(parts.stream().map(part -> part.speed).toList()).distribution(),
                AnalyticsReport.ratio(parts.stream().mapToDouble(part -> part.decodedTokens).sum(),
                        parts.stream().mapToDouble(part -> part.decodingSeconds).sum()));
    }
}
