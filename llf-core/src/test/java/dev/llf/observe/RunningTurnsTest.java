package dev.llf.observe;

import dev.llf.spi.TurnEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RunningTurnsTest {

    private final RunningTurns running = new RunningTurns();

    private Optional<TurnTimeline> tell(FakeTurn turn) {
        List<Optional<TurnTimeline>> results = turn.events().stream().map(running::on).toList();
        assertThat(results.subList(0, results.size() - 1)).allMatch(Optional::isEmpty);
        return results.getLast();
    }

    @Test
    void tellsATurnWithItsLastEvent() {
        assertThat(tell(FakeTurn.full("t").completed(1000)).orElseThrow().rounds()).hasSize(2);
        assertThat(running.size()).isZero();
    }

    @Test
    void keepsTurnsApartThatRunSideBySide() {
        List<TurnEvent> one = FakeTurn.quick("t").events();
        List<TurnEvent> other = new FakeTurn("t", "another", FakeTurn.START).queued().completed(5).events();

        one.subList(0, 3).forEach(running::on);
        other.subList(0, 1).forEach(running::on);

        assertThat(running.size()).isEqualTo(2);
        assertThat(running.on(other.getLast()).orElseThrow().moment().conversation()).isEqualTo("another");
        assertThat(running.on(one.getLast()).orElseThrow().rounds()).hasSize(1);
    }

    @Test
    void forgetsTurnsThatNeverEnd() {
        for (int i = 0; i < RunningTurns.MAX_TURNS + 50; i++) {
            tell(new FakeTurn("t" + i).queued());
        }

        assertThat(running.size()).isEqualTo(RunningTurns.MAX_TURNS);
        assertThat(tell(new FakeTurn("t50").completed(9)).orElseThrow().startedAt()).isEqualTo(FakeTurn.START);
        assertThat(running.size()).isEqualTo(RunningTurns.MAX_TURNS - 1);
    }

    @Test
    void makesATurnOfTheLastEventOfAForgottenOne() {
        TurnTimeline turn = tell(new FakeTurn("t").completed(7)).orElseThrow();

        assertThat(turn.startedAt()).isEqualTo(FakeTurn.START);
        assertThat(turn.outcome()).isEqualTo(Outcome.OK);
        assertThat(turn.rounds()).isEmpty();
    }

    @Test
    void ignoresEventsOfTurnsThatItDoesNotKnow() {
        tell(new FakeTurn("t").routed(1, "m"));

        assertThat(running.size()).isZero();
    }

    @Test
    void keepsSoManyEventsOfATurnOnly() {
        FakeTurn turn = new FakeTurn("t").queued();
        for (int i = 0; i < RunningTurns.MAX_EVENTS + 10; i++) {
            turn.recalled(i, 1, 1);
        }

        TurnTimeline timeline = tell(turn.completed(5000)).orElseThrow();

        assertThat(timeline.lookups()).hasSize(RunningTurns.MAX_EVENTS - 1);
        assertThat(timeline.dropped()).isEqualTo(11);
        assertThat(timeline.total()).hasMillis(5000);
        assertThat(SpanTree.of(timeline, new Content(false, 50, text -> text)).attributes())
                .containsEntry("llf.events.dropped", new Attribute.Whole(11));
    }

    @Test
    void beginsAnewWithAnIdThatIsQueuedTwice() {
        tell(FakeTurn.full("t"));

        assertThat(tell(new FakeTurn("t").queued().completed(3)).orElseThrow().rounds()).isEmpty();
        assertThat(running.size()).isZero();
    }
}
