package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.Reply;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.observe.SlowTurnLog;
import dev.llf.observe.Tracer;
import dev.llf.spi.ToolBox;
import dev.llf.testing.TinyModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a turn did and how long each part of it took, as a tree and as JSON. What was said stays out unless it is asked for. */
public final class TraceExample {

    private TraceExample() {}

    /** One tool, made by hand. */
    private static final class Weather implements ToolBox {

        @Override
        public List<ToolSpec> specs() {
            Map<String, Object> city = Map.of("type", "string", "description", "City name");
            return List.of(new ToolSpec("get_weather", "Get the current weather of a city",
                    Map.of("type", "object", "properties", Map.of("city", city), "required", List.of("city"))));
        }

        @Override
        public List<ToolMessage> execute(List<ToolCall> calls) {
            return calls.stream().map(call -> new ToolMessage(call.id(), call.name(),
                    "{\"temperature\": 21, \"condition\": \"sunny\"}", false)).toList();
        }
    }

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        Tracer discreet = Tracer.create();
        Tracer talkative = Tracer.builder().content(true).build(); // secrets are redacted
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy())
                .tools(new Weather()).listener(discreet).listener(talkative)
                .listener(new SlowTurnLog(Duration.ofSeconds(10))).build()) {
            Conversation talk = llf.conversation();
            Reply reply = talk.forTenant("acme").send("What is the weather in Paris?");
            System.out.println(reply.text());
            String turn = reply.turn().id();
            System.out.println("\n" + discreet.trace(turn).orElseThrow().text());
            System.out.println("with what was said:\n" + talkative.trace(turn).orElseThrow().text());
            System.out.println("as JSON:\n" + discreet.trace(turn).orElseThrow().json());
        }
    }
}
