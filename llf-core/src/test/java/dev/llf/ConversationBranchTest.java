package dev.llf;

import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.conversation.Branch;
import dev.llf.conversation.ConversationException;
import dev.llf.conversation.ConversationTree;
import dev.llf.error.ConfigurationException;
import dev.llf.error.EngineException;
import dev.llf.testing.ScriptedChatModel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class ConversationBranchTest {

    private final ScriptedChatModel model = ScriptedChatModel
            .answering(request -> "%d: %s".formatted(request.messages().size(), request.messages().getLast().text()))
            .repeatingLast();
    private final Llf llf = Llf.builder().model(model).build();
    private final Conversation talk = llf.conversation();

    @AfterEach
    void close() {
        llf.close();
    }

    private static List<String> answers(Conversation conversation) {
        return conversation.turns().stream().map(Turn::answer).toList();
    }

    @Test
    void goesOnIndependentlyOnEachBranch() {
        talk.send("a");
        Conversation other = talk.fork("python");
        Conversation third = talk.fork();
        other.send("b");
        talk.send("c");

        assertThat(answers(talk)).containsExactly("1: a", "3: c");
        assertThat(answers(other)).containsExactly("1: a", "3: b");
        assertThat(answers(third)).containsExactly("1: a");
        assertThat(other.id()).isEqualTo(talk.id());
        assertThat(other.branch()).isEqualTo("python");
        assertThat(talk.tree().branches()).extracting(Branch::name).containsExactly("main", "python", third.branch());
        assertThat(answers(talk.branch("python"))).isEqualTo(answers(other));
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> talk.branch("java"))
                .withMessage("Conversation %s has no branch java.".formatted(talk.id()));
    }

    @Test
    void branchesFromAnEarlierTurn() {
        talk.send("a");
        talk.send("b");
        String first = talk.turns().getFirst().id();

        Conversation other = talk.fork("other", first.substring(0, 8));
        other.send("c");

        assertThat(answers(other)).containsExactly("1: a", "3: c");
        assertThat(answers(talk)).containsExactly("1: a", "3: b");
    }

    @Test
    void asksTheLastQuestionAgain() {
        talk.send("a");
        Turn first = talk.send("b").turn();

        Turn second = talk.regenerate().turn();
        Turn third = regenerateStreaming();

        assertThat(answers(talk)).containsExactly("1: a", "3: b");
        assertThat(talk.turns().getLast()).isEqualTo(third);
        assertThat(talk.tree().following(first.parent().orElseThrow())).containsExactly(first, second, third);
        assertThat(model.requests()).extracting(request -> request.messages().size()).containsExactly(1, 3, 3, 3);
        talk.checkout(first.id());
        assertThat(talk.turns()).endsWith(first);
    }

    private Turn regenerateStreaming() {
        try (ReplyStream stream = talk.regenerateStream()) {
            return stream.reply().turn();
        }
    }

    @Test
    void hasNothingToAskAgainAtFirst() {
        assertThatExceptionOfType(ConversationException.class).isThrownBy(talk::regenerate)
                .withMessage("Nothing was said on branch main yet.");
        assertThat(talk.send("still works").text()).isEqualTo("1: still works");
    }

    @Test
    void keepsTheEarlierAnswerIfAskingAgainFails() {
        ScriptedChatModel failing = ScriptedChatModel.replying("one").thenFailing(new EngineException("Broken.", null));
        try (Llf other = Llf.builder().model(failing).build()) {
            Conversation broken = other.conversation();
            broken.send("a");

            assertThatExceptionOfType(EngineException.class).isThrownBy(broken::regenerate);

            assertThat(answers(broken)).containsExactly("one");
        }
    }

    @Test
    void takesTurnsBack() {
        talk.send("a");
        talk.send("b");

        assertThat(talk.undo()).isTrue();
        talk.send("c");
        assertThat(answers(talk)).containsExactly("1: a", "3: c");
        talk.rewind(2);
        assertThat(talk.undo()).isFalse();
        assertThat(talk.redo()).isTrue();
        assertThat(talk.redo()).isTrue();
        assertThat(answers(talk)).containsExactly("1: a", "3: c");
        assertThat(talk.tree().statistics().turns()).isEqualTo(3);
    }

    @Test
    void waitsForTheRunningTurnBeforeItGoesBack() throws InterruptedException {
        ScriptedChatModel slow = ScriptedChatModel.replying("one two three").holdingAfter(1).thenReplying("next");
        try (Llf other = Llf.builder().model(slow).build()) {
            Conversation held = other.conversation();
            ReplyStream running = held.stream("a");
            slow.awaitHeld();
            Thread undoing = Thread.ofVirtual().start(held::undo);

            slow.release();
            running.reply();
            undoing.join();

            assertThat(held.turns()).as("the turn was whole before it was taken back").isEmpty();
            assertThat(held.redo()).isTrue();
            assertThat(answers(held)).containsExactly("one two three");
        }
    }

    @Test
    void copiesWhatAnotherBranchFound() {
        talk.send("a");
        Conversation other = talk.fork("other");
        other.send("b");
        other.send("c");
        talk.send("d");

        List<Turn> copies = talk.merge("other", MergeStrategy.TURNS);

        assertThat(copies).hasSize(2);
        assertThat(answers(talk)).containsExactly("1: a", "3: d", "3: b", "5: c");
        assertThat(answers(other)).containsExactly("1: a", "3: b", "5: c");
        assertThat(talk.merge("other", MergeStrategy.TURNS)).as("the original turns are still not on this branch")
                .hasSize(2);
        assertThat(talk.merge("main", MergeStrategy.SUMMARY)).isEmpty();
        assertThat(talk.cherryPick(other.turns().getLast().id())).extracting(Turn::answer).containsExactly("5: c");
        assertThat(talk.send("e").text()).as("the model goes on from it").endsWith(": e");
    }

    @Test
    void notesASummaryOfWhatAnotherBranchFound() {
        ScriptedChatModel summing = ScriptedChatModel.replying("A").thenReplying("B").thenReplying("They like B.")
                .thenAnswering(request -> request.messages().get(2).text());
        try (Llf other = Llf.builder().model(summing).build()) {
            Conversation main = other.conversation();
            main.send("a");
            Conversation branch = main.fork("b");
            branch.send("b");

            List<Turn> note = main.merge("b", MergeStrategy.SUMMARY);

            assertThat(note).singleElement().satisfies(turn -> {
                assertThat(turn.question().text())
                        .isEqualTo("Notes from another branch of this conversation:\nThey like B.");
                assertThat(turn.metadata()).containsEntry(Conversation.SUMMARY_OF, branch.turns().getLast().id());
            });
            assertThat(summing.requests().getLast().messages()).containsExactly(
                    Message.user("Summarize this conversation:\nuser: b\nassistant: B"));
            assertThat(main.send("And?").text()).endsWith("They like B.");
            assertThat(branch.turns()).hasSize(2);
        }
    }

    @Test
    void deletesAndRestoresABranch() {
        talk.send("a");
        Conversation other = talk.fork("other");
        other.send("b");
        talk.tree().deleteBranch("other");

        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> other.send("c"));
        talk.tree().restoreBranch("other");
        assertThat(other.send("c").text()).isEqualTo("5: c");
    }

    @Test
    void needsAStoreToFindAConversationAgain() {
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> llf.conversation("x"))
                .withMessageContaining("store(...)");
    }

    @Test
    void givesEachConversationAnIdOfItsOwn() {
        assertThat(talk.id()).matches("[0-9a-f]{16}").isNotEqualTo(llf.conversation().id());
        assertThat(talk.branch()).isEqualTo(ConversationTree.MAIN);
        assertThat(talk.transcript().id()).isEqualTo(talk.id());
    }
}
