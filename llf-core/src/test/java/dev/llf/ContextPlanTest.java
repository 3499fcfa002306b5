package dev.llf;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.chat.Turn;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.ContextPlan.Part;
import dev.llf.conversation.Omission;
import dev.llf.conversation.Window;
import dev.llf.error.ContextOverflowException;
import dev.llf.testing.TinyModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the model sees, with TinyModel's own vocabulary. */
@Timeout(120)
class ContextPlanTest {

    private static final String FILLER = "Please tell me more about that. ";

    private Llf llf = builder(512).build();

    private static Llf.Builder builder(int context) {
        return Llf.builder().model(TinyModel.path()).contextTokens(context).slots(1).threads(1)
                .sampling(Sampling.greedy()).maxTokens(24);
    }

    private Llf open(Llf.Builder builder) {
        llf.close();
        llf = builder.build();
        return llf;
    }

    @AfterEach
    void close() {
        llf.close();
    }

    private int count(ChatRequest.Builder request) {
        return llf.model().countTokens(request.build());
    }

    @Test
    void countsEveryPartExactly() {
        FakeTools tools = FakeTools.answering(call -> "sunny");
        open(builder(1024).system("You are a helpful assistant.").tools(tools));
        Conversation talk = llf.conversation();
        talk.send("My name is Ada.");

        ContextPlan plan = talk.plan("What is my name?");

        Message system = Message.system("You are a helpful assistant.");
        Message question = Message.user("What is my name?");
        int bare = count(ChatRequest.builder().messages(List.of(question)));
        int withSystem = count(ChatRequest.builder().messages(List.of(system, question)));
        int withTools = count(ChatRequest.builder().messages(List.of(system, question)).tools(tools.specs()));
        assertThat(plan.tokens(Part.QUESTION)).isEqualTo(bare);
        assertThat(plan.tokens(Part.SYSTEM)).isEqualTo(withSystem - bare);
        assertThat(plan.tokens(Part.TOOLS)).isEqualTo(withTools - withSystem);
        assertThat(plan.tokens(Part.HISTORY)).isPositive();
        assertThat(plan.tokens(Part.MEMORIES)).isZero();
        assertThat(plan.tokens(Part.PASSAGES)).isZero();
        assertThat(plan.tokens(Part.ANSWER)).isEqualTo(24);
        assertThat(plan.contextTokens()).isEqualTo(1024);
        assertThat(plan.omission()).isEmpty();
        assertThat(plan.freeTokens()).isEqualTo(1024 - 24 - plan.promptTokens());

        Reply reply = talk.send("What is my name?");

        assertThat(reply.plan()).as("what was planned is what was sent").isEqualTo(plan);
        assertThat(reply.usage().promptTokens()).isEqualTo(plan.promptTokens());
        assertThat(reply.text()).isEqualTo("Your name is Ada.");
    }

    @Test
    void leavesTheOldestTurnsOutWhenTheContextIsFull() {
        Conversation talk = llf.conversation();
        boolean left = false;
        for (int i = 0; i < 40; i++) {
            ContextPlan plan = talk.plan(FILLER.repeat(3));
            Reply reply = talk.send(FILLER.repeat(3));
            assertThat(reply.plan()).isEqualTo(plan);
            assertThat(reply.usage().promptTokens()).isEqualTo(plan.promptTokens());
            assertThat(plan.promptTokens() + plan.tokens(Part.ANSWER)).isLessThanOrEqualTo(512);
            if (plan.omission().isPresent()) {
                Omission omission = plan.omission().get();
                assertThat(omission.reason()).isEqualTo(Omission.Reason.TOKENS);
                assertThat(talk.turns().get(omission.turns() - 1).id()).isEqualTo(omission.last());
                left = true;
            }
        }
        assertThat(left).isTrue();
        assertThat(talk.turns()).as("the log keeps all").hasSize(40);
    }

    @Test
    void makesRoomForALongQuestion() {
        Conversation talk = llf.conversation();
        IntStream.range(0, 8).forEach(i -> talk.send(FILLER.repeat(2)));

        Reply reply = talk.send(FILLER.repeat(45));

        assertThat(reply.plan().tokens(Part.QUESTION)).isGreaterThan(300);
        assertThat(reply.plan().omission()).isPresent();
        assertThat(reply.usage().promptTokens()).isEqualTo(reply.plan().promptTokens()).isLessThanOrEqualTo(512 - 24);
        ContextPlan next = talk.plan("And now?");
        assertThat(next.tokens(Part.HISTORY)).isPositive();
    }

