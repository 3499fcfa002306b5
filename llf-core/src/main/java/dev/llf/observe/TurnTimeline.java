package dev.llf.observe;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.error.BusyException;
import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Admitted;
import dev.llf.spi.TurnEvent.Answered;
import dev.llf.spi.TurnEvent.Cancelled;
import dev.llf.spi.TurnEvent.Completed;
import dev.llf.spi.TurnEvent.Failed;
import dev.llf.spi.TurnEvent.FirstToken;
import dev.llf.spi.TurnEvent.Moment;
import dev.llf.spi.TurnEvent.PromptPlanned;
import dev.llf.spi.TurnEvent.Queued;
import dev.llf.spi.TurnEvent.Recalled;
import dev.llf.spi.TurnEvent.Retrieved;
import dev.llf.spi.TurnEvent.Routed;
import dev.llf.spi.TurnEvent.ToolFinished;
import dev.llf.spi.TurnEvent.ToolStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A turn that has ended: what its events say about when each of its parts began and ended. Never changes. */
final class TurnTimeline {

    /** Stands for the model's name if none was chosen. */
    static final String NO_MODEL = "none";

    private final TurnEvent ending;
    private final Instant startedAt;
    private final int dropped;
    private final List<Lookup> lookups = new ArrayList<>();
    private final List<Round> rounds = new ArrayList<>();
    private @Nullable Routed routed;

    /**
     * Reads the events of a turn.
     *
     * @param events  events in order, the last one being the turn's last
     * @param dropped how many more there were before the last
     */
    TurnTimeline(List<TurnEvent> events, int dropped) {
        this.dropped = dropped;
        ending = events.getLast();
        Moment first = events.getFirst().moment();
        startedAt = first.at().minus(first.elapsed());
        events.forEach(this::add);
        rounds.forEach(round -> round.close(total()));
    }

    private void add(TurnEvent event) {
        switch (event) {
            case Routed it -> routed = it;
            case Recalled it -> lookups.add(new Lookup(true, taken(it.moment(), it.took()), it.memories()));
            case Retrieved it -> lookups.add(new Lookup(false, taken(it.moment(), it.took()), it.passages()));
            case PromptPlanned it -> round(it.round()).add(it);
            case Admitted it -> round(it.round()).add(it);
            case FirstToken it -> round(it.round()).add(it);
            case Answered it -> round(it.round()).add(it);
            case ToolStarted it -> round().add(it);
            case ToolFinished it -> round().add(it);
            case Queued it -> {
            }
            case Completed it -> {
            }
            case Cancelled it -> {
            }
            case Failed it -> {
            }
        }
    }

    private static Interval taken(Moment moment, Duration took) {
        return Interval.ending(moment.elapsed(), took);
    }

    private Round round(int number) {
        if (rounds.isEmpty() || rounds.getLast().number() != number) {
            rounds.add(new Round(number));
        }
        return rounds.getLast();
    }

    private Round round() {
        return rounds.isEmpty() ? round(1) : rounds.getLast();
    }

    static boolean isLast(TurnEvent event) {
        return event instanceof Completed || event instanceof Cancelled || event instanceof Failed;
    }

    Moment moment() {
        return ending.moment();
    }

    Instant startedAt() {
        return startedAt;
    }

    Duration total() {
        return ending.moment().elapsed();
    }

    /** How many events there were that nothing here tells of. */
    int dropped() {
        return dropped;
    }

    List<Lookup> lookups() {
        return Collections.unmodifiableList(lookups);
    }

    List<Round> rounds() {
        return Collections.unmodifiableList(rounds);
    }

    Optional<Routed> routed() {
        return Optional.ofNullable(routed);
    }

    Outcome outcome() {
        return switch (ending) {
            case Completed it -> Outcome.OK;
            case Cancelled it when it.reason() == FinishReason.DEADLINE -> Outcome.TIMEOUT;
            case Cancelled it -> Outcome.CANCELLED;
            case Failed it when it.cause() instanceof BusyException -> Outcome.REJECTED;
            default -> Outcome.ERROR;
        };
    }

    Optional<Throwable> cause() {
        return ending instanceof Failed failed ? Optional.of(failed.cause()) : Optional.empty();
    }

    String model() {
        Optional<String> named = switch (ending) {
            case Completed it -> Optional.of(it.model());
            case Cancelled it -> it.model();
            case Failed it -> it.model();
            default -> Optional.empty();
        };
        return named.or(() -> routed().map(Routed::model)).orElse(NO_MODEL);
    }

    Usage usage() {
        return switch (ending) {
            case Completed it -> it.turn().usage();
            case Cancelled it -> it.turn().map(Turn::usage).orElseGet(this::answeredUsage);
            case Failed it -> it.usage();
            default -> answeredUsage();
        };
    }

    private Usage answeredUsage() {
        return rounds.stream().flatMap(round -> round.answered().stream())
                .map(answered -> answered.response().usage()).reduce(Usage.NONE, Usage::plus);
    }

    /** Waiting for the earlier turns and for a model to be chosen; until what came next if that is not known. */
    Interval queue() {
        Duration end = routed().map(event -> event.moment().elapsed()).orElseGet(this::firstWork);
        return new Interval(Duration.ZERO, end);
    }

    private Duration firstWork() {
        List<Duration> starts = new ArrayList<>(List.of(total()));
        lookups.forEach(lookup -> starts.add(lookup.interval().start()));
        rounds.forEach(round -> round.planning().or(round::chat).ifPresent(part -> starts.add(part.start())));
        return Collections.min(starts);
    }

    /** What came after all parts that are known: if the turn was answered, keeping it, else a prompt that never got ready. */
    Interval rest() {
        Duration end = queue().end();
        for (Lookup lookup : lookups) {
            end = Interval.later(end, lookup.interval().end());
        }
        for (Round round : rounds) {
            end = Interval.later(end, round.end());
        }
        return new Interval(end, total());
    }

    /** Whether nothing remained but to keep the turn. */
    boolean isAnswered() {
        return switch (ending) {
            case Completed it -> true;
            case Cancelled it -> it.turn().isPresent();
            default -> !rounds.isEmpty() && rounds.getLast().isLast();
        };
    }

    /** Whether a prompt was being put together during all of the lookup. */
    boolean withinPlanning(Lookup lookup) {
        return rounds.stream().anyMatch(round -> isWithin(lookup, round));
    }

    static boolean isWithin(Lookup lookup, Round round) {
        return round.planning().filter(planning -> planning.contains(lookup.interval())).isPresent();
    }

    Optional<Duration> firstToken() {
        return rounds.stream().flatMap(round -> round.firstToken().stream()).findFirst();
    }

    int toolCalls() {
        return rounds.stream().mapToInt(round -> round.tools().size()).sum();
    }
}
