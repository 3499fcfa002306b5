package dev.llf.observe;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Timings;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
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
import dev.llf.spi.TurnListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The events of a turn, made by hand. All times are milliseconds since the turn was queued. */
final class FakeTurn {

    static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    static final String MODEL = "tiny";
    static final ToolCall ADD = new ToolCall("call-1", "add", "{\"a\":1,\"b\":2}");
    static final ToolCall BOOM = new ToolCall("call-2", "boom", "{\"api_key\":\"hunter2\",\"x\":[{\"Token\":7}]}");

    private final String id;
    private final String conversation;
    private final Instant start;
    private final List<TurnEvent> events = new ArrayList<>();
    private Usage usage = Usage.NONE;

    FakeTurn(String id) {
        this(id, "c1", START);
    }

    FakeTurn(String id, String conversation, Instant start) {
        this.id = id;
        this.conversation = conversation;
        this.start = start;
    }

    /** Two rounds with tools in between, memory and documents; one second, 990 ms of which are in its parts. */
    static FakeTurn full(String id) {
        return new FakeTurn(id).beforeTools().toolsRun().planned(460, 2, 10).admitted(465, 2, 60, 50).firstToken(500, 2)
                .answered(990, 2, new Usage(60, 50, 51), "It is 3.");
    }

    /** A quick turn of one round that ended as it should: 20 ms, 10 of 20 tokens evaluated in 5 ms, 4 written in 10 ms. */
    static FakeTurn quick(String id) {
        return quick(id, MODEL);
    }

    static FakeTurn quick(String id, String model) {
        return new FakeTurn(id).queued().routed(1, model).planned(2, 1, 1).admitted(3, 1, 20, 10).firstToken(8, 1)
                .answered(18, 1, new Usage(20, 10, 5), "Yes.").completed(20, model);
    }

    FakeTurn beforeTools() {
        return queued().routed(40, MODEL).recalled(60, 2, 20).retrieved(90, 3, 30).planned(100, 1, 10)
                .admitted(110, 1, 35, 15).firstToken(150, 1)
                .answered(350, 1, new Usage(35, 15, 11), "Let me add.", ADD, BOOM);
    }

    private FakeTurn toolsRun() {
        return toolStarted(350, ADD).toolStarted(350, BOOM).toolFinished(450, ADD, "3", false, 100)
                .toolFinished(450, BOOM, "password=hunter2-xyz failed", true, 100);
    }

    Moment moment(long millis) {
        return new Moment(conversation, "main", id, Optional.empty(), start.plusMillis(millis),
                Duration.ofMillis(millis));
    }

    FakeTurn add(TurnEvent event) {
        events.add(event);
        return this;
    }

    FakeTurn queued() {
        return add(new Queued(moment(0)));
    }

    FakeTurn routed(long at, String model) {
        return add(new Routed(moment(at), model, "fixed", "it is the only one"));
    }

    FakeTurn recalled(long at, int memories, long took) {
        return add(new Recalled(moment(at), memories, Duration.ofMillis(took)));
    }

    FakeTurn retrieved(long at, int passages, long took) {
        return add(new Retrieved(moment(at), passages, Duration.ofMillis(took)));
    }

    FakeTurn planned(long at, int round, long took) {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        tokens.put("system", 10);
        tokens.put("question", 5);
        return add(new PromptPlanned(moment(at), round, 1024, tokens, 0, List.of("add"), Duration.ofMillis(took)));
    }

    FakeTurn admitted(long at, int round, int promptTokens, int cachedTokens) {
        return add(new Admitted(moment(at), round, promptTokens, cachedTokens));
    }

    FakeTurn firstToken(long at, int round) {
        return add(new FirstToken(moment(at), round));
    }

    FakeTurn answered(long at, int round, Usage used, String text, ToolCall... calls) {
        usage = usage.plus(used);
        FinishReason reason = calls.length == 0 ? FinishReason.STOP : FinishReason.TOOL_CALLS;
        return add(new Answered(moment(at), round, response(reason, used, text, calls)));
    }

    static ChatResponse response(FinishReason reason, Usage used, String text, ToolCall... calls) {
        return new ChatResponse(new AssistantMessage(text, List.of(calls)), reason, used, Timings.NONE);
    }

    FakeTurn toolStarted(long at, ToolCall call) {
        return add(new ToolStarted(moment(at), call));
    }

    FakeTurn toolFinished(long at, ToolCall call, String text, boolean error, long took) {
        return add(new ToolFinished(moment(at), call, new ToolMessage(call.id(), call.name(), text, error),
                Duration.ofMillis(took)));
    }

    FakeTurn completed(long at) {
        return completed(at, MODEL);
    }

    FakeTurn completed(long at, String model) {
        return add(new Completed(moment(at), model, turn(FinishReason.STOP), Timings.NONE));
    }

    FakeTurn cancelled(long at, FinishReason reason) {
        return add(
                new Cancelled(moment(at), reason, Optional.of(MODEL), Optional.of(turn(reason)), Timings.NONE));
    }

    FakeTurn cancelledInLine(long at, FinishReason reason) {
        return add(new Cancelled(moment(at), reason, Optional.empty(), Optional.empty(), Timings.NONE));
    }

    FakeTurn failed(long at, Throwable cause) {
        return add(new Failed(moment(at), Optional.empty(), usage, cause));
    }

    private Turn turn(FinishReason reason) {
        return new Turn(id, Optional.empty(), start, List.of(Message.user("1 + 2?"), Message.assistant("It is 3.")),
                reason, usage, MODEL);
    }

    List<TurnEvent> events() {
        return List.copyOf(events);
    }

    TurnTimeline timeline() {
        return new TurnTimeline(events, 0);
    }

    void tell(TurnListener listener) {
        events.forEach(listener::on);
    }
}
