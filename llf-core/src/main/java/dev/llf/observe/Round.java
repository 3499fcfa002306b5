package dev.llf.observe;

import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnEvent.Admitted;
import dev.llf.spi.TurnEvent.Answered;
import dev.llf.spi.TurnEvent.FirstToken;
import dev.llf.spi.TurnEvent.PromptPlanned;
import dev.llf.spi.TurnEvent.ToolFinished;
import dev.llf.spi.TurnEvent.ToolStarted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One prompt of a turn, the answer to it, and the tools that ran then. Filled by {@link TurnTimeline}, and never changed
 * after it has {@linkplain #close ended}. What was still going on when the turn ended, ended with it.
 */
final class Round {

    private final int number;
    private @Nullable PromptPlanned plan;
    private @Nullable Admitted admitted;
    private @Nullable FirstToken firstToken;
    private @Nullable Answered answered;
    private final Map<String, ToolStarted> started = new LinkedHashMap<>();
    private final List<ToolRun> tools = new ArrayList<>();
    private Duration turnEnd = Duration.ZERO;

    Round(int number) {
        this.number = number;
    }

    void add(PromptPlanned event) {
        plan = event;
    }

    void add(Admitted event) {
        admitted = event;
    }

    void add(FirstToken event) {
        firstToken = event;
    }

    void add(Answered event) {
        answered = event;
    }

    void add(ToolStarted event) {
        started.put(event.call().id(), event);
    }

    void add(ToolFinished event) {
        ToolStarted start = started.remove(event.call().id());
        Interval interval = start == null
                ? Interval.ending(at(event), event.took())
                : new Interval(at(start), at(event));
        tools.add(new ToolRun(event.call(), interval, Optional.of(event.result())));
    }

    void close(Duration end) {
        turnEnd = end;
        started.values().forEach(
                start -> tools.add(new ToolRun(start.call(), new Interval(at(start), end), Optional.empty())));
        started.clear();
    }

    int number() {
        return number;
    }

    Optional<PromptPlanned> plan() {
        return Optional.ofNullable(plan);
    }

    Optional<Admitted> admitted() {
        return Optional.ofNullable(admitted);
    }

    Optional<Duration> firstToken() {
        return Optional.ofNullable(firstToken).map(Round::at);
    }

    Optional<Answered> answered() {
        return Optional.ofNullable(answered);
    }

    /** Whether the model said all it wanted to or was allowed to, whatever became of the turn. */
    boolean isAnsweredWhole() {
        return answered != null && switch (answered.response().finishReason()) {
            case STOP, LENGTH, TOOL_CALLS -> true;
            case CANCELLED, DEADLINE -> false;
        };
    }

    /** Whether the model has answered without calling tools. */
    boolean isLast() {
        return answered != null && answered.response().toolCalls().isEmpty();
    }

    /** When the last of its parts ended. */
    Duration end() {
        Duration end = Duration.ZERO;
        for (Optional<Interval> part : List.of(planning(), chat(), toolTime())) {
            end = part.isPresent() ? Interval.later(end, part.get().end()) : end;
        }
        return end;
    }

    List<ToolRun> tools() {
        return Collections.unmodifiableList(tools);
    }

    Optional<Interval> planning() {
        return plan().map(event -> Interval.ending(at(event), event.took()));
    }

    /** From the finished prompt to the answer; empty if the model was not asked. */
    Optional<Interval> chat() {
        return asked().map(start -> new Interval(start, answeredAt()));
    }

    /** Waiting for the model; empty if it is not known when the model took the request on. */
    Optional<Interval> waiting() {
        if (admitted != null) {
            Duration end = at(admitted);
            return asked().map(start -> new Interval(start, end));
        }
        return firstToken == null && answered == null ? chat() : Optional.empty();
    }

    Optional<Interval> prefill() {
        return admitted().map(event -> new Interval(at(event), firstToken().orElseGet(this::answeredAt)));
    }

    Optional<Interval> decode() {
        return firstToken().map(start -> new Interval(start, answeredAt()));
    }

    /** From the first tool's start to the last one's end. */
    Optional<Interval> toolTime() {
        return tools.stream().map(ToolRun::interval).reduce(Interval::union);
    }

    private Optional<Duration> asked() {
        TurnEvent first = plan != null ? plan : admitted != null ? admitted : firstToken;
        if (first == null && answered != null) {
            return Optional.of(Interval.ending(at(answered), answered.response().timings().total()).start());
        }
        return Optional.ofNullable(first).map(Round::at);
    }

    private Duration answeredAt() {
        return answered != null ? at(answered) : turnEnd;
    }

    private static Duration at(TurnEvent event) {
        return event.moment().elapsed();
    }
}
