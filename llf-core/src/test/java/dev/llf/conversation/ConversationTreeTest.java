package dev.llf.conversation;

import dev.llf.chat.Message;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import dev.llf.testing.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.llf.conversation.ConversationTree.MAIN;
import static dev.llf.conversation.Turns.add;
import static dev.llf.conversation.Turns.addAll;
import static dev.llf.conversation.Turns.ids;
import static dev.llf.conversation.Turns.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(60)
class ConversationTreeTest {

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final ConversationTree tree = ConversationTree.inMemory("talk", clock);

    @Test
    void beginsEmptyOnItsMainBranch() {
        assertThat(tree.history(MAIN).size()).isZero();
        assertThat(tree.history(MAIN).last()).isEmpty();
        assertThat(tree.branches()).containsExactly(new Branch("main", Optional.empty(), 0));
        assertThat(tree.statistics()).isEqualTo(new ConversationStatistics(0, 0, 0, 0, 0, 1, 0, 0, 0));
    }

    @Test
    void goesOnWhereABranchEnds() {
        addAll(tree, MAIN, "a1", "a2", "a3");

        assertThat(ids(tree.history(MAIN))).containsExactly("a1", "a2", "a3");
        assertThat(ids(tree.history("a2"))).containsExactly("a1", "a2");
        assertThat(tree.history(MAIN).last(2)).extracting(Turn::id).containsExactly("a2", "a3");
        assertThat(tree.history(MAIN).first(1)).hasToString("[a1]");
        assertThat(tree.history(MAIN).newestFirst()).extracting(Turn::id).containsExactly("a3", "a2", "a1");
    }

