package dev.llf.conversation.search;

import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A conversation made ready to be searched again and again, as while somebody types.
 *
 * <p>Texts are folded once, when they are added; a search then is one pass over the folded texts. An index holds the
 * messages' own texts without copying them and, for each, about 150 bytes and the folded text: one byte for a character of
 * a text that is all Latin-1, else two, and 16 bytes for each run of white space or other place where folding changes the
 * length. It holds at most {@value #MAX_CHARS} characters.
 *
 * <p>Safe for use by many threads. A search sees the index as it was when the search began, and waits for nobody.
 */
public final class ConversationIndex {

    /** The most UTF-16 code units that an index holds. */
    public static final int MAX_CHARS = 250_000_000;

    private final String conversationId;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile Snapshot snapshot;

    /** A turn and how many characters stand in it and all before it. */
    private record IndexedTurn(String id, List<IndexedMessage> messages, long charsSoFar) {}

    /** What a search sees. Slots from the size on belong to the next snapshot. */
    private static final class Snapshot {

        private final Optional<IndexedMessage> system;
        private final IndexedTurn[] turns;
        private final int size;

        Snapshot(Optional<IndexedMessage> system, IndexedTurn[] turns, int size) {
            this.system = system;
            this.turns = turns;
            this.size = size;
        }

        long chars(int turns) {
            return systemChars(system) + (turns == 0 ? 0 : this.turns[turns - 1].charsSoFar());
        }

        Snapshot with(Turn turn) {
            List<IndexedMessage> messages = IndexedMessage.of(turn, size + 1);
            long before = size == 0 ? 0 : turns[size - 1].charsSoFar();
            long added = messages.stream().mapToLong(message -> message.text().original().length()).sum();
            checkRoom(systemChars(system) + before + added);
            IndexedTurn[] grown = size < turns.length ? turns : Arrays.copyOf(turns, Math.max(16, 2 * size));
            grown[size] = new IndexedTurn(turn.id(), messages, before + added);
            return new Snapshot(system, grown, size + 1);
        }

        /** A snapshot of the first turns, whose array no other snapshot shares. */
        Snapshot first(int count) {
            return count == size ? this : new Snapshot(system, Arrays.copyOf(turns, count), count);
        }

        Snapshot with(Optional<String> text) {
            boolean same = system.map(message -> message.text().original()).equals(text);
            return same ? this : new Snapshot(text.map(IndexedMessage::system), turns, size);
        }

        private static long systemChars(Optional<IndexedMessage> system) {
            return system.map(message -> message.text().original().length()).orElse(0);
        }

        private static void checkRoom(long chars) {
            if (chars > MAX_CHARS) {
                throw new IllegalStateException(
                        "a search index holds at most %d characters, the conversation has %d; search its parts"
                                .formatted(MAX_CHARS, chars));
            }
        }
    }

    /**
     * Creates an index without turns.
     *
     * @param conversationId identifies the conversation in hits
     */
    public ConversationIndex(String conversationId) {
        this.conversationId = Objects.requireNonNull(conversationId, "conversationId");
        this.snapshot = new Snapshot(Optional.empty(), new IndexedTurn[0], 0);
    }

    /**
     * Creates an index of a conversation.
     *
     * @param transcript the conversation
     * @return a new index of all its messages
     * @throws IllegalStateException if it has more than {@value #MAX_CHARS} characters
     */
    public static ConversationIndex of(Transcript transcript) {
        ConversationIndex index = new ConversationIndex(transcript.id());
        index.update(transcript);
        return index;
    }

    /**
     * Adds a turn at the end. This costs what its text costs, however long the conversation is.
     *
     * @param turn the turn
     * @throws IllegalStateException if the index would have more than {@value #MAX_CHARS} characters; it is unchanged then
     */
    public void add(Turn turn) {
        writing.lock();
        try {
            snapshot = snapshot.with(turn);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Makes the index one of a transcript of the same conversation: after a turn, an edit, or a change to another branch.
     * The turns that both begin with are kept, so this costs little more than the text of the others.
     *
     * @param transcript the conversation as it is now
     * @throws IllegalArgumentException if it is another conversation
     * @throws IllegalStateException    if it has more than {@value #MAX_CHARS} characters; the index is unchanged then
     */
    public void update(Transcript transcript) {
        if (!transcript.id().equals(conversationId)) {
            throw new IllegalArgumentException("the index is of conversation '%s', the transcript of '%s'"
                    .formatted(conversationId, transcript.id()));
        }
        writing.lock();
        try {
            int kept = sharedTurns(snapshot, transcript.turns());
            Snapshot next = snapshot.with(transcript.system()).first(kept);
            Snapshot.checkRoom(next.chars(kept));
            for (Turn turn : transcript.turns().subList(kept, transcript.turns().size())) {
                next = next.with(turn);
            }
            snapshot = next;
        } finally {
            writing.unlock();
        }
    }

    private static int sharedTurns(Snapshot snapshot, List<Turn> turns) {
        int shared = 0;
        while (shared < Math.min(snapshot.size, turns.size())
                && snapshot.turns[shared].id().equals(turns.get(shared).id())) {
            shared++;
        }
        return shared;
    }

    /**
     * Returns which conversation this is the index of.
     *
     * @return the id that hits carry
     */
    public String conversationId() {
        return conversationId;
    }

    /**
     * Returns how many turns the index has now.
     *
     * @return the number
     */
    public int turns() {
        return snapshot.size;
    }

    /**
     * Returns how much text the index has now.
     *
     * @return the number of UTF-16 code units of all messages and the system text
     */
    public long chars() {
        Snapshot now = snapshot;
        return now.chars(now.size);
    }

    /**
     * Searches the conversation.
     *
     * @param query what to look for
     * @return what was found, oldest first; nothing for a blank query
     * @throws dev.llf.error.CancelledException if the thread was interrupted; it stays interrupted
     */
    public SearchResult search(SearchQuery query) {
        Search search = new Search(query);
        visit(search);
        return search.result();
    }

    void visit(Search search) {
        if (search.isIdle()) {
            return;
        }
        Snapshot now = snapshot;
        now.system.ifPresent(message -> search.visit(conversationId, message));
        for (int i = 0; i < now.size; i++) {
            for (IndexedMessage message : now.turns[i].messages()) {
                search.visit(conversationId, message);
            }
        }
    }
}
