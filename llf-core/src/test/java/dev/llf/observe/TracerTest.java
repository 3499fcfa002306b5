package dev.llf.observe;

import dev.llf.chat.FinishReason;
import dev.llf.chat.ToolCall;
import dev.llf.chat.Usage;
import dev.llf.error.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TracerTest {

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TracerTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Trace trace(Tracer tracer, FakeTurn turn) {
        turn.tell(tracer);
        return tracer.latest().orElseThrow();
    }

    private static Stream<Span> all(Span span) {
        return Stream.concat(Stream.of(span), span.children().stream().flatMap(TracerTest::all));
    }

    private static List<String> names(Trace trace) {
        return all(trace.root()).map(Span::name).toList();
    }

    @Test
    void rendersATurnForPeople() throws IOException {
        assertThat(trace(Tracer.create(), FakeTurn.full("t1").completed(1000)).text())
                .isEqualTo(resource("trace.txt"));
    }

    @Test
    void rendersATurnForPrograms() throws IOException {
        assertThat(trace(Tracer.create(), FakeTurn.quick("t1")).json())
                .isEqualTo(resource("trace.json"));
    }

    @Test
    void partsTakeAsLongAsTheTurn() {
        Span root = trace(Tracer.create(), FakeTurn.full("t1").completed(1000)).root();

        Duration sum = root.children().stream().map(Span::duration).reduce(Duration.ZERO, Duration::plus);

        assertThat(sum).isEqualTo(Duration.ofMillis(1000));
        all(root).forEach(span -> assertThat(span.children()).allSatisfy(child -> {
            assertThat(child.start()).isGreaterThanOrEqualTo(span.start());
            assertThat(child.start().plus(child.duration())).isLessThanOrEqualTo(span.start().plus(span.duration()));
        }));
    }

    @Test
    void partsOfPlanningAreInIt() {
        Trace trace = trace(Tracer.create(), new FakeTurn("t").queued().routed(10, "m").recalled(30, 1, 20)
                .retrieved(60, 1, 30).planned(100, 1, 90).completed(100));

        assertThat(trace.root().children()).extracting(Span::name).containsExactly("queue", "plan", "chat tiny");
        assertThat(trace.root().children().get(1).children()).extracting(Span::name)
                .containsExactly("recall", "retrieve");
    }

    @Test
    void findsTracesByTheTurnsId() {
        Tracer tracer = Tracer.builder().turns(2).build();
        Stream.of("a", "b", "c").forEach(id -> FakeTurn.quick(id).tell(tracer));

        assertThat(tracer.trace("a")).isEmpty();
        assertThat(tracer.trace("b").orElseThrow().turn()).isEqualTo("b");
        assertThat(tracer.latest()).isEqualTo(tracer.trace("c"));
    }

    @Test
    void hasNoTraceOfATurnThatRuns() {
        Tracer tracer = Tracer.create();
        FakeTurn.full("t").tell(tracer);

        assertThat(tracer.trace("t")).isEmpty();
        assertThat(tracer.latest()).isEmpty();
    }

    @Test
    void showsNothingOfWhatWasSaid() {
        FakeTurn turn = FakeTurn.full("t").failed(1000, new EngineException("at 'It is 3.'"));

        Trace trace = trace(Tracer.create(), turn);

        assertThat(trace.text() + trace.json()).doesNotContain("It is 3", "Let me", "hunter2", "\"a\"", "1 + 2");
        assertThat(trace.text()).contains("error.type=dev.llf.error.EngineException");
    }

    @Test
    void showsRedactedBeginningsWhenAsked() {
        FakeTurn turn = FakeTurn.full("t").failed(1000, new EngineException("token=abc123def456 is wrong"));

        Trace trace = trace(Tracer.builder().content(true).maxChars(45).build(), turn);

        assertThat(all(trace.root()).flatMap(span -> span.attributes().entrySet().stream())
                .filter(entry -> entry.getKey().startsWith("gen_ai.tool.call.") || entry.getKey().equals("llf.answer"))
                .map(entry -> ((Attribute.Text) entry.getValue()).value()))
                .containsExactly("Let me add.", "{\"a\":1,\"b\":2}", "call-1", "3",
                        "{\"api_key\":\"[redacted]\",\"x\":[{\"Token\":\"[redac...", "call-2",
                        "password=[redacted] failed", "It is 3.");
        assertThat(trace.text()).doesNotContain("hunter2");
        assertThat(trace.root().events().getFirst().attributes()).containsKey("exception.message");
    }

    @Test
    void letsNobodyForgeLines() {
        ToolCall forged = new ToolCall("id\n1", "x\ninvoke_agent 0.0", "{\"q\":\"a\\nb\\u001b[2J\"}");
        FakeTurn turn = new FakeTurn("t\n2", "c\u001b", FakeTurn.START).queued().routed(1, "m\r\nWARN forged")
                .planned(2, 1, 1).answered(9, 1, Usage.NONE, "line\nturn t9: ok", forged).toolStarted(9, forged)
                .toolFinished(10, forged, "\u2028done", false, 1)
                .failed(11, new IllegalStateException("no\nway"));

        Trace trace = trace(Tracer.builder().content(true).build(), turn);

        assertThat(trace.text().lines()).hasSize(2 + names(trace).size() + 1);
        assertThat(trace.text().replace("\n", "").chars()).noneMatch(Character::isISOControl);
        assertThat(trace.json().chars()).noneMatch(Character::isISOControl);
        assertThat(names(trace)).contains("execute_tool x\\ninvoke_agent 0.0", "chat m\\r\\nWARN forged");
    }

    @Test
    void tracesTurnsThatWereCancelledInLine() {
        Trace trace = trace(Tracer.create(), new FakeTurn("t").queued().cancelledInLine(30, FinishReason.CANCELLED));

        assertThat(trace.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(names(trace)).containsExactly("invoke_agent", "queue");
        assertThat(trace.root().attributes()).containsEntry("gen_ai.request.model", new Attribute.Text("none"));
    }

    @Test
    void tracesTurnsThatWereCancelledWhileTheyWrote() {
        Trace trace = trace(Tracer.create(), new FakeTurn("t").queued().routed(1, "m").planned(2, 1, 1)
                .admitted(3, 1, 5, 0).firstToken(4, 1).cancelled(50, FinishReason.DEADLINE));

        assertThat(trace.outcome()).isEqualTo(Outcome.TIMEOUT);
        assertThat(names(trace)).containsExactly("invoke_agent", "queue", "plan", "chat tiny", "wait", "prefill",
                "decode");
    }

    @Test
    void tracesTurnsThatFailedWhileToolsRan() {
        Trace trace = trace(Tracer.create(), new FakeTurn("t").beforeTools().toolStarted(360, FakeTurn.ADD)
                .failed(400, new EngineException("gone")));

        Span tool = all(trace.root()).filter(span -> span.name().equals("execute_tool add")).findFirst().orElseThrow();
        assertThat(tool.duration()).hasMillis(40);
        assertThat(tool.attributes()).containsEntry("llf.tool.failed", new Attribute.Flag(true));
        assertThat(trace.root().events()).extracting(Span.Event::name).containsExactly("exception");
    }

    @Test
    void refusesSizesOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> Tracer.builder().turns(0))
                .withMessage("turns must be 1 to 100000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Tracer.builder().turns(100_001));
        assertThatIllegalArgumentException().isThrownBy(() -> Tracer.builder().maxChars(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Tracer.builder().maxChars(2001));
    }

    @Test
    void spansNeverChange() {
        Span root = trace(Tracer.create(), FakeTurn.quick("t")).root();

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> root.attributes().clear());
    }
}
