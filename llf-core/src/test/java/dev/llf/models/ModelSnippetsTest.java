package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The programs that the documentation shows. */
class ModelSnippetsTest {

    private static final ChatRequest QUESTION = ChatRequest.of(Message.user("What is LLF?"));

    @Test
    void pool() {
        Path smallFile = TinyModel.path();
        Path largeFile = TinyModel.path();
        List<String> answers = new ArrayList<>();
        // @start region="pool"
        try (ModelPool pool = ModelPool.builder()
                .model("small", LlamaChatModel.builder(smallFile), ModelProfile.builder().complexity(3).build())
                .model("large", LlamaChatModel.builder(largeFile).slots(1),
                        ModelProfile.builder().complexity(9).build())
                .build()) {
            RoutingDecision decision = pool.route(Router.complexity(), QUESTION);
            ChatModel model = pool.chat(decision.model()); // loaded by the first request
            ChatResponse response = model.chat(QUESTION);
            answers.add(decision.model() + ": " + response.text());
        }
        // @end
        assertThat(answers).singleElement().asString().startsWith("small: ").hasSizeGreaterThan(10);
    }

    @Test
    void compare() {
        Path file = TinyModel.path();
        List<String> lines = new ArrayList<>();
        try (ModelPool pool = ModelPool.builder()
                .model("a", LlamaChatModel.builder(file).sampling(Sampling.greedy()))
                .model("b", LlamaChatModel.builder(file).sampling(Sampling.greedy()).slots(1)).build()) {
            // @start region="compare"
            List<ModelComparison.Answer> answers;
            try (ModelComparison comparison = ModelComparison.builder(pool, List.of("a", "b"))
                    .timeout(Duration.ofMinutes(1)).start(QUESTION)) {
                answers = comparison.answers();
            }
            for (ModelComparison.Answer answer : answers) {
                lines.add(switch (answer) {
                    case ModelComparison.Success success -> success.model() + ": " + success.response().text();
                    case ModelComparison.Failure failure ->
                        failure.model() + " failed: " + failure.cause().getMessage();
                });
            }
            String agreed = Ensemble.vote().merge(answers).text();
            // @end
            assertThat(lines).containsExactly("a: " + agreed, "b: " + agreed);
        }
    }

    @Test
    void aPoolOfRealModelsReportsAndRefuses() {
        try (ModelPool pool = ModelPool.builder().model("one", LlamaChatModel.builder(TinyModel.path()).slots(2))
                .model("two", LlamaChatModel.builder(TinyModel.path()).slots(3)).maxResident(1).build()) {
            assertThat(pool.preflight().values()).allSatisfy(report -> {
                assertThat(report.ready()).isTrue();
                assertThat(report.architecture()).contains("llama");
            });
            pool.warmUp("one");

            assertThat(pool.preflight().get("one").loaded()).isTrue();
            assertThat(pool.statistics().bytes()).isEqualTo(pool.preflight().get("one").estimatedBytes()).isPositive();
            assertThat(pool.profile("one").cost()).hasValue(10);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> pool.chat("two").chat(QUESTION))
                    .isInstanceOf(PoolFullException.class).hasMessageContaining("Loaded: one (");
        }
    }
}
