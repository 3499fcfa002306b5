package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.Turn;
import dev.llf.error.CancelledException;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ConversationTest {

    private static final int THREADS = 16;
    private static final int SENDS = 50;

    private static Llf llf(ChatModel model) {
        return Llf.builder().model(model).build();
    }

    private static ScriptedChatModel echo() {
        return ScriptedChatModel.answering(request -> "re " + request.messages().getLast().text()).repeating()
                .withContextTokens(1_000_000);
    }

    private static List<String> questions(Conversation talk) {
        return talk.turns().stream().map(turn -> turn.messages().getFirst().text()).toList();
    }

    @Test
    void runsOneTurnAtATime() throws InterruptedException {
        Conversation talk = llf(echo()).conversation();
        CountDownLatch go = new CountDownLatch(1);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads = IntStream.range(0, THREADS).mapToObj(t -> Thread.ofPlatform().start(() -> {
            try {
                go.await();
                for (int i = 0; i < SENDS; i++) {
                    String text = t + ":" + i;
                    assertThat(talk.send(text).text()).isEqualTo("re " + text);
                    assertThat(questions(talk)).contains(text);
                }
            } catch (InterruptedException | RuntimeException | AssertionError e) {
                failures.add(e);
            }
        })).toList();

        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        Logs.assertWhole(talk);
        assertThat(talk.messages()).hasSize(2 * THREADS * SENDS);
        for (int i = 0; i < talk.messages().size(); i++) {
            assertThat(talk.messages().get(i).role()).isEqualTo(i % 2 == 0 ? Role.USER : Role.ASSISTANT);
        }
        List<String> questions = questions(talk);
        for (int t = 0; t < THREADS; t++) {
            String prefix = t + ":";
            assertThat(questions.stream().filter(text -> text.startsWith(prefix)))
                    .containsExactlyElementsOf(IntStream.range(0, SENDS).mapToObj(i -> prefix + i).toList());
        }
    }

    @Test
    void takesTurnsInTheOrderInWhichTheyCame() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("a").holdingAfter(1).thenReplying("b").repeatingLast();
        Conversation talk = llf(model).conversation();
        ReplyStream first = talk.stream("0");
        model.awaitHeld();
        List<Sender> senders = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            String text = "" + i;
            senders.add(Sender.start(() -> talk.send(text)).awaitInLine());
        }

        model.release();

        senders.forEach(Sender::reply);
        assertThat(first.reply().text()).isEqualTo("a");
        assertThat(questions(talk)).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
    }

    @Test
    void takesStreamsInTheOrderInWhichTheyBegan() {
        Conversation talk = llf(echo()).conversation();
        List<String> texts = IntStream.range(0, 200).mapToObj(Integer::toString).toList();

        List<ReplyStream> streams = texts.stream().map(talk::stream).toList();

        assertThat(streams).extracting(stream -> stream.reply().text())
                .isEqualTo(texts.stream().map(text -> "re " + text).toList());
        assertThat(questions(talk)).isEqualTo(texts);
    }

    @Test
    void showsReadersWhatWasThereWhenTheyAsked() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("a").thenReplying("b").holdingAfter(1);
        Conversation talk = llf(model).conversation();
        talk.send("1");
        List<Turn> turns = talk.turns();
        List<Message> messages = talk.messages();
        ReplyStream running = talk.stream("2");
        model.awaitHeld();
        assertThat(talk.turns()).isEqualTo(turns);
        model.release();
        running.reply();

        assertThat(turns).hasSize(1);
        assertThat(messages).containsExactly(Message.user("1"), Message.assistant("a"));
        assertThat(talk.turns()).hasSize(2);
        assertThatThrownBy(() -> talk.turns().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> talk.messages().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void isEmptyAtFirst() {
        Llf llf = llf(echo());
        Conversation talk = llf.conversation();

        assertThat(talk.turns()).isEmpty();
        assertThat(talk.messages()).isEmpty();
        assertThat(talk.id()).matches("[0-9a-f]{16}").isNotEqualTo(llf.conversation().id());
        talk.cancel();
        assertThat(talk.fork().send("Hi").text()).isEqualTo("re Hi");
    }

    @Test
    void branches() {
        ScriptedChatModel model = echo();
        Conversation talk = llf(model).conversation();
        talk.send("1");

        Conversation branch = talk.fork();
        talk.send("2");
        branch.send("3");

        assertThat(questions(talk)).containsExactly("1", "2");
        assertThat(questions(branch)).containsExactly("1", "3");
        assertThat(branch.turns().getFirst()).isSameAs(talk.turns().getFirst());
        assertThat(model.requests().getLast().messages()).containsExactly(Message.user("1"), Message.assistant("re 1"),
                Message.user("3"));
        Logs.assertWhole(branch);
        Logs.assertWhole(talk);
    }

    @Test
    void branchesWhileATurnRuns() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("a").thenReplying("b").holdingAfter(1).thenReplying("c");
        Conversation talk = llf(model).conversation();
        talk.send("1");
        ReplyStream running = talk.stream("2");
        model.awaitHeld();

        Conversation branch = talk.fork();

        assertThat(branch.send("3").text()).isEqualTo("c");
        branch.cancel();
        model.release();
        assertThat(running.reply().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(questions(talk)).containsExactly("1", "2");
        assertThat(questions(branch)).containsExactly("1", "3");
    }

    @Test
    void cancelsWhatRunsAndWhatWaits() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).thenReplying("three");
        Conversation talk = llf(model).conversation();
        ReplyStream running = talk.stream("1");
        model.awaitHeld();
        Sender sender = Sender.start(() -> talk.send("2")).awaitInLine();
        ReplyStream waiting = talk.stream("3");

        talk.cancel();

        assertThat(running.reply().text()).isEqualTo("one");
        assertThat(sender.failure()).isInstanceOf(CancelledException.class);
        assertThat(sender.interrupted()).isFalse();
        assertThatThrownBy(waiting::reply).isInstanceOf(CancelledException.class);
        assertThat(talk.send("4").text()).isEqualTo("three");
        assertThat(questions(talk)).containsExactly("1", "4");
    }

    @Test
    void goesOnAfterACancelThatComesAtAnyTime() throws InterruptedException {
        Conversation talk = llf(echo()).conversation();
        AtomicReference<Boolean> over = new AtomicReference<>(false);
        Thread canceller = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                talk.cancel();
            }
        });
        int replies = 0;
        for (int i = 0; i < 2_000; i++) {
            try {
                talk.send("Hi");
                replies++;
            } catch (CancelledException e) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        }
        over.set(true);
        canceller.join();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(talk.turns()).hasSize(replies);
        Logs.assertWhole(talk);
    }

    @Test
    void refusesAToolThatSendsToItsOwnConversation() {
        assertThat(toolThat(talk -> talk.send("inner").text())).isEqualTo("Error: the tool failed");
        assertThat(toolThat(talk -> talk.stream("inner").reply().text())).isEqualTo("Error: the tool failed");
        assertThat(toolThat(talk -> talk.fork().send("inner").text())).isEqualTo("Sunny.");
    }

    private static String toolThat(Function<Conversation, String> rule) {
        AtomicReference<Conversation> talk = new AtomicReference<>();
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "").thenReplying("Sunny.").repeatingLast();
        FakeTools tools = FakeTools.answering(call -> rule.apply(talk.get()));
        talk.set(Llf.builder().model(model).tools(tools).build().conversation());
        Reply reply = talk.get().send("outer");
        assertThat(reply.text()).isEqualTo("Sunny.");
        assertThat(questions(talk.get())).containsExactly("outer");
        return reply.toolResults().getFirst().text();
    }

    @Test
    void endsWithItsLlf() {
        Llf llf = llf(echo());
        Conversation talk = llf.conversation();
        talk.send("1");

        llf.close();
        llf.close();

        assertThatIllegalStateException().isThrownBy(() -> talk.send("2")).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> talk.stream("2")).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> talk.fork().send("2")).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(llf::conversation).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> llf.chat("2")).withMessageContaining("closed");
        assertThat(questions(talk)).containsExactly("1");
    }

    @Test
    void isCancelledWithItsLlf() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        Llf llf = llf(model);
        Conversation talk = llf.conversation();
        Sender running = Sender.start(() -> talk.send("1"));
        model.awaitHeld();
        Sender waiting = Sender.start(() -> talk.send("2")).awaitInLine();

        llf.close();

        assertThat(running.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(running.reply().text()).isEqualTo("one");
        assertThat(waiting.failure()).isInstanceOfAny(CancelledException.class, IllegalStateException.class);
        assertThat(talk.turns()).containsExactly(running.reply().turn());
    }

    @Test
    void isWholeIfItsLlfIsClosedWhileToolsRun() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "");
        BlockingTools tools = new BlockingTools(false);
        Llf llf = Llf.builder().model(model).tools(tools).build();
        Conversation talk = llf.conversation();
        Sender running = Sender.start(() -> talk.send("1"));
        tools.entered.await();

        llf.close();

        assertThat(running.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        Logs.assertWhole(talk);
        assertThat(talk.turns()).hasSize(1);
    }

    @Test
    void leavesAModelOpenThatWasGivenOpen() {
        ScriptedChatModel model = echo();

        try (Llf llf = llf(model)) {
            assertThat(llf.model()).isSameAs(model);
        }

        assertThat(model.closed()).isFalse();
    }

    @Test
    void closesAModelThatItOpened() {
        ChatModel model;
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(256).slots(1).threads(1).build()) {
            model = llf.model();
        }

        ChatRequest request = ChatRequest.of(Message.user("Hi"));
        assertThatIllegalStateException().isThrownBy(() -> model.stream(request)).withMessageContaining("closed");
    }

    @Test
    void hasNoMemoryInSingleQuestions() {
        ScriptedChatModel model = echo();
        Llf llf = llf(model);

        Set<String> parents = new HashSet<>();
        llf.chat("1").turn().parent().ifPresent(parents::add);
        llf.chat("2").turn().parent().ifPresent(parents::add);

        assertThat(parents).isEmpty();
        assertThat(model.requests().getLast().messages()).containsExactly(Message.user("2"));
    }
}
