package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Conversations with a real model. */
@Timeout(120)
class TinyModelConversationTest {

    private static final List<String> NAMES = List.of("Ada", "Ben", "Clara", "David");

    private static Llf llf;

    @BeforeAll
    static void open() {
        llf = Llf.builder().model(TinyModel.path()).contextTokens(512).slots(4).threads(1).sampling(Sampling.greedy())
                .build();
    }

    @AfterAll
    static void close() {
        llf.close();
    }

    @Test
    void remembersWhatWasSaid() {
        Conversation talk = llf.conversation();

        talk.send("My name is Ada.");
        Reply second = talk.send("What is my name?");

        assertThat(second.text()).isEqualTo("Your name is Ada.");
        assertThat(second.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(second.turn().model()).isEqualTo(llf.model().info().name());
        Logs.assertWhole(talk);
    }

    @Test
    void evaluatesOnlyWhatIsNew() {
        Conversation talk = llf.conversation();

        Reply first = talk.send("My name is Ben.");
        Reply second = talk.send("What is my name?");

        assertThat(second.usage().cachedTokens()).isGreaterThanOrEqualTo(first.usage().promptTokens() - 8).isPositive();
        assertThat(second.usage().promptTokens()).isGreaterThan(first.usage().totalTokens());
    }

    @Test
    void branchesWithTheSameMemory() {
        Conversation talk = llf.conversation();
        talk.send("My name is Clara.");

        Conversation branch = talk.fork();

        assertThat(branch.send("What is my name?").text()).isEqualTo("Your name is Clara.");
        assertThat(talk.send("What is my name?").text()).isEqualTo("Your name is Clara.");
    }

    @Test
    void keepsTheTextSoFarOfAStreamThatIsClosed() {
        Conversation talk = llf.conversation();
        talk.send("My name is Ada.");
        ReplyStream stream = talk.stream("What is LLF?");
        Iterator<ChatEvent> events = stream.iterator();
        ChatEvent first = events.next();

        stream.close();

        Reply reply = stream.reply();
        assertThat(first).isInstanceOfSatisfying(ChatEvent.TextDelta.class,
                delta -> assertThat(reply.text()).startsWith(delta.text()));
        assertThat(reply.finishReason()).isIn(FinishReason.CANCELLED, FinishReason.STOP);
        assertThat(talk.turns()).hasSize(2).last().isSameAs(reply.turn());
        assertThat(talk.send("What is my name?").text()).isEqualTo("Your name is Ada.");
        Logs.assertWhole(talk);
    }

    @Test
    void streamsTheTextOfTheReply() {
        StringBuilder text = new StringBuilder();
        try (ReplyStream stream = llf.conversation().stream("What is LLF?")) {
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    text.append(delta.text());
                }
            }
            assertThat(stream.reply().text()).isEqualTo(text.toString()).contains("LLF");
        }
    }

    @Test
    void talksToSeveralSideBySide() {
        CountDownLatch go = new CountDownLatch(1);
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = NAMES.get(i % NAMES.size());
            senders.add(Sender.start(() -> {
                awaitUninterrupted(go);
                Conversation talk = llf.conversation();
                talk.send("My name is %s.".formatted(name));
                return talk.send("What is my name?");
            }));
        }
        go.countDown();

        for (int i = 0; i < senders.size(); i++) {
            assertThat(senders.get(i).reply().text())
                    .isEqualTo("Your name is %s.".formatted(NAMES.get(i % NAMES.size())));
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
