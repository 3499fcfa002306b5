package dev.llf.observe;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.llf.chat.FinishReason;
import dev.llf.error.EngineException;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

class MicrometerMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry);

    private Timer timer(String name, String... tags) {
        return registry.get(name).tags(tags).timer();
    }

    @Test
    void recordsATurn() {
        FakeTurn.full("t").completed(1000).tell(metrics);

        String[] tags = {"gen_ai.provider.name", "llf", "gen_ai.request.model", "tiny", "outcome", "ok"};
        Timer turn = timer("gen_ai.client.operation.duration", "gen_ai.operation.name", "invoke_agent");
        Timer chat = timer("gen_ai.client.operation.duration", "gen_ai.operation.name", "chat");
        assertThat(turn.count()).isEqualTo(1);
        assertThat(turn.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1000);
        assertThat(chat.count()).isEqualTo(2);
        assertThat(chat.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(250 + 530);
        assertThat(timer("llf.request.queue_wait", tags).totalTime(TimeUnit.MILLISECONDS)).isEqualTo(55);
        assertThat(timer("gen_ai.server.time_to_first_token", tags).totalTime(TimeUnit.MILLISECONDS)).isEqualTo(150);
        assertThat(timer("llf.tools.duration").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(100);
        assertThat(registry.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "input").summary().totalAmount())
                .isEqualTo(95);
        assertThat(registry.get("gen_ai.client.token.usage").tag("gen_ai.token.type", "output").summary().totalAmount())
                .isEqualTo(62);
        assertThat(registry.get("llf.tokens.cached").tags(tags).counter().count()).isEqualTo(65);
        assertThat(registry.get("llf.tools.calls").tag("outcome", "ok").counter().count()).isEqualTo(1);
        assertThat(registry.get("llf.tools.calls").tag("outcome", "error").counter().count()).isEqualTo(1);
        assertThat(registry.get("llf.prompt.eval_tokens_per_second").summary().max()).isEqualTo(400);
        assertThat(registry.get("llf.decode.tokens_per_second").summary().count()).isEqualTo(1);
    }

    @Test
    void recordsTurnsThatDidNotEndWell() {
        new FakeTurn("a").queued().cancelledInLine(5, FinishReason.DEADLINE).tell(metrics);
        new FakeTurn("b").beforeTools().failed(400, new EngineException("x")).tell(metrics);
        new FakeTurn("c").queued().planned(1, 1, 0).admitted(2, 1, 3, 0).cancelled(9, FinishReason.CANCELLED)
                .tell(metrics);

        assertThat(timer("llf.request.queue_wait", "outcome", "timeout", "gen_ai.request.model", "none").count())
                .isEqualTo(1);
        assertThat(timer("llf.request.queue_wait", "outcome", "error").count()).isEqualTo(1);
        assertThat(timer("gen_ai.client.operation.duration", "gen_ai.operation.name", "chat", "outcome", "ok").count())
                .isEqualTo(1);
        assertThat(timer("gen_ai.client.operation.duration", "gen_ai.operation.name", "chat", "outcome", "cancelled")
                .count()).isEqualTo(1);
    }

    @Test
    void hasFewTags() {
        for (int i = 0; i < 150; i++) {
            FakeTurn.quick("t" + i, "m" + i).tell(metrics);
        }
        FakeTurn.full("id").completed(1000).tell(metrics);

        Set<String> models = registry.getMeters().stream().map(meter -> meter.getId().getTag("gen_ai.request.model"))
                .collect(Collectors.toSet());
        Set<String> keys = registry.getMeters().stream().map(Meter::getId).flatMap(id -> id.getTags().stream())
                .map(Tag::getKey).collect(Collectors.toSet());
        assertThat(models).hasSize(101).contains("other");
        assertThat(keys).containsExactlyInAnyOrder("gen_ai.provider.name", "gen_ai.request.model", "outcome",
                "gen_ai.operation.name", "gen_ai.token.type");
    }

    @Test
    void metersOfOneNameHaveTheSameTags() {
        FakeTurn.full("a").completed(1000).tell(metrics);
        new FakeTurn("b").queued().cancelledInLine(5, FinishReason.DEADLINE).tell(metrics);

        registry.getMeters().stream().collect(Collectors.groupingBy(meter -> meter.getId().getName())).values()
                .forEach(same -> assertThat(same.stream().map(meter -> meter.getId().getTags().stream().map(Tag::getKey)
                        .toList()).distinct()).hasSize(1));
    }

    @Test
    void nothingElseNeedsMicrometer() {
        noClasses().that().doNotHaveSimpleName("MicrometerMetrics").should().dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .check(new ClassFileImporter().importPath(Path.of("target", "classes")));
    }
}
