package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** Made-up events. */
final class Events {

    static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    static final Period NOVEMBER = period("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");

    private Events() {}

    static Period period(String from, String to) {
        return new Period(Instant.parse(from), Instant.parse(to), ZoneOffset.UTC);
    }

    static Origin origin(Instant time, String conversation) {
        return new Origin(time, conversation, Optional.empty());
    }

    static TurnEnded turn(Instant time, String model, long millis) {
        return turn(time, model, new Usage(100, 40, 20), millis, FinishReason.STOP);
    }

    static TurnEnded turn(Instant time, String model, Usage usage, long millis, FinishReason reason) {
        return new TurnEnded(origin(time, "talk"), Optional.of(model), usage,
                Optional.of(Duration.ofMillis(millis / 4)), 50,
                Duration.ofMillis(1), Duration.ofMillis(millis), reason, 1, 0);
    }

    static ToolCalled call(Instant time, String tool, boolean error) {
        return new ToolCalled(origin(time, "talk"), tool, error, Duration.ofMillis(10));
    }

    static TurnFailed failure(Instant time, String model) {
        return new TurnFailed(origin(time, "talk"), Optional.of(model), Usage.NONE, Duration.ofMillis(5),
                "dev.llf.error.BusyException", "The line is full.");
    }
}