    @Test
    void refusesAQuestionThatAloneDoesNotFit() {
        Conversation talk = llf.conversation();
        talk.send("My name is Ada.");
        String tooLong = FILLER.repeat(100);
        int tokens = count(ChatRequest.builder().messages(List.of(Message.user(tooLong))));

        assertThatExceptionOfType(ContextOverflowException.class).isThrownBy(() -> talk.send(tooLong))
                .withMessageContaining(String.valueOf(tokens)).withMessageContaining("512");
        assertThatExceptionOfType(ContextOverflowException.class).isThrownBy(() -> talk.plan(tooLong));

        assertThat(talk.turns()).hasSize(1);
        assertThat(talk.send("What is my name?").text()).isEqualTo("Your name is Ada.");
    }

    @Test
    void keepsTheRoomForTheAnswerThatWasAskedFor() {
        open(builder(512).answerTokens(400));
        Conversation talk = llf.conversation();
        String question = FILLER.repeat(15);
        assertThat(count(ChatRequest.builder().messages(List.of(Message.user(question))))).isBetween(112, 500);

        assertThatExceptionOfType(ContextOverflowException.class).isThrownBy(() -> talk.send(question));
        assertThat(talk.plan("Hi").tokens(Part.ANSWER)).isEqualTo(400);
        assertThatIllegalArgumentException().isThrownBy(() -> Llf.builder().answerTokens(0));
    }

    @Test
    void showsASummaryOfWhatTheWindowLeavesOut() {
        open(builder(512).window(Window.summarizing()));
        Conversation talk = llf.conversation();
        talk.send("My name is Ada.");
        Reply last = talk.send("Hello!");
        while (last.plan().omission().isEmpty()) {
            last = talk.send(FILLER.repeat(3));
        }

        assertThat(last.plan().omission()).map(Omission::reason).contains(Omission.Reason.SUMMARIZED);
        String summary = talk.tree().summary(talk.history()).orElseThrow().text();
        assertThat(summary).isNotBlank();
        assertThat(last.usage().promptTokens()).as("the summary's own request counts")
                .isGreaterThan(last.plan().promptTokens());
        assertThat(talk.turns().getFirst().question().text()).isEqualTo("My name is Ada.");
        int covered = talk.tree().summary(talk.history()).orElseThrow().turns();
        talk.send("Thanks!");
        assertThat(talk.tree().summary(talk.history()).orElseThrow().turns()).as("used again").isEqualTo(covered);
    }

    @Test
    void takesAWindowOfTheHostsOwn() {
        Window lastOne = (history, room) -> new Window.View(
                history.last(Math.min(room.tokens() > 0 ? 1 : 0, history.size())),
                Optional.empty(), Omission.Reason.CHOSEN);
        open(builder(512).window(lastOne));
        Conversation talk = llf.conversation();
        talk.send("My name is Ada.");
        talk.send("Hello!");
        Turn second = talk.turns().getLast();

        ContextPlan plan = talk.plan("What is my name?");

        assertThat(plan.omission()).contains(new Omission(1, talk.turns().getFirst().id(), Omission.Reason.CHOSEN));
        assertThat(plan.tokens(Part.HISTORY)).isPositive();
        assertThat(talk.turns().getLast()).isEqualTo(second);
    }

    @Test
    void outlivesAWindowThatShowsTooMuch() {
        open(builder(512)
                .window((history, room) -> new Window.View(history.turns(), Optional.empty(), Omission.Reason.CHOSEN)));
        Conversation talk = llf.conversation();

        for (int i = 0; i < 20; i++) {
            Reply reply = talk.send(FILLER.repeat(3));
            assertThat(reply.plan().promptTokens()).isLessThanOrEqualTo(512 - 24);
        }
        assertThat(talk.plan("Hi").omission()).isPresent();
    }

    @Test
    void checksItsParts() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ContextPlan(1, Map.of(), Optional.empty()))
                .withMessage("the tokens of SYSTEM must be >= 0, were null");
    }
}
