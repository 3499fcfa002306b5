package dev.llf;

import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.spi.ToolBox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Tools made of a function; remembers its rounds. */
final class FakeTools implements ToolBox {

    static final ToolSpec WEATHER = new ToolSpec("weather", "Weather of a city", Map.of("type", "object"));

    final List<List<ToolCall>> rounds = new CopyOnWriteArrayList<>();
    private final Function<List<ToolCall>, List<ToolMessage>> rule;

    private FakeTools(Function<List<ToolCall>, List<ToolMessage>> rule) {
        this.rule = rule;
    }

    static FakeTools running(Function<List<ToolCall>, List<ToolMessage>> rule) {
        return new FakeTools(rule);
    }

    static FakeTools answering(Function<ToolCall, String> rule) {
        return new FakeTools(calls -> calls.stream().map(call -> ok(call, rule.apply(call))).toList());
    }

    static ToolMessage ok(ToolCall call, String text) {
        return new ToolMessage(call.id(), call.name(), text, false);
    }

    static List<ToolMessage> stopped(List<ToolCall> calls) {
        return calls.stream().map(call -> new ToolMessage(call.id(), call.name(), "Error: stopped", true)).toList();
    }

    @Override
    public List<ToolSpec> specs() {
        return List.of(WEATHER);
    }

    @Override
    public List<ToolMessage> execute(List<ToolCall> calls) {
        rounds.add(calls);
        return rule.apply(calls);
    }
}
