package dev.llf.observe.analytics;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.EngineException;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Moment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.llf.observe.analytics.Events.NOON;
import static org.assertj.core.api.Assertions.assertThat;

class TurnTranslatorTest {

    private static final String SECRET = "the-very-secret-words";
    private static final Moment MOMENT = new Moment("talk", "main", "t1", Optional.of("acme"), NOON,
            Duration.ofMillis(900));
    private static final Timings TIMINGS = new Timings(Duration.ofMillis(30), Duration.ofMillis(100),
            Duration.ofMillis(900),
            42.5);
    private static final ToolCall CALL = new ToolCall("c1", "getWeather", "{\"city\":\"" + SECRET + "\"}");
    private static final ToolMessage RESULT = new ToolMessage("c1", "getWeather", SECRET, true);

    private final TurnTranslator translator = new TurnTranslator(Optional.empty(), ErrorText.DEFAULT);

    private static Turn turn(FinishReason reason, Usage usage) {
        List<Message> messages = List.of(Message.user(SECRET), new AssistantMessage(SECRET, List.of(CALL)), RESULT,
                Message.assistant(SECRET));
        return new Turn("t1", Optional.empty(), NOON, messages, reason, usage, "tiny");
    }

    private static List<TurnEvent> everyKind() {
        Turn turn = turn(FinishReason.STOP, new Usage(50, 10, 20));
        return List.of(new TurnEvent.Queued(MOMENT), new TurnEvent.Routed(MOMENT, "tiny", "only", "only one"),
                new TurnEvent.Admitted(MOMENT, 1, 50, 10), new TurnEvent.FirstToken(MOMENT, 1),
                new TurnEvent.ToolStarted(MOMENT, CALL),
                new TurnEvent.ToolFinished(MOMENT, CALL, RESULT, Duration.ofMillis(7)),
                new TurnEvent.Completed(MOMENT, "tiny", turn, TIMINGS),
                new TurnEvent.Cancelled(MOMENT, FinishReason.CANCELLED, Optional.of("tiny"), Optional.of(turn),
                        TIMINGS),
                new TurnEvent.Failed(MOMENT, Optional.of("tiny"), new Usage(5, 0, 1), new IOException(SECRET)));
    }

    private AnalyticsEvent translate(TurnEvent event) {
        return translator.translate(event).orElseThrow();
    }

    @Test
    void aTurnThatEndedTellsTokensTimesRoundsAndTools() {
        assertThat(translate(new TurnEvent.Completed(MOMENT, "tiny", turn(FinishReason.LENGTH, new Usage(50, 10, 20)),
                TIMINGS))).isEqualTo(
                        new TurnEnded(new Origin(NOON, "talk", Optional.of("acme")), Optional.of("tiny"),
                                new Usage(50, 10, 20), Optional.of(Duration.ofMillis(100)), 42.5, Duration.ofMillis(30),
                                Duration.ofMillis(900), FinishReason.LENGTH, 2, 1));
    }