    @Test
    void refusesATurnThatComesTooLate() {
        add(tree, MAIN, "a1");

        assertThatIllegalStateException()
                .isThrownBy(() -> tree.add(MAIN, Optional.empty(), turn("a2", Optional.empty())))
                .withMessage("branch main ends with turn a1, but turn a2 was to follow nothing");
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.add(MAIN, Optional.of("a1"), turn("a2", Optional.of("gone"))))
                .withMessage("Conversation talk has no turn gone.");
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.add(MAIN, Optional.of("a1"), turn("a1", Optional.of("a1"))))
                .withMessage("There is a turn a1 already.");
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.add("x", Optional.empty(), turn("a2", Optional.empty())))
                .withMessage("Conversation talk has no branch x; it has [main].");
        assertThat(ids(tree.history(MAIN))).containsExactly("a1");
    }

    @Test
    void findsTurnsByTheBeginningOfTheirIds() {
        addAll(tree, MAIN, "abcd1", "abcd2", "abxyz", "abcd");

        assertThat(tree.history("abxy").last()).map(Turn::id).contains("abxyz");
        assertThat(tree.history("abcd").last()).as("a whole id wins").map(Turn::id).contains("abcd");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.history("abx"))
                .as("fewer than four characters").withMessageContaining("no turn abx");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.history("zzzz"))
                .withMessage("Conversation talk has no turn zzzz.");
        tree.createBranch("other", "abcd1");
        addAll(tree, "other", "abcd3x", "abcd3y");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.history("abcd3"))
                .withMessageContaining("More than one turn begins with abcd3").withMessageContaining("abcd3x");
    }

    @Test
    void takesBackAndBringsBack() {
        addAll(tree, MAIN, "a1", "a2", "a3");

        assertThat(tree.undo(MAIN)).isTrue();
        assertThat(tree.undo(MAIN)).isTrue();
        assertThat(ids(tree.history(MAIN))).containsExactly("a1");
        assertThat(tree.redo(MAIN)).isTrue();
        assertThat(ids(tree.history(MAIN))).containsExactly("a1", "a2");
        assertThat(tree.redo(MAIN)).isTrue();
        assertThat(tree.redo(MAIN)).as("nothing is left").isFalse();
        tree.rewind(MAIN, 3);
        assertThat(tree.undo(MAIN)).as("nothing was said").isFalse();
        assertThat(tree.redo(MAIN)).isTrue();
        assertThat(ids(tree.history(MAIN))).containsExactly("a1");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.rewind(MAIN, 2))
                .withMessage("Branch main has 1 turns, so it cannot be rewound by 2.");
        assertThatIllegalArgumentException().isThrownBy(() -> tree.rewind(MAIN, 0));
    }

    @Test
    void redoesWhatWasLeftLast() {
        addAll(tree, MAIN, "a1", "a2");
        tree.undo(MAIN);
        add(tree, MAIN, "b2");
        tree.undo(MAIN);

        tree.redo(MAIN);
        assertThat(ids(tree.history(MAIN))).containsExactly("a1", "b2");
        tree.move(MAIN, "a2");
        tree.undo(MAIN);
        tree.redo(MAIN);
        assertThat(ids(tree.history(MAIN))).containsExactly("a1", "a2");
    }

    @Test
    void branchesFromAnyTurnWithoutLosingAnything() {
        addAll(tree, MAIN, "a1", "a2");
        tree.createBranch("python", "a1");
        addAll(tree, "python", "p2", "p3");
        tree.createBranch("fresh");
        add(tree, "fresh", "f1");

        assertThat(tree.branches()).containsExactly(new Branch("main", Optional.of("a2"), 2),
                new Branch("python", Optional.of("p3"), 3), new Branch("fresh", Optional.of("f1"), 1));
        assertThat(tree.following("a1")).extracting(Turn::id).containsExactly("a2", "p2");
        assertThat(tree.beginnings()).extracting(Turn::id).containsExactly("a1", "f1");
        assertThat(tree.statistics())
                .isEqualTo(new ConversationStatistics(5, 10, 2, 3, 3, 3, 50, 20, 15));
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.createBranch("python"))
                .withMessage("There is a branch python already, in use; choose another name.");
        assertThatIllegalArgumentException().isThrownBy(() -> tree.createBranch("../x"));
    }

    @Test
    void comparesBranches() {
        addAll(tree, MAIN, "a1", "a2");
        tree.createBranch("b", "a1");
        addAll(tree, "b", "b2", "b3");

        BranchComparison comparison = tree.compare(MAIN, "b");

        assertThat(comparison.commonAncestor()).map(Turn::id).contains("a1");
        assertThat(ids(comparison.onlyInA())).containsExactly("a2");
        assertThat(ids(comparison.onlyInB())).containsExactly("b2", "b3");
        assertThat(tree.compare("b", "b").onlyInA()).isEmpty();
        assertThat(ids(tree.compare("a1", "b").onlyInB())).containsExactly("b2", "b3");
        tree.createBranch("fresh");
        assertThat(tree.compare("fresh", MAIN).commonAncestor()).isEmpty();
    }

    @Test
    void copiesTurnsAndLeavesTheirSourceAlone() {
        addAll(tree, MAIN, "a1", "a2");
        tree.createBranch("b", "a1");
        addAll(tree, "b", "b2", "b3");
        List<Turn> before = tree.history("b").turns();

        List<Turn> copies = tree.merge(MAIN, "b");

        assertThat(copies).extracting(turn -> turn.metadata().get(ConversationTree.COPY_OF)).containsExactly("b2",
                "b3");
        assertThat(copies).extracting(Turn::messages).containsExactly(before.get(1).messages(),
                before.get(2).messages());
        assertThat(tree.history(MAIN).turns()).hasSize(4).endsWith(copies.toArray(Turn[]::new));
        assertThat(tree.history("b").turns()).isEqualTo(before);
        assertThat(tree.merge(MAIN, "a1")).as("nothing new").isEmpty();
        assertThat(tree.copy("b", List.of("a2", "a2"))).hasSize(2).extracting(Turn::answer)
                .containsExactly("answer a2", "answer a2");
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.copy("b", List.of("a2", "nothing")));
        assertThat(tree.history("b").size()).isEqualTo(5);
    }

    @Test
    void deletesBranchesSoThatTheyCanBeRestored() {
        add(tree, MAIN, "a1");
        tree.createBranch("b", "a1");
        add(tree, "b", "b2");

        tree.deleteBranch("b");

        assertThat(tree.branches()).extracting(Branch::name).containsExactly("main");
        assertThat(tree.deletedBranches()).containsExactly(new Branch("b", Optional.of("b2"), 2));
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> add(tree, "b", "b3"))
                .withMessageContaining("no turn b");
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> tree.createBranch("b"))
                .withMessageContaining("deleted and not restored");
        assertThat(ids(tree.history("b2"))).as("its turns remain").containsExactly("a1", "b2");
        tree.restoreBranch("b");
        assertThat(ids(tree.history("b"))).containsExactly("a1", "b2");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.restoreBranch("b"))
                .withMessage("No branch b was deleted; deleted are [].");
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.deleteBranch(MAIN))
                .withMessage("The branch main cannot be deleted.");
    }

    @Test
    void keepsPinsSummariesAndNotes() {
        addAll(tree, MAIN, "a1", "a2", "a3");
        tree.pin("a2");
        tree.pin("a2");
        tree.addSummary("a1", "first");
        tree.addSummary("a2", "both");
        tree.setMetadata(Transcript.TITLE, "A talk");
        tree.setMetadata("x", "y");
        tree.removeMetadata("x");

        assertThat(tree.pinned()).containsExactly("a2");
        assertThat(tree.summary(tree.history(MAIN))).contains(new Summary(2, "both"));
        assertThat(tree.summary(tree.history("a1"))).contains(new Summary(1, "first"));
        assertThat(tree.metadata()).isEqualTo(Map.of("title", "A talk"));
        Transcript transcript = tree.transcript(MAIN, Optional.of("Be brief."));
        assertThat(transcript.title()).contains("A talk");
        assertThat(ids(transcript.turns())).containsExactly("a1", "a2", "a3");
        tree.unpin("a2");
        assertThat(tree.pinned()).isEmpty();
        tree.createBranch("fresh");
        assertThat(tree.summary(tree.history("fresh"))).isEmpty();
        assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.pin("fresh"))
                .withMessage("Branch fresh has no turn yet.");
    }

    @Test
    void staysFastWhenItIsDeep() {
        for (int i = 0; i < 10_000; i++) {
            add(tree, MAIN, "t" + i);
        }
        tree.createBranch("b", "t5000");
        add(tree, "b", "b1");

        assertThat(tree.history(MAIN).turns()).hasSize(10_000);
        assertThat(tree.compare(MAIN, "b").onlyInA()).hasSize(4999);
        assertThat(tree.statistics().depth()).isEqualTo(10_000);
        tree.rewind(MAIN, 10_000);
        assertThat(IntStream.range(0, 10_000).allMatch(i -> tree.redo(MAIN))).isTrue();
        assertThat(tree.history(MAIN).last()).map(Turn::id).contains("t9999");
    }

    @Test
    void isAsBeforeWhenTheStoreFails() {
        FailingStore store = new FailingStore();
        ConversationTree stored = ConversationTree.open("talk", store, clock);
        add(stored, MAIN, "a1");
        store.fails = true;

        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> add(stored, MAIN, "a2"));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> stored.undo(MAIN));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> stored.createBranch("b"));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> stored.copy(MAIN, List.of("a1")));

        assertThat(ids(stored.history(MAIN))).containsExactly("a1");
        assertThat(stored.branches()).hasSize(1);
        store.fails = false;
        add(stored, MAIN, "a2");
        assertThat(ids(ConversationTree.open("talk", store, clock).history(MAIN))).containsExactly("a1", "a2");
    }

    @Test
    void refusesAStoredConversationThatContradictsItself() {
        FailingStore store = new FailingStore();
        store.entries.add(new ConversationEntry.TurnAdded(Instant.EPOCH, MAIN, turn("a2", Optional.of("a1"))));

        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> ConversationTree.open("talk", store, clock)).withMessageContaining("no turn a1");

        store.entries.clear();
        store.entries.add(new ConversationEntry.BranchDeleted(Instant.EPOCH, "b"));
        assertThatExceptionOfType(ConversationException.class)
                .isThrownBy(() -> ConversationTree.open("talk", store, clock)).withMessageContaining("no branch b");
    }

    @Test
    void neverChangesAHistoryThatWasTaken() {
        add(tree, MAIN, "a1");
        History before = tree.history(MAIN);
        add(tree, MAIN, "a2");
        tree.undo(MAIN);

        assertThat(ids(before)).containsExactly("a1");
        assertThatIllegalArgumentException().isThrownBy(() -> before.last(2));
        assertThatIllegalArgumentException().isThrownBy(() -> before.first(-1));
        assertThat(before.turns().getFirst().messages()).contains(Message.user("question a1"));
    }

    /** Keeps one conversation and fails on demand. */
    private static final class FailingStore implements ConversationStore {

        private final List<ConversationEntry> entries = new ArrayList<>();
        private boolean fails;

        @Override
        public void append(String conversation, long revision, List<ConversationEntry> added) {
            if (fails) {
                throw new StorageException("The disk is full.");
            }
            assertThat(revision).isEqualTo(entries.size());
            entries.addAll(added);
        }

        @Override
        public List<ConversationEntry> read(String conversation) {
            return List.copyOf(entries);
        }

        @Override
        public List<String> conversations() {
            return List.of("talk");
        }

        @Override
        public boolean delete(String conversation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
