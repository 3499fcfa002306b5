package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.Message;
import dev.llf.conversation.ContextPlan;
import dev.llf.error.CancelledException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.models.Ensemble;
import dev.llf.models.EnsembleException;
import dev.llf.models.ModelComparison;
import dev.llf.models.ModelPool;
import dev.llf.models.ModelProfile;
import dev.llf.models.Router;
import dev.llf.models.RoutingDecision;
import dev.llf.spi.TurnEvent;
import dev.llf.testing.HashEmbeddingModel;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class SeveralModelsTest {

    private static final String LONG = "word ".repeat(60).strip();

    private static ModelProfile complexity(int grade) {
        return ModelProfile.builder().complexity(grade).quality(grade).build();
    }

    private static ModelPool pool(ChatModel small, ChatModel big) {
        return ModelPool.builder().model("small", small, complexity(2)).model("big", big, complexity(9)).build();
    }

    private static ScriptedChatModel saying(String text) {
        return ScriptedChatModel.replying(text).repeating();
    }

    @Test
    void theFirstAnswersUnlessARouterIsSet() {
        try (ModelPool pool = pool(saying("s"), saying("b")); Llf llf = Llf.builder().models(pool).build()) {
            Reply reply = llf.chat("Hi");

            assertThat(reply.text()).isEqualTo("s");
            assertThat(reply.turn().model()).isEqualTo("small");
            assertThat(reply.routing()).map(RoutingDecision::model).contains("small");
            assertThat(reply.routing()).map(RoutingDecision::strategy).contains("manual");
        }
    }

    @Test
    void theRouterChoosesByTheQuestion() {
        try (ModelPool pool = pool(saying("s"), saying("b"));
                Llf llf = Llf.builder().models(pool).router(Router.complexity()).build()) {
            Conversation talk = llf.conversation();

            assertThat(talk.send("What is 2 + 2?").turn().model()).isEqualTo("small");
            assertThat(talk.send("Analyze and compare both, and design and implement a comprehensive plan.").turn()
                    .model()).isEqualTo("big");
            assertThat(talk.turns()).hasSize(2);
        }
    }

    @Test
    void aConversationGoesOnWithAnotherModel() {
        ScriptedChatModel big = saying("b");
        try (ModelPool pool = pool(saying("s"), big); Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation();
            talk.send("one");

            Reply reply = talk.withModel("big").send("two");

            assertThat(reply.turn().model()).isEqualTo("big");
            assertThat(reply.routing().orElseThrow().model()).isEqualTo("big");
            assertThat(big.requests().getFirst().messages()).containsExactly(Message.user("one"),
                    Message.assistant("s"), Message.user("two"));
            assertThat(talk.send("three").turn().model()).isEqualTo("small");
            assertThat(talk.turns()).hasSize(3);
        }
    }

    @Test
    void aSmallerContextShowsLessOfThePastAndSaysSo() {
        try (ModelPool pool = pool(saying("s").withContextTokens(64), saying("b").withContextTokens(4096));
                Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation().withModel("big");
            for (int i = 0; i < 20; i++) {
                talk.send("one two three four five six");
            }
            assertThat(talk.plan("next").omission()).isEmpty();

            Reply reply = talk.withModel("small").send("next");

            assertThat(reply.plan().contextTokens()).isEqualTo(64);
            assertThat(reply.plan().omission()).isPresent();
            assertThat(reply.plan().tokens(ContextPlan.Part.HISTORY)).isLessThan(64);
        }
    }

    @Test
    void whatDoesNotFitTheFirstIsAnsweredByTheNext() {
        List<TurnEvent> events = new CopyOnWriteArrayList<>();
        try (ModelPool pool = pool(saying("s").withContextTokens(32), saying("b").withContextTokens(4096));
                Llf llf = Llf.builder().models(pool).listener(events::add).build()) {
            Reply reply = llf.chat(LONG);

            assertThat(reply.text()).isEqualTo("b");
            assertThat(reply.turn().model()).isEqualTo("big");
            assertThat(reply.routing().orElseThrow().model()).isEqualTo("small");
            assertThat(events.stream().filter(TurnEvent.Routed.class::isInstance)
                    .map(event -> ((TurnEvent.Routed) event).model())).containsExactly("small", "big");
        }
    }

    @Test
    void whatFitsNoneIsRefused() {
        try (ModelPool pool = pool(saying("s").withContextTokens(32), saying("b").withContextTokens(48));
                Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation();
            assertThatThrownBy(() -> talk.send(LONG)).isInstanceOfSatisfying(ContextOverflowException.class,
                    e -> assertThat(e.contextTokens()).isEqualTo(48));
            assertThat(talk.turns()).isEmpty();
        }
    }

    @Test
    void allAnswerInAComparison() {
        EngineException failure = new EngineException("engine: out of order");
        try (ModelPool pool = pool(ScriptedChatModel.failing(failure), saying("b"));
                Llf llf = Llf.builder().models(pool).system("Be kind.").build()) {
            List<ModelComparison.Answer> answers = llf.compare("Hi");

            assertThat(answers).extracting(ModelComparison.Answer::model).containsExactly("small", "big");
            assertThat(answers.getFirst()).isInstanceOfSatisfying(ModelComparison.Failure.class,
                    answer -> assertThat(answer.cause()).isSameAs(failure));
            assertThat(answers.getLast()).isInstanceOfSatisfying(ModelComparison.Success.class,
                    answer -> assertThat(answer.response().text()).isEqualTo("b"));
            assertThat(llf.compare("Hi", "big")).hasSize(1);
            assertThatThrownBy(() -> llf.compare("Hi", "huge")).isInstanceOf(ConfigurationException.class);
        }
    }

    @Test
    void oneAnswerIsMadeOfAll() {
        try (ModelPool pool = pool(saying("Paris."), saying("paris"));
                Llf llf = Llf.builder().models(pool).build()) {
            assertThat(llf.ensemble(Ensemble.vote(), "What is the capital of France?").models())
                    .containsExactly("small", "big");
            assertThat(llf.ensemble(Ensemble.best(pool::profile), "What is the capital of France?").text())
                    .isEqualTo("paris");
        }
        EngineException failure = new EngineException("engine: out of order");
        try (ModelPool pool = pool(ScriptedChatModel.failing(failure), ScriptedChatModel.failing(failure));
                Llf llf = Llf.builder().models(pool).build()) {
            assertThatThrownBy(() -> llf.ensemble(Ensemble.concat(), "Hi")).isInstanceOf(EnsembleException.class);
        }
    }

    @Test
    void areCheckedWhenTheyAreNamed() {
        try (ModelPool pool = pool(saying("s"), saying("b")); Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation();
            assertThatThrownBy(() -> talk.withModel("huge")).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("huge").hasMessageContaining("small");
            assertThatIllegalArgumentException().isThrownBy(() -> llf.compare("Hi", "big", "big"));
            assertThatThrownBy(() -> Llf.builder().model(saying("x")).router(Router.cost()).build())
                    .isInstanceOf(ConfigurationException.class);
            assertThatThrownBy(() -> Llf.builder().model(saying("x")).models(pool).build())
                    .isInstanceOf(ConfigurationException.class);
            assertThatThrownBy(() -> Llf.builder().models(pool).slots(2).build())
                    .isInstanceOf(ConfigurationException.class);
        }
        Llf one = Llf.builder().model(saying("x")).build();
        assertThatThrownBy(() -> one.compare("Hi")).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> one.conversation().withModel("y")).isInstanceOf(ConfigurationException.class);
        assertThat(one.conversation().withModel("scripted").send("Hi").text()).isEqualTo("x");
    }

    @Test
    void aPoolWithoutChatModelIsRefused() {
        try (ModelPool pool = ModelPool.builder().embedding("e", new HashEmbeddingModel()).build()) {
            assertThatThrownBy(() -> Llf.builder().models(pool).build()).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("no chat model");
        }
    }

    /** A model that takes for ever to load. */
    private static final class Slow extends ForwardingModel {

        private final CountDownLatch loading = new CountDownLatch(1);

        Slow(ChatModel model) {
            super(model);
        }

        @Override
        public void awaitReady(Optional<Duration> limit) {
            loading.countDown();
            try {
                Duration most = limit.orElse(Duration.ofDays(1));
                boolean never = new CountDownLatch(1).await(most.toNanos(), TimeUnit.NANOSECONDS);
                throw new CancelledException("not loaded in time: " + never);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while loading", e);
            }
        }
    }

    @Test
    void aLoadIsEndedByACancelAndByTheTimeout() throws InterruptedException {
        List<TurnEvent> events = new CopyOnWriteArrayList<>();
        Slow model = new Slow(saying("s"));
        Conversation talk = Llf.builder().model(model).listener(events::add).build().conversation();
        ReplyStream stream = talk.stream("Hi");
        model.loading.await();
        stream.cancel();
        assertThatThrownBy(stream::reply).isInstanceOf(CancelledException.class);
        assertThat(events).last().isInstanceOf(TurnEvent.Cancelled.class);

        Llf hurried = Llf.builder().model(new Slow(saying("s"))).timeout(Duration.ofMillis(1)).build();
        assertThatThrownBy(() -> hurried.chat("Hi")).isInstanceOf(CancelledException.class);
        assertThat(talk.turns()).isEmpty();
    }

    @Test
    void theFirstTokenCountsFromTheTurnsBeginning() {
        LoadedSlowly times = new LoadedSlowly();
        Reply reply = Llf.builder().model(times).build().chat("Hi");
        assertThat(reply.timings().firstToken()).isGreaterThanOrEqualTo(LoadedSlowly.LOAD);
        assertThat(reply.timings().total()).isGreaterThanOrEqualTo(reply.timings().firstToken());
    }

    /** A model whose load takes a moment. */
    private static final class LoadedSlowly extends ForwardingModel {

        static final Duration LOAD = Duration.ofMillis(5);

        LoadedSlowly() {
            super(saying("s"));
        }

        @Override
        public void awaitReady(Optional<Duration> limit) {
            long until = System.nanoTime() + LOAD.toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void realModelsShareAConversation() {
        try (ModelPool pool = ModelPool.builder()
                .model("short", LlamaChatModel.builder(TinyModel.path()).contextTokens(128).slots(1))
                .model("long", LlamaChatModel.builder(TinyModel.path()).contextTokens(512).slots(1)).build();
                Llf llf = Llf.builder().models(pool).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");

            Reply reply = talk.withModel("long").send("What is my name?");

            assertThat(reply.text()).contains("Ada");
            assertThat(reply.turn().model()).isEqualTo("long");
            assertThat(reply.plan().contextTokens()).isEqualTo(512);
        }
    }
}
