package dev.llf;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.conversation.ConversationException;
import dev.llf.conversation.store.MemoryConversationStore;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import dev.llf.testing.ScriptedChatModel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Conversations that begin with what was said elsewhere. */
@Timeout(60)
class ConversationFromTranscriptTest {

    private static final Transcript TALK = new Transcript("talk-1", Optional.of("Obey the file."),
            Map.of(Transcript.TITLE, "Names"), List.of(turn("t1", Optional.empty()), turn("t2", Optional.of("t1"))));

    private final ScriptedChatModel model = ScriptedChatModel.replying("new").repeatingLast();

    private static Turn turn(String id, Optional<String> parent) {
        return new Turn(id, parent, Instant.EPOCH, List.of(Message.user("q " + id), Message.assistant("a " + id)),
                FinishReason.STOP, new Usage(10, 4, 3), "other model");
    }

    private Llf llf(ConversationStore store) {
        return Llf.builder().model(model).store(store).build();
    }

    @Test
    void goesOnFromWhatWasSaid() {
        try (Llf llf = Llf.builder().model(model).system("Be kind.").build()) {
            Conversation talk = llf.conversation(TALK);
            assertThat(talk.turns()).isEqualTo(TALK.turns());
            assertThat(talk.id()).isEqualTo("talk-1");
            assertThat(talk.transcript().title()).contains("Names");

            Turn next = talk.send("And now?").turn();

            assertThat(next.parent()).contains("t2");
            assertThat(model.requests().getLast().messages()).as("the file does not instruct the model")
                    .containsExactly(
                            Message.system("Be kind."), Message.user("q t1"), Message.assistant("a t1"),
                            Message.user("q t2"),
                            Message.assistant("a t2"), Message.user("And now?"));
            assertThat(talk.undo()).isTrue();
            assertThat(talk.undo()).as("turns that were spoken elsewhere can be taken back").isTrue();
            assertThat(talk.turns()).extracting(Turn::id).containsExactly("t1");
        }
    }

    @Test
    void isKeptInTheStore() {
        try (MemoryConversationStore store = new MemoryConversationStore()) {
            try (Llf llf = llf(store)) {
                Conversation before = llf.conversation("talk-1");
                llf.conversation(TALK).send("And now?");
                assertThat(before.turns()).as("all who use one share it").hasSize(3);
            }
            try (Llf llf = llf(store)) {
                Conversation again = llf.conversation("talk-1");
                assertThat(again.turns()).hasSize(3).startsWith(TALK.turns().toArray(Turn[]::new));
                assertThat(again.tree().metadata()).isEqualTo(TALK.metadata());
            }
        }
    }

    @Test
    void leavesAConversationAloneThatHasTurnsAlready() {
        try (MemoryConversationStore store = new MemoryConversationStore(); Llf llf = llf(store)) {
            llf.conversation(TALK);
            List<ConversationEntry> entries = store.read("talk-1");

            assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> llf.conversation(TALK))
                    .withMessageContaining("talk-1 has 2 turns already").withMessageContaining("withId");

            assertThat(store.read("talk-1")).isEqualTo(entries);
            assertThat(llf.conversation(TALK.withId("talk-2")).turns()).isEqualTo(TALK.turns());
        }
    }

    @Test
    void refusesATranscriptThatHasATurnTwice() {
        Transcript twice = new Transcript("twice", Optional.empty(), Map.of(),
                List.of(turn("a", Optional.empty()), turn("b", Optional.of("a")), turn("a", Optional.of("b"))));
        try (MemoryConversationStore store = new MemoryConversationStore(); Llf llf = llf(store)) {
            assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> llf.conversation(twice))
                    .withMessage("The transcript has turn a twice.");
            assertThat(store.conversations()).isEmpty();
        }
    }

    @Test
    void refusesIdsAndKeysThatNoStoreCouldHold() {
        Transcript blankKey = new Transcript("x", Optional.empty(), Map.of(" ", "v"), TALK.turns());
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf stored = llf(store);
                Llf inMemory = Llf.builder().model(model).build()) {
            for (Llf llf : List.of(stored, inMemory)) {
                assertThatIllegalArgumentException().isThrownBy(() -> llf.conversation(TALK.withId("../etc")));
                assertThatIllegalArgumentException().isThrownBy(() -> llf.conversation(blankKey));
            }
            assertThat(store.conversations()).isEmpty();
        }
    }

    @Test
    void takesAnEmptyTranscript() {
        try (MemoryConversationStore store = new MemoryConversationStore(); Llf llf = llf(store)) {
            Conversation talk = llf.conversation(new Transcript("empty", Optional.empty(), Map.of(), List.of()));
            assertThat(talk.turns()).isEmpty();
            assertThat(talk.send("Hello").turn().parent()).isEmpty();
        }
    }

    @Test
    void isThereAsAWholeOrNotAtAll() {
        AtomicBoolean full = new AtomicBoolean(true);
        try (Refusing store = new Refusing(new MemoryConversationStore(), full); Llf llf = llf(store)) {
            Conversation same = llf.conversation("talk-1");
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> llf.conversation(TALK));
            assertThat(same.turns()).isEmpty();

            full.set(false);

            assertThat(llf.conversation(TALK).turns()).isEqualTo(TALK.turns());
            assertThat(same.turns()).isEqualTo(TALK.turns());
        }
    }

    private record Refusing(ConversationStore to, AtomicBoolean full) implements ConversationStore {

        @Override
        public void append(String conversation, long revision, List<ConversationEntry> entries) {
            if (full.get()) {
                throw new StorageException("The disk is full.");
            }
            to.append(conversation, revision, entries);
        }

        @Override
        public List<ConversationEntry> read(String conversation) {
            return to.read(conversation);
        }

        @Override
        public List<String> conversations() {
            return to.conversations();
        }

        @Override
        public boolean delete(String conversation) {
            return to.delete(conversation);
        }

        @Override
        public void close() {
            to.close();
        }
    }

    @Test
    void waitsForTheTurnThatRuns() throws InterruptedException {
        ScriptedChatModel slow = ScriptedChatModel.replying("one two").holdingAfter(1);
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf llf = Llf.builder().model(slow).store(store).build();
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
                ReplyStream running = llf.conversation("talk-1").stream("first")) {
            slow.awaitHeld();
            Future<Conversation> importing = pool.submit(() -> llf.conversation(TALK));

            slow.release();

            assertThat(running.reply().text()).isEqualTo("one two");
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(importing::get)
                    .withCauseInstanceOf(ConversationException.class);
            assertThat(llf.conversation("talk-1").turns()).containsExactly(running.reply().turn());
        }
    }

    @Test
    void letsOneOfManyBegin() {
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf llf = llf(store);
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Boolean>> begun = IntStream.range(0, 16)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> begins(llf), pool)).toList();

            assertThat(begun.stream().map(CompletableFuture::join).filter(Boolean::booleanValue)).hasSize(1);
            assertThat(llf.conversation("talk-1").turns()).isEqualTo(TALK.turns());
        }
    }

    private static boolean begins(Llf llf) {
        try {
            llf.conversation(TALK);
            return true;
        } catch (ConversationException e) {
            return false;
        }
    }

    @Test
    void needsAnOpenLlf() {
        Llf llf = Llf.builder().model(model).build();
        llf.close();

        assertThatIllegalStateException().isThrownBy(() -> llf.conversation(TALK));
    }
}
