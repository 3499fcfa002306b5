package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatModel;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineException;
import dev.llf.testing.ScriptedChatModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ReplyStreamTest {

    private static final EngineException FAILURE = new EngineException("engine: out of order");

    private static Conversation talk(ChatModel model) {
        return Llf.builder().model(model).build().conversation();
    }

    /** What is left to read, in words. */
    private static List<String> read(ReplyStream stream) {
        List<String> events = new ArrayList<>();
        for (ChatEvent event : stream) {
            events.add(word(event));
        }
        return events;
    }

    private static String word(ChatEvent event) {
        return switch (event) {
            case ChatEvent.TextDelta delta -> "text " + delta.text().strip();
            case ChatEvent.ToolCallRequested requested -> "call " + requested.call().id();
            case ChatEvent.ToolCallFinished finished -> "result " + finished.result().callId();
            case ChatEvent.Completed completed -> "completed " + completed.response().finishReason();
        };
    }

    @Test
    void tellsTheEventsOfAllRounds() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me").andCalling("weather", "a")
                .andCalling("weather", "b").thenCalling("weather", "c").thenReplying("Sunny.");
        Conversation talk = Llf.builder().model(model).tools(FakeTools.answering(call -> "sunny")).build()
                .conversation();

        try (ReplyStream stream = talk.stream("?")) {
            assertThat(read(stream)).containsExactly("text Let", "text me", "call call_1", "call call_2",
                    "completed TOOL_CALLS", "result call_1", "result call_2", "call call_3", "completed TOOL_CALLS",
                    "result call_3", "text Sunny.", "completed STOP");
            assertThat(stream.reply().text()).isEqualTo("Sunny.");
        }
    }

    @Test
    void handsOverTheTextOfAllRounds() {
        ScriptedChatModel model = ScriptedChatModel.replying("Let me").andCalling("weather", "a")
                .thenReplying("Sunny.");
        Conversation talk = Llf.builder().model(model).tools(FakeTools.answering(call -> "sunny")).build()
                .conversation();
        List<String> pieces = new ArrayList<>();

        try (ReplyStream stream = talk.stream("?")) {
            Reply reply = stream.forEachText(piece -> pieces.add(piece.strip()));

            assertThat(pieces).containsExactly("Let", "me", "Sunny.");
            assertThat(reply).isSameAs(stream.reply());
            assertThat(stream.forEachText(piece -> pieces.add("again"))).isSameAs(reply);
            assertThat(pieces).hasSize(3);
        }
    }

    @Test
    void endsTheReadingButNotTheTurnIfTextIsRefused() {
        Conversation talk = talk(ScriptedChatModel.replying("one two three"));

        try (ReplyStream stream = talk.stream("?")) {
            assertThatThrownBy(() -> stream.forEachText(piece -> {
                throw new IllegalStateException("no screen");
            })).hasMessage("no screen");
            assertThat(stream.reply().text()).isEqualTo("one two three");
        }
    }

    @Test
    void tellsTheResultsOfCallsThatNeverRan() {
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "a").endingWith(FinishReason.LENGTH);

        try (ReplyStream stream = talk(model).stream("?")) {
            assertThat(read(stream)).containsExactly("call call_1", "completed LENGTH", "result call_1");
        }
    }

    @Test
    void givesTheReplyBeforeAndAfterTheEvents() {
        Conversation talk = talk(ScriptedChatModel.replying("one two"));

        try (ReplyStream stream = talk.stream("?")) {
            Reply reply = stream.reply();
            assertThat(talk.turns()).containsExactly(reply.turn());
            assertThat(read(stream)).containsExactly("text one", "text two", "completed STOP");
            assertThat(stream.reply()).isSameAs(reply);
            assertThat(read(stream)).isEmpty();
            assertThatThrownBy(stream.iterator()::next).isInstanceOf(NoSuchElementException.class);
            assertThat(stream.iterator()).isSameAs(stream.iterator());
        }
    }

    @Test
    void isInTheLogOnceTheEventsHaveEnded() {
        Conversation talk = talk(ScriptedChatModel.replying("one two").repeating().withContextTokens(1_000_000));

        for (int i = 1; i <= 200; i++) {
            ReplyStream stream = talk.stream("?");
            read(stream);
            assertThat(talk.turns()).hasSize(i);
        }
    }

    @Test
    void commitsAlsoIfNobodyReads() {
        Conversation talk = talk(ScriptedChatModel.replying("one").thenReplying("two"));

        talk.stream("1");
        talk.send("2");

        assertThat(talk.messages()).containsExactly(Message.user("1"), Message.assistant("one"), Message.user("2"),
                Message.assistant("two"));
    }

    @Test
    void cancelsAndWaitsForTheLogWhenClosed() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).thenReplying("three");
        Conversation talk = talk(model);
        ReplyStream stream = talk.stream("?");
        model.awaitHeld();

        stream.close();

        assertThat(talk.turns()).hasSize(1);
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stream.reply().text()).isEqualTo("one");
        assertThat(read(stream)).containsExactly("text one", "completed CANCELLED");
        stream.close();
        stream.cancel();
        assertThat(talk.send("!").text()).isEqualTo("three");
    }

    @Test
    void changesNothingIfClosedAfterTheEnd() {
        Conversation talk = talk(ScriptedChatModel.replying("one"));
        ReplyStream stream = talk.stream("?");
        Reply reply = stream.reply();

        stream.close();
        stream.close();

        assertThat(stream.reply()).isSameAs(reply);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void closesQuietlyIfTheTurnFailed() {
        Conversation talk = talk(ScriptedChatModel.failing(FAILURE));

        try (ReplyStream stream = talk.stream("?")) {
            assertThatThrownBy(stream::reply).isSameAs(FAILURE);
        }

        assertThat(talk.turns()).isEmpty();
    }

    @Test
    void keepsAnInterruptWhenClosed() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        Conversation talk = talk(model);
        ReplyStream stream = talk.stream("?");
        model.awaitHeld();
        Sender closer = Sender.start(() -> {
            Thread.currentThread().interrupt();
            stream.close();
            return stream.reply();
        });

        assertThat(closer.interrupted()).isTrue();
        assertThat(talk.turns()).hasSize(1);
    }

    @Test
    void throwsTheFailureOfARoundOnceAfterItsEvents() {
        Conversation talk = talk(ScriptedChatModel.replying("one two").andFailing(FAILURE));
        ReplyStream stream = talk.stream("?");
        Iterator<ChatEvent> events = stream.iterator();

        assertThat(word(events.next())).isEqualTo("text one");
        assertThat(word(events.next())).isEqualTo("text two");
        assertThat(events.hasNext()).isTrue();
        assertThatThrownBy(events::next).isSameAs(FAILURE);
        assertThat(events.hasNext()).isFalse();
        assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(stream::reply).isSameAs(FAILURE);
    }

    @Test
    void throwsAFailureBeforeAnyRound() {
        ContextOverflowException overflow = new ContextOverflowException(9, 1, 8);
        ReplyStream stream = talk(ScriptedChatModel.failing(overflow)).stream("?");
        Iterator<ChatEvent> events = stream.iterator();

        assertThat(events.hasNext()).isTrue();
        assertThatThrownBy(events::next).isSameAs(overflow);
        assertThat(events.hasNext()).isFalse();
        assertThatThrownBy(stream::reply).isSameAs(overflow);
    }

    @Test
    void throwsAFailureBetweenRounds() {
        ContextOverflowException overflow = new ContextOverflowException(9, 1, 8);
        ReplyStream stream = talk(ScriptedChatModel.calling("weather", "").thenFailing(overflow)).stream("?");
        Iterator<ChatEvent> events = stream.iterator();

        assertThat(word(events.next())).isEqualTo("call call_1");
        assertThat(word(events.next())).isEqualTo("completed TOOL_CALLS");
        assertThat(word(events.next())).isEqualTo("result call_1");
        assertThatThrownBy(events::next).isSameAs(overflow);
        assertThat(events.hasNext()).isFalse();
    }

    @Test
    void throwsAnErrorOfTheToolsToItsReader() {
        FakeTools tools = FakeTools.running(calls -> {
            throw new NoClassDefFoundError("gone");
        });
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "");
        ReplyStream stream = Llf.builder().model(model).tools(tools).build().conversation().stream("?");

        assertThatThrownBy(() -> read(stream)).isInstanceOf(NoClassDefFoundError.class);
        assertThatThrownBy(stream::reply).isInstanceOf(NoClassDefFoundError.class);
        stream.close();
    }

    @Test
    void throwsIfCancelledBeforeItsTurn() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        Conversation talk = talk(model);
        talk.stream("1");
        model.awaitHeld();

        ReplyStream waiting = talk.stream("2");
        waiting.close();

        assertThatThrownBy(() -> read(waiting)).isInstanceOf(CancelledException.class);
        talk.cancel();
    }

    @Test
    void isCancelledByAnInterruptOfItsReader() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        Conversation talk = talk(model);
        ReplyStream stream = talk.stream("?");
        List<String> events = new ArrayList<>();
        Sender reader = Sender.start(() -> {
            events.addAll(read(stream));
            return stream.reply();
        });
        model.awaitHeld();

        reader.interrupt();

        assertThat(reader.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(reader.interrupted()).isTrue();
        assertThat(events).containsExactly("text one", "completed CANCELLED");
        assertThat(talk.turns()).containsExactly(reader.reply().turn());
    }

    @Test
    void isCancelledByAnInterruptOfItsReaderWhileToolsRun() throws InterruptedException {
        BlockingTools tools = new BlockingTools(false);
        ScriptedChatModel model = ScriptedChatModel.calling("weather", "");
        Conversation talk = Llf.builder().model(model).tools(tools).build().conversation();
        ReplyStream stream = talk.stream("?");
        List<String> events = new ArrayList<>();
        Sender reader = Sender.start(() -> {
            events.addAll(read(stream));
            return stream.reply();
        });
        tools.entered.await();

        reader.interrupt();

        assertThat(reader.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(reader.interrupted()).isTrue();
        assertThat(events).containsExactly("call call_1", "completed TOOL_CALLS", "result call_1");
        Logs.assertWhole(talk);
    }

    @Test
    void isCancelledByAnInterruptOfWhoWaitsForTheReply() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        Sender waiter = Sender.start(stream::reply);
        model.awaitHeld();

        waiter.interrupt();

        assertThat(waiter.reply().text()).isEqualTo("one");
        assertThat(waiter.interrupted()).isTrue();
    }

    @Test
    void endsForItsReaderWhenAnotherThreadClosesIt() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = talk(model).stream("?");
        List<String> events = new ArrayList<>();
        CountDownLatch firstRead = new CountDownLatch(1);
        Sender reader = Sender.start(() -> {
            events.add(word(stream.iterator().next()));
            firstRead.countDown();
            events.addAll(read(stream));
            return stream.reply();
        });
        firstRead.await();

        stream.close();

        assertThat(reader.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(reader.interrupted()).isFalse();
        assertThat(events).containsExactly("text one", "completed CANCELLED");
    }

    @Test
    void worksOnVirtualThreads() throws InterruptedException {
        Conversation talk = talk(ScriptedChatModel.replying("one two"));
        List<String> events = new ArrayList<>();

        Thread.ofVirtual().start(() -> {
            try (ReplyStream stream = talk.stream("?")) {
                events.addAll(read(stream));
            }
        }).join();

        assertThat(events).containsExactly("text one", "text two", "completed STOP");
        assertThat(talk.turns()).hasSize(1);
    }
}
