package dev.llf.observe.analytics;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import dev.llf.spi.TurnEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes what is counted of what happened. Each event tells all that is needed, so nothing is kept from one to the next.
 *
 * @param pseudonyms names conversations and tenants; empty if they are kept as they are
 * @param errorText  what of an exception's message may be kept
 */
record TurnTranslator(Optional<Pseudonyms> pseudonyms, Function<Throwable, String> errorText) {

    Optional<AnalyticsEvent> translate(TurnEvent event) {
        return switch (event) {
            case TurnEvent.ToolFinished done -> Optional.of(new ToolCalled(origin(done), name(done.call().name()),
                    done.result().error(), bounded(done.took())));
            case TurnEvent.Completed done ->
                Optional.of(ended(done, Optional.of(done.model()), done.turn().finishReason(),
                        Optional.of(done.turn()), done.timings()));
            case TurnEvent.Cancelled done -> Optional.of(ended(done, done.model(), done.reason(), done.turn(),
                    done.timings()));
            case TurnEvent.Failed failed ->
                Optional.of(new TurnFailed(origin(failed), failed.model().map(TurnTranslator::name),
                        failed.usage(), bounded(failed.moment().elapsed()), name(failed.cause().getClass().getName()),
                        ErrorText.harmless(errorText.apply(failed.cause()))));
            default -> Optional.empty(); // steps on the way
        };
    }

    private TurnEnded ended(TurnEvent event, Optional<String> model, FinishReason reason, Optional<Turn> turn,
            Timings timings) {
        Usage usage = turn.map(Turn::usage).orElse(Usage.NONE);
        Optional<Duration> firstToken = usage.completionTokens() > 0 ? Optional.of(bounded(timings.firstToken()))
                : Optional.empty();
        return new TurnEnded(origin(event), model.map(TurnTranslator::name), usage, firstToken, speed(timings),
                bounded(timings.queued()), bounded(timings.total()), reason,
                turn.map(said -> count(said, AssistantMessage.class)).orElse(0),
                turn.map(said -> count(said, ToolMessage.class)).orElse(0));
    }

    private static int count(Turn turn, Class<?> type) {
        return (int) turn.messages().stream().filter(type::isInstance).count();
    }

    private Origin origin(TurnEvent event) {
        TurnEvent.Moment moment = event.moment();
        return new Origin(moment.at(), hidden("conversation", moment.conversation()),
                moment.tenant().map(name -> hidden("tenant", name)));
    }

    private String hidden(String kind, String name) {
        return pseudonyms.map(known -> known.of(kind, name)).orElseGet(() -> name(name));
    }

    private static String name(String name) {
        return ErrorText.cut(name, AnalyticsEvent.MAX_TEXT);
    }

    private static double speed(Timings timings) {
        double speed = timings.tokensPerSecond();
        return Double.isFinite(speed) ? Math.max(0, speed) : 0;
    }

    private static Duration bounded(Duration time) {
        if (time.isNegative()) {
            return Duration.ZERO;
        }
        return time.compareTo(AnalyticsEvent.MAX_DURATION) > 0 ? AnalyticsEvent.MAX_DURATION : time;
    }
}
