package dev.llf.observe;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.error.EngineException;
import dev.llf.error.StorageException;
import dev.llf.spi.TurnEvent.Answered;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TurnTimelineTest {

    private static Phases phases(long queue, long recall, long retrieve, long plan, long prefill, long decode,
            long tools, long commit) {
        return new Phases(millis(queue), millis(recall), millis(retrieve), millis(plan), millis(prefill),
                millis(decode), millis(tools), millis(commit));
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private static Interval interval(long start, long end) {
        return new Interval(millis(start), millis(end));
    }

    @Test
    void sumsTheKindsOfWorkOverAllRounds() {
        assertThat(Phases.of(FakeTurn.full("t").completed(1000).timeline()))
                .isEqualTo(phases(40 + 10 + 5, 20, 30, 20, 40 + 35, 200 + 490, 100, 10));
    }

    @Test
    void measuresSpeedFromTheFirstTokenOn() {
        TurnTimeline turn = FakeTurn.full("t").completed(1000).timeline();

        assertThat(Speed.ofPrefill(turn.rounds())).isEqualTo(new Speed(20 + 10, millis(75)));
        assertThat(Speed.ofDecoding(turn.rounds())).isEqualTo(new Speed(10 + 50, millis(690)));
        assertThat(Speed.ofPrefill(turn.rounds()).perSecond()).hasValue(400);
    }

    @Test
    void hasNoSpeedWithoutTwoTokensOrWithoutTime() {
        FakeTurn one = new FakeTurn("t").queued().admitted(1, 1, 5, 5).firstToken(2, 1).answered(9, 1,
                new Usage(5, 5, 1), "A").completed(9);
        FakeTurn instant = new FakeTurn("t").queued().admitted(1, 1, 5, 0).firstToken(1, 1).answered(1, 1,
                new Usage(5, 0, 9), "A").completed(9);

        assertThat(Speed.ofDecoding(one.timeline().rounds()).perSecond()).isEmpty();
        assertThat(Speed.ofPrefill(one.timeline().rounds()).perSecond()).isEmpty();
        assertThat(Speed.ofDecoding(instant.timeline().rounds()).perSecond()).isEmpty();
        assertThat(Speed.ofPrefill(instant.timeline().rounds()).perSecond()).isEmpty();
    }

    @Test
    void endsWhatWasGoingOnWithTheTurn() {
        assertThat(Phases.of(new FakeTurn("t").queued().cancelledInLine(70, FinishReason.DEADLINE).timeline()))
                .isEqualTo(phases(70, 0, 0, 0, 0, 0, 0, 0));
        FakeTurn waiting = new FakeTurn("t").queued().routed(10, "m").planned(20, 1, 10);
        assertThat(Phases.of(waiting.failed(50, new EngineException("full")).timeline()))
                .isEqualTo(phases(10 + 30, 0, 0, 10, 0, 0, 0, 0));
        FakeTurn reading = new FakeTurn("t").queued().routed(10, "m").planned(20, 1, 10).admitted(25, 1, 9, 0);
        assertThat(Phases.of(reading.failed(50, new EngineException("gone")).timeline()))
                .isEqualTo(phases(10 + 5, 0, 0, 10, 25, 0, 0, 0));
        FakeTurn writing = new FakeTurn("t").queued().admitted(25, 1, 9, 0).firstToken(40, 1);
        assertThat(Phases.of(writing.cancelled(50, FinishReason.CANCELLED).timeline()))
                .isEqualTo(phases(25, 0, 0, 0, 15, 10, 0, 0));
        FakeTurn running = new FakeTurn("t").beforeTools().toolStarted(360, FakeTurn.ADD);
        assertThat(Phases.of(running.cancelled(400, FinishReason.CANCELLED).timeline()).tools())
                .isEqualTo(millis(40));
        assertThat(running.timeline().rounds().getFirst().tools())
                .containsExactly(new ToolRun(FakeTurn.ADD, interval(360, 400), Optional.empty()));
    }

    @Test
    void aPromptThatNeverGotReadyTookUntilTheEnd() {
        FakeTurn tooLong = new FakeTurn("t").queued().routed(10, "m");
        assertThat(Phases.of(tooLong.failed(300, new EngineException("too long")).timeline()))
                .isEqualTo(phases(10, 0, 0, 290, 0, 0, 0, 0));
        FakeTurn second = new FakeTurn("t").queued().routed(10, "m").planned(20, 1, 10)
                .answered(30, 1, Usage.NONE, "", FakeTurn.ADD).toolStarted(30, FakeTurn.ADD)
                .toolFinished(40, FakeTurn.ADD, "3", false, 10);
        assertThat(Phases.of(second.failed(100, new EngineException("too long")).timeline()))
                .isEqualTo(phases(10, 0, 0, 10 + 60, 0, 0, 10, 0));
    }

    @Test
    void keepingTheTurnTookUntilTheEnd() {
        FakeTurn answered = new FakeTurn("t").queued().routed(10, "m").planned(20, 1, 10).admitted(20, 1, 5, 0)
                .firstToken(30, 1).answered(40, 1, Usage.NONE, "Yes.");
        assertThat(Phases.of(answered.failed(100, new StorageException("the disk is full")).timeline()))
                .isEqualTo(phases(10, 0, 0, 10, 10, 10, 0, 60));
        FakeTurn stopped = new FakeTurn("t").queued().routed(10, "m").toolFinished(40, FakeTurn.ADD, "3", false, 30);
        assertThat(Phases.of(stopped.cancelled(100, FinishReason.CANCELLED).timeline()).commit())
                .isEqualTo(millis(60));
    }

    @Test
    void aTurnThatTheModelDidNotTakeOnIsRejected() {
        BusyException busy = new BusyException("model: 9 wait", 9, Duration.ZERO);

        assertThat(new FakeTurn("t").queued().failed(5, busy).timeline().outcome()).isEqualTo(Outcome.REJECTED);
    }

    @Test
    void countsLookupsThatArePartOfPlanningOnce() {
        TurnTimeline turn = new FakeTurn("t").queued().routed(10, "m").recalled(30, 1, 20).retrieved(60, 1, 30)
                .planned(100, 1, 90).completed(100).timeline();

        assertThat(turn.lookups()).allMatch(turn::withinPlanning);
        assertThat(Phases.of(turn)).isEqualTo(phases(10, 20, 30, 40, 0, 0, 0, 0));
    }

    @Test
    void countsToolsSideBySideOnce() {
        TurnTimeline turn = new FakeTurn("t").queued().toolStarted(10, FakeTurn.ADD).toolStarted(12, FakeTurn.BOOM)
                .toolFinished(50, FakeTurn.ADD, "3", false, 40).toolFinished(50, FakeTurn.BOOM, "x", true, 40)
                .completed(60).timeline();

        assertThat(Phases.of(turn).tools()).isEqualTo(millis(40));
        assertThat(turn.toolCalls()).isEqualTo(2);
    }

    @Test
    void takesRefusedToolsThatNeverStarted() {
        TurnTimeline turn = new FakeTurn("t").queued().toolFinished(50, FakeTurn.ADD, "not allowed", true, 40)
                .completed(60).timeline();

        ToolRun run = turn.rounds().getFirst().tools().getFirst();
        assertThat(run.interval()).isEqualTo(interval(10, 50));
        assertThat(run.failed()).isTrue();
    }

    @Test
    void tellsOutcomeModelAndUsageHoweverTheTurnEnded() {
        TurnTimeline cancelled = new FakeTurn("t").beforeTools().cancelled(400, FinishReason.CANCELLED).timeline();
        TurnTimeline late = new FakeTurn("t").queued().cancelledInLine(5, FinishReason.DEADLINE).timeline();
        TurnTimeline failed = new FakeTurn("t").beforeTools().failed(400, new EngineException("x")).timeline();

        assertThat(cancelled.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(cancelled.usage()).isEqualTo(new Usage(35, 15, 11));
        assertThat(late.outcome()).isEqualTo(Outcome.TIMEOUT);
        assertThat(late.model()).isEqualTo("none");
        assertThat(late.usage()).isEqualTo(Usage.NONE);
        assertThat(failed.outcome()).isEqualTo(Outcome.ERROR);
        assertThat(failed.model()).isEqualTo("tiny"); // the one it was routed to
        assertThat(failed.usage()).isEqualTo(new Usage(35, 15, 11));
    }

    @Test
    void doesWithoutWhatModelsDoNotTell() {
        TurnTimeline turn = new FakeTurn("t").queued().routed(10, "m").planned(20, 1, 5)
                .answered(90, 1, new Usage(5, 0, 3), "Yes.").completed(100).timeline();

        assertThat(turn.rounds().getFirst().chat()).contains(interval(20, 90));
        assertThat(turn.rounds().getFirst().waiting()).isEmpty();
        assertThat(Phases.of(turn)).isEqualTo(phases(10, 0, 0, 5, 0, 0, 0, 10));
        assertThat(turn.firstToken()).isEmpty();
    }

    @Test
    void survivesEventsThatMakeNoSense() {
        FakeTurn odd = new FakeTurn("t").firstToken(50, 3).admitted(40, 1, 5, 0).planned(10, 2, 1000)
                .recalled(5, 1, 1000).toolFinished(1, FakeTurn.ADD, "x", false, 9);
        odd.add(new Answered(odd.moment(30), 7, FakeTurn.response(FinishReason.STOP, Usage.NONE, "")));

        Phases phases = Phases.of(odd.completed(20).timeline());

        assertThat(phases.queue().isNegative()).isFalse();
        assertThat(phases.decode().isNegative()).isFalse();
        assertThat(SpanTree.of(odd.timeline(), new Content(true, 50, text -> text)).children()).isNotEmpty();
    }

    @Test
    void knowsWhetherAPromptWasAnsweredWhole() {
        FakeTurn turn = new FakeTurn("t").queued();
        turn.add(new Answered(turn.moment(10), 1, FakeTurn.response(FinishReason.CANCELLED, Usage.NONE, "half")));

        assertThat(turn.completed(10).timeline().rounds().getFirst().isAnsweredWhole()).isFalse();
        assertThat(FakeTurn.quick("t").timeline().rounds().getFirst().isAnsweredWhole()).isTrue();
    }
}