    @Test
    void aTurnWithoutTokensHasNoFirstOne() {
        TurnEnded ended = (TurnEnded) translate(
                new TurnEvent.Cancelled(MOMENT, FinishReason.DEADLINE, Optional.of("tiny"),
                        Optional.of(turn(FinishReason.CANCELLED, new Usage(50, 0, 0))), TIMINGS));
        assertThat(ended.firstToken()).isEmpty();
        assertThat(ended.finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(ended.isSuccess()).isFalse();
    }

    @Test
    void aTurnThatWasCancelledInLineHasNoModelAndNoTokens() {
        assertThat(translate(new TurnEvent.Cancelled(MOMENT, FinishReason.CANCELLED, Optional.empty(), Optional.empty(),
                TIMINGS))).isEqualTo(new TurnEnded(new Origin(NOON, "talk", Optional.of("acme")), Optional.empty(),
                        Usage.NONE, Optional.empty(), 42.5, Duration.ofMillis(30), Duration.ofMillis(900),
                        FinishReason.CANCELLED, 0, 0));
    }

    @Test
    void aToolCallTellsNameErrorAndTime() {
        assertThat(translate(new TurnEvent.ToolFinished(MOMENT, CALL, RESULT, Duration.ofMillis(7)))).isEqualTo(
                new ToolCalled(new Origin(NOON, "talk", Optional.of("acme")), "getWeather", true,
                        Duration.ofMillis(7)));
    }

    private TurnFailed failed(Throwable cause) {
        return (TurnFailed) translate(new TurnEvent.Failed(MOMENT, Optional.of("tiny"), new Usage(5, 0, 1), cause));
    }

    @Test
    void ofOurOwnErrorsTheMessageIsKeptWithoutSecrets() {
        assertThat(failed(new BusyException("Full.\nTry\tlater; password=hunter2!", 3, Duration.ZERO))).isEqualTo(
                new TurnFailed(new Origin(NOON, "talk", Optional.of("acme")), Optional.of("tiny"), new Usage(5, 0, 1),
                        Duration.ofMillis(900), "dev.llf.error.BusyException", "Full. Try later; password=[redacted]"));
    }

    @Test
    void longAndBrokenMessagesAreCutAndRepaired() {
        assertThat(failed(new EngineException("x\uD83D\uDE00".repeat(100_000))).message()).hasSize(200)
                .endsWith("\u2026");
        assertThat(failed(new EngineException("a\uD800b")).message()).isEqualTo("a\uFFFDb");
    }

    @Test
    void ofForeignErrorsOnlyTheTypeIsKept() {
        TurnFailed failed = failed(new IOException(SECRET));
        assertThat(failed.type()).isEqualTo("java.io.IOException");
        assertThat(failed.message()).isEmpty();
    }

    @Test
    void theHostMayKeepMore() {
        TurnTranslator keen = new TurnTranslator(Optional.empty(), cause -> "code 7");
        assertThat(keen.translate(new TurnEvent.Failed(MOMENT, Optional.empty(), Usage.NONE, new IOException(SECRET))))
                .get().isInstanceOfSatisfying(TurnFailed.class, made -> assertThat(made.message()).isEqualTo("code 7"));
    }

    @Test
    void stepsOnTheWayAreNotCounted() {
        assertThat(translator.translate(new TurnEvent.Queued(MOMENT))).isEmpty();
        assertThat(translator.translate(new TurnEvent.ToolStarted(MOMENT, CALL))).isEmpty();
    }

    @Test
    void longAndBrokenNamesAreCutAndRepaired() {
        ToolCall call = new ToolCall("c1", "x".repeat(10_000), "{}");
        Moment odd = new Moment("talk", "main", "t1", Optional.of("a\uD800"), NOON, Duration.ofDays(-1));
        assertThat(translate(new TurnEvent.ToolFinished(odd, call, RESULT, Duration.ofDays(1000)))).isEqualTo(
                new ToolCalled(new Origin(NOON, "talk", Optional.of("a\uFFFD")), "x".repeat(255) + "\u2026", true,
                        AnalyticsEvent.MAX_DURATION));
    }

    @Test
    void pseudonymsAreEqualForEqualNamesOfAKindAndKeyOnly() {
        Pseudonyms one = new Pseudonyms("0123456789abcdef".getBytes(StandardCharsets.UTF_8));
        Pseudonyms other = new Pseudonyms("0123456789abcdeg".getBytes(StandardCharsets.UTF_8));
        TurnTranslator hiding = new TurnTranslator(Optional.of(one), ErrorText.DEFAULT);
        Origin origin = hiding.translate(everyKind().getLast()).orElseThrow().origin();
        assertThat(origin.conversation()).hasSize(32).isEqualTo(one.of("conversation", "talk"))
                .isNotEqualTo(one.of("tenant", "talk")).isNotEqualTo(other.of("conversation", "talk"));
        assertThat(origin.tenant()).contains(one.of("tenant", "acme"));
    }

    @Test
    void nothingThatWasSaidReachesTheFile(@TempDir Path directory) throws IOException {
        try (AnalyticsStore store = AnalyticsStore.open(directory)) {
            everyKind().forEach(store::on);
        }
        String written = Files.readString(directory.resolve("events-2026-11.jsonl"));
        assertThat(written.lines()).hasSize(4);
        assertThat(written).doesNotContain(SECRET).contains("getWeather", "java.io.IOException");
    }

    @Test
    void anEventThatCannotBeMadeIsCountedAndGoesNoFurther() {
        try (AnalyticsStore store = AnalyticsStore.builder().errorText(cause -> {
            throw new IllegalStateException("no text");
        }).open()) {
            store.on(everyKind().getLast());
            Moment late = new Moment("talk", "main", "t1", Optional.empty(), Instant.MAX, Duration.ZERO);
            store.on(new TurnEvent.ToolFinished(late, CALL, RESULT, Duration.ZERO));
            assertThat(store.statistics().failed()).isEqualTo(2);
        }
    }
}
