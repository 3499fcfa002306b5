package dev.llf.models;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.error.CancelledException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Failure;
import dev.llf.models.ModelComparison.Success;
import dev.llf.testing.ManualClock;
import dev.llf.testing.ScriptedChatModel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ModelComparisonTest {

    private static final ChatRequest HELLO = ChatRequest.of(Message.user("Hello"));

    private final FakeMachine machine = new FakeMachine(8);

    private static List<Answer> compare(ModelPool pool, String... names) {
        try (ModelComparison comparison = ModelComparison.builder(pool, List.of(names)).start(HELLO)) {
            return comparison.answers();
        }
    }

    private static String text(Answer answer) {
        return switch (answer) {
            case Success success -> success.response().text();
            case Failure failure -> failure.cause().getClass().getSimpleName();
        };
    }

    private static ScriptedChatModel held() {
        return ScriptedChatModel.replying("one two three").holdingAfter(1);
    }

    @Test
    void answersComeInTheOrderOfTheNames() throws InterruptedException {
        ScriptedChatModel slow = held();
        ScriptedChatModel quick = ScriptedChatModel.replying("quick");
        try (ModelPool pool = ModelPool.builder().model("slow", slow).model("quick", quick).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("slow", "quick")).start(HELLO)) {
            slow.awaitHeld();
            while (quick.requestCount() == 0) {
                Thread.onSpinWait();
            }
            slow.release();

            assertThat(comparison.answers()).extracting(Answer::model).containsExactly("slow", "quick");
            assertThat(comparison.answers()).extracting(ModelComparisonTest::text)
                    .containsExactly("one two three", "quick");
        }
    }

    @Test
    void oneFailureDoesNotTouchTheOthers() {
        try (ModelPool pool = ModelPool.builder().model("good", ScriptedChatModel.replying("Hello!"))
                .model("bad", ScriptedChatModel.failing(new EngineException("no luck")))
                .model("absent", machine.worker("absent", 9), ModelProfile.NONE)
                .model("late", ScriptedChatModel.replying("Hi.")).build()) {
            assertThat(compare(pool, "bad", "good", "absent", "late")).extracting(ModelComparisonTest::text)
                    .containsExactly("EngineException", "Hello!", "InsufficientMemoryException", "Hi.");
        }
    }

    @Test
    void refusesNoneTwinsAndStrangers() {
        try (ModelPool pool = ModelPool.builder().model("a", ScriptedChatModel.replying("x")).build()) {
            assertThatThrownBy(() -> ModelComparison.builder(pool, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ModelComparison.builder(pool, List.of("a", "a")))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("twice");
            assertThatThrownBy(() -> ModelComparison.builder(pool, List.of("b")))
                    .isInstanceOf(ConfigurationException.class).hasMessageContaining("it has a");
            ModelComparison.Builder builder = ModelComparison.builder(pool, List.of("a"));
            assertThatThrownBy(() -> builder.maxParallel(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> builder.maxParallel(65)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesToAskAClosedPool() {
        ModelPool pool = ModelPool.builder().model("a", ScriptedChatModel.replying("x")).build();
        ModelComparison.Builder builder = ModelComparison.builder(pool, List.of("a"));
        pool.close();

        assertThatThrownBy(() -> builder.start(HELLO)).isInstanceOf(IllegalStateException.class)
                .hasMessage("The pool of models is closed");
    }

    @Test
    void asksInTurnWhereTheyDoNotFitTogether() {
        try (ModelPool pool = ModelPool.builder().model("a", machine.worker("a", 5), ModelProfile.NONE)
                .model("b", machine.worker("b", 5), ModelProfile.NONE)
                .model("c", machine.worker("c", 5), ModelProfile.NONE).build()) {
            assertThat(compare(pool, "c", "a", "b")).extracting(ModelComparisonTest::text)
                    .containsExactly("I am c", "I am a", "I am b");
        }
        assertThat(machine.log).containsExactly("+c", "-c", "+a", "-a", "+b", "-b");
    }

    @Test
    void asksSideBySideWhereTheyFit() throws InterruptedException {
        ScriptedChatModel one = held();
        ScriptedChatModel two = held();
        try (ModelPool pool = ModelPool.builder().model("one", one).model("two", two).maxResident(1).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("one", "two")).start(HELLO)) {
            one.awaitHeld();
            two.awaitHeld(); // both at the same time
            one.release();
            two.release();
            assertThat(comparison.answers()).allMatch(Success.class::isInstance);
        }
    }

    @Test
    void asksNoMoreAtATimeThanAllowed() throws InterruptedException {
        ScriptedChatModel one = held();
        ScriptedChatModel two = ScriptedChatModel.replying("two");
        try (ModelPool pool = ModelPool.builder().model("one", one).model("two", two).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("one", "two")).maxParallel(1)
                        .start(HELLO)) {
            one.awaitHeld();
            assertThat(two.requestCount()).isZero();
            one.release();
            assertThat(comparison.answers()).extracting(ModelComparisonTest::text)
                    .containsExactly("one two three", "two");
        }
    }

    @Test
    void cancelKeepsWhatIsFinished() throws InterruptedException {
        ScriptedChatModel held = held();
        ScriptedChatModel never = ScriptedChatModel.replying("never");
        try (ModelPool pool = ModelPool.builder().model("done", ScriptedChatModel.replying("done")).model("held", held)
                .model("never", never).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("done", "held", "never"))
                        .maxParallel(1).start(HELLO)) {
            held.awaitHeld();
            comparison.cancel();
            comparison.cancel();

            List<Answer> answers = comparison.answers();
            assertThat(answers).extracting(ModelComparisonTest::text)
                    .containsExactly("done", "CancelledException", "CancelledException");
            Failure stopped = (Failure) answers.get(1);
            assertThat(stopped.partial()).hasValueSatisfying(partial -> {
                assertThat(partial.text()).isEqualTo("one");
                assertThat(partial.finishReason()).isEqualTo(FinishReason.CANCELLED);
            });
            assertThat(never.requestCount()).isZero();
        }
    }

    @Test
    void anInterruptCancelsAndStaysPending() throws InterruptedException {
        ScriptedChatModel held = held();
        try (ModelPool pool = ModelPool.builder().model("held", held).build();
                ModelComparison comparison = ModelComparison.builder(pool, List.of("held")).start(HELLO)) {
            held.awaitHeld();
            Thread.currentThread().interrupt();
            List<Answer> answers = comparison.answers();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(answers).singleElement().isInstanceOfSatisfying(Failure.class,
                    failure -> assertThat(failure.cause()).isInstanceOf(CancelledException.class));
        }
    }

    @Test
    void eachModelHasItsTime() throws InterruptedException {
        ManualClock clock = new ManualClock();
        ScriptedChatModel held = held().withClock(clock);
        ScriptedChatModel quick = ScriptedChatModel.replying("quick").repeating();
        try (ModelPool pool = ModelPool.builder().ticker(clock).model("held", held).model("quick", quick).build()) {
            try (ModelComparison comparison = ModelComparison.builder(pool, List.of("held", "quick"))
                    .timeout(Duration.ofSeconds(5)).start(HELLO)) {
                held.awaitHeld();
                clock.advance(Duration.ofSeconds(6));
                List<Answer> answers = comparison.answers();

                assertThat(answers.get(0)).isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.cause()).isInstanceOf(CancelledException.class)
                            .hasMessageContaining("ran out of time");
                    assertThat(failure.elapsed()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
                });
                assertThat(text(answers.get(1))).isEqualTo("quick");
            }
            ChatRequest hasty = HELLO.toBuilder().timeout(Duration.ofSeconds(1)).build();
            try (ModelComparison comparison = ModelComparison.builder(pool, List.of("quick"))
                    .timeout(Duration.ofSeconds(5)).start(hasty)) {
                comparison.answers();
            }
            assertThat(quick.requests()).extracting(each -> each.timeout().orElseThrow())
                    .containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(1));
        }
    }
}
