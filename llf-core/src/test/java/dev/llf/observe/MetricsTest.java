package dev.llf.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.EngineException;
import dev.llf.error.StorageException;
import dev.llf.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class MetricsTest {

    private final Metrics metrics = new Metrics();

    private void tell(FakeTurn... turns) {
        for (FakeTurn turn : turns) {
            turn.tell(metrics);
        }
    }

    private static Distribution only(double value) {
        return new Distribution(1, value, value, value, value, value, value, value);
    }

    @Test
    void takesTheFiguresOfATurn() {
        tell(FakeTurn.full("t").completed(1000));

        assertThat(metrics.recent(1)).containsExactly(new TurnMetrics(FakeTurn.START, "t", "tiny", Outcome.OK,
                new Usage(95, 65, 62), Duration.ofMillis(55), Optional.of(Duration.ofMillis(150)),
                Duration.ofMillis(1000), 30, Duration.ofMillis(75), 60, Duration.ofMillis(690), 2, 2));
        assertThat(metrics.recent(1).getFirst().prefillRate()).hasValue(400);
        assertThat(metrics.recent(1).getFirst().decodeRate()).hasValueCloseTo(60 / 0.69, within(1e-9));
    }

    @Test
    void sumsUpWhatEndedWell() {
        tell(FakeTurn.quick("a"));

        MetricsSnapshot snapshot = metrics.snapshot();

        assertThat(snapshot.totals()).isEqualTo(new Totals(1, 0, 0, 0, 0, 20, 10, 5, 1, 0));
        assertThat(snapshot.queueSeconds()).contains(only(0.002));
        assertThat(snapshot.firstTokenSeconds()).contains(only(0.008));
        assertThat(snapshot.totalSeconds()).contains(only(0.020));
        assertThat(snapshot.prefillTokensPerSecond()).contains(only(2000));
        assertThat(snapshot.decodeTokensPerSecond()).contains(only(400));
        assertThat(snapshot.totals().cacheHitShare()).hasValue(0.5);
    }

    @Test
    void weighsThroughputByTokens() {
        FakeTurn slow = new FakeTurn("b").queued().planned(0, 1, 0).admitted(0, 1, 100, 0).firstToken(100, 1)
                .answered(1100, 1, new Usage(100, 0, 101), "x").completed(1100);
        tell(FakeTurn.quick("a"), slow);

        MetricsSnapshot snapshot = metrics.snapshot();

        assertThat(snapshot.decodeThroughput()).hasValueCloseTo((4 + 100) / (0.010 + 1), within(1e-9));
        assertThat(snapshot.prefillThroughput()).hasValueCloseTo((10 + 100) / (0.005 + 0.1), within(1e-9));
        assertThat(snapshot.decodeTokensPerSecond().orElseThrow().mean()).isEqualTo(250); // of 400 and 100
    }

    @Test
    void countsWhatDidNotEndWellWithoutAveragingIt() {
        tell(FakeTurn.quick("a"), new FakeTurn("b").beforeTools().cancelled(9000, FinishReason.CANCELLED),
                new FakeTurn("c").queued().cancelledInLine(9000, FinishReason.DEADLINE),
                new FakeTurn("d").beforeTools().failed(9000, new EngineException("x")),
                new FakeTurn("e").queued().failed(9000, new BusyException("full", 9, Duration.ZERO)));

        MetricsSnapshot snapshot = metrics.snapshot();

        assertThat(snapshot.totals())
                .isEqualTo(new Totals(1, 1, 1, 1, 1, 20 + 35 + 35, 10 + 15 + 15, 5 + 11 + 11, 3, 0));
        assertThat(snapshot.totals().turns()).isEqualTo(5);
        assertThat(snapshot.totalSeconds()).contains(only(0.020));
        assertThat(metrics.totals()).isEqualTo(snapshot.totals());
    }

    @Test
    void hasNoFiguresWithoutTurns() {
        MetricsSnapshot snapshot = metrics.snapshot();

        assertThat(snapshot).isEqualTo(new MetricsSnapshot(Totals.NONE, Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty()));
        assertThat(snapshot.totals().cacheHitShare()).isEmpty();
        assertThat(metrics.byModel()).isEmpty();
        assertThat(metrics.recent(5)).isEmpty();
    }

    @Test
    void keepsTheLastTurnsAndCountsAll() {
        Metrics few = new Metrics(2);
        for (String id : new String[] {"a", "b", "c"}) {
            FakeTurn.quick(id).tell(few);
        }

        assertThat(few.recent(9)).extracting(TurnMetrics::turn).containsExactly("b", "c");
        assertThat(few.recent(1)).extracting(TurnMetrics::turn).containsExactly("c");
        assertThat(few.snapshot().totals().turns()).isEqualTo(2);
        assertThat(few.snapshot(1).totals().turns()).isEqualTo(1);
        assertThat(few.totals().turns()).isEqualTo(3);
    }

    @Test
    void sumsUpTheLastMinutes() {
        ManualClock clock = new ManualClock(FakeTurn.START.plusSeconds(100));
        Metrics timed = new Metrics(10, clock);
        new FakeTurn("a", "c", FakeTurn.START).queued().completed(39_000).tell(timed);
        new FakeTurn("b", "c", FakeTurn.START).queued().completed(40_000).tell(timed);
        new FakeTurn("c", "c", FakeTurn.START.plusSeconds(99)).queued().completed(1).tell(timed);

        assertThat(timed.snapshot(Duration.ofMinutes(1)).totals().turns()).isEqualTo(2);
        assertThat(timed.snapshot(Duration.ofHours(1)).totals().turns()).isEqualTo(3);
        clock.advance(Duration.ofHours(2));
        assertThat(timed.snapshot(Duration.ofHours(1)).totals().turns()).isZero();
    }

    @Test
    void tellsModelsApart() {
        tell(FakeTurn.quick("a", "small"), FakeTurn.quick("b", "large"), FakeTurn.quick("c", "small"),
                new FakeTurn("d").queued().cancelledInLine(1, FinishReason.CANCELLED));

        assertThat(metrics.byModel().keySet()).containsExactly("large", "none", "small");
        assertThat(metrics.byModel().get("small").totals().turns()).isEqualTo(2);
    }

    @Test
    void knowsSoManyModelsOnly() {
        for (int i = 0; i < 150; i++) {
            tell(FakeTurn.quick("t" + i, "m" + i));
        }

        assertThat(metrics.byModel()).hasSize(101);
        assertThat(metrics.byModel().get("other").totals().turns()).isEqualTo(50);
    }

    @Test
    void refusesSizesOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Metrics(0))
                .withMessage("history must be 1 to 1000000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.snapshot(0));
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.recent(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> metrics.snapshot(Duration.ZERO))
                .withMessageContaining("more than zero");
    }

    @Test
    void writesCommaSeparatedValues(@TempDir Path directory) throws IOException {
        tell(FakeTurn.quick("a", "=cmd, \"x\"\n"),
                new FakeTurn("b").queued().cancelledInLine(7, FinishReason.DEADLINE));
        Path file = directory.resolve("metrics.csv");

        metrics.writeCsv(file);

        assertThat(Files.readString(file)).isEqualTo("""
                startedAt,turn,model,outcome,promptTokens,cachedTokens,completionTokens,queueSeconds,firstTokenSeconds,\
                totalSeconds,evaluatedTokens,prefillSeconds,prefillTokensPerSecond,decodedTokens,decodeSeconds,\
                decodeTokensPerSecond,rounds,toolCalls
                2026-11-20T10:00:00Z,a,"'=cmd, ""x""\\n",ok,20,10,5,0.002,0.008,0.02,10,0.005,2000.0,4,0.01,400.0,1,0
                2026-11-20T10:00:00Z,b,none,timeout,0,0,0,0.007,,0.007,0,0,,0,0,,0,0
                """);
    }

    @Test
    void writesNoFormulaThatSpreadsheetsKnowByAnotherSign(@TempDir Path directory) throws IOException {
        tell(FakeTurn.quick("a", "\uFF1D1+1"), FakeTurn.quick("b", " =1+1"));
        Path file = directory.resolve("metrics.csv");

        metrics.writeCsv(file);

        assertThat(Files.readString(file)).contains(",a,'\uFF1D1+1,ok,", ",b,' =1+1,ok,");
    }

    @Test
    void writesJson(@TempDir Path directory) throws IOException {
        tell(FakeTurn.quick("a"), new FakeTurn("b").queued().cancelledInLine(7, FinishReason.DEADLINE));
        Path file = directory.resolve("metrics.json");
        Files.writeString(file, "what was there before");

        metrics.writeJson(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.get("schemaVersion").intValue()).isEqualTo(1);
        assertThat(json.get("turns")).hasSize(2);
        assertThat(json.get("turns").get(0).toString()).isEqualTo("{\"startedAt\":\"2026-11-20T10:00:00Z\","
                + "\"turn\":\"a\",\"model\":\"tiny\",\"outcome\":\"ok\",\"promptTokens\":20,\"cachedTokens\":10,"
                + "\"completionTokens\":5,\"queueSeconds\":0.002,\"firstTokenSeconds\":0.008,\"totalSeconds\":0.02,"
                + "\"evaluatedTokens\":10,\"prefillSeconds\":0.005,\"prefillTokensPerSecond\":2000.0,"
                + "\"decodedTokens\":4,\"decodeSeconds\":0.01,\"decodeTokensPerSecond\":400.0,\"rounds\":1,"
                + "\"toolCalls\":0}");
        assertThat(json.get("turns").get(1).get("firstTokenSeconds").isNull()).isTrue();
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void saysWhereItCannotWrite(@TempDir Path directory) {
        Path file = directory.resolve("missing").resolve("metrics.json");

        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> metrics.writeJson(file))
                .withMessageContaining(file.toString()).withMessageContaining("NoSuchFileException")
                .withCauseInstanceOf(IOException.class);
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> metrics.writeCsv(file));
    }
}
