package dev.llf.conversation;

import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.chat.WellFormed;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import dev.llf.spi.ConversationStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that was said in a conversation, on all its branches: an append-only tree of turns.
 *
 * <p>A branch is a name for a path from a first turn to a last one, its head. Adding a turn, going back and going on
 * elsewhere move heads; no turn ever changes or goes away. Whatever happens is in the store, if there is one, before it is
 * in the tree.
 *
 * <p>A turn is named by its id, by the beginning of its id if no other one begins so, or by the name of a branch whose head
 * it is.
 *
 * <p>Safe for use by many threads; what is returned are snapshots. Nothing to close; the store is closed by who opened it.
 */
public final class ConversationTree {

    /** The branch with which every conversation begins. */
    public static final String MAIN = "main";
    /** Under which key the metadata of a copied turn hold the id of the turn that it is a copy of. */
    public static final String COPY_OF = "copyOf";

    private final String id;
    private final @Nullable ConversationStore store;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final TreeState state; // guarded by lock
    private long revision; // guarded by lock

    private ConversationTree(String id, @Nullable ConversationStore store, Clock clock) {
        this.id = WellFormed.id(id, "conversation id");
        this.store = store;
        this.clock = clock;
        state = new TreeState(id);
    }

    /**
     * Creates a conversation that is kept in memory only.
     *
     * @param id    identifies it, 1 to 64 letters, digits, {@code _} or {@code -}
     * @param clock dates what happens
     * @return the empty conversation
     * @throws IllegalArgumentException if the id has another form
     */
    public static ConversationTree inMemory(String id, Clock clock) {
        return new ConversationTree(id, null, clock);
    }

    /**
     * Opens a conversation of a store, or begins it there.
     *
     * @param id    identifies it, 1 to 64 letters, digits, {@code _} or {@code -}
     * @param store where it is kept; stays the caller's
     * @param clock dates what happens
     * @return the conversation as it is in the store; nobody else should open it there until this one is no longer used,
     *         since whoever writes second is refused
     * @throws dev.llf.error.StorageException if it cannot be read
     * @throws ConversationException          if what is stored contradicts itself
     * @throws IllegalArgumentException       if the id has another form
     */
    public static ConversationTree open(String id, ConversationStore store, Clock clock) {
        ConversationTree tree = new ConversationTree(id, store, clock);
        List<ConversationEntry> entries = store.read(id);
        for (ConversationEntry entry : entries) {
            tree.state.apply(entry);
        }
        tree.revision = entries.size();
        return tree;
    }

    /**
     * Returns a new random id.
     *
     * @return 16 hexadecimal digits
     */
    public static String randomId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    /**
     * Returns what identifies the conversation.
     *
     * @return its id
     */
    public String id() {
        return id;
    }

    // Reading

    /**
     * Returns the path from the first turn to a turn.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @return the path
     * @throws ConversationException if there is no such turn, or more than one
     */
    public History history(String turn) {
        return locked(() -> new History(state.resolve(turn)));
    }

    /**
     * Returns the branches.
     *
     * @return oldest first, without the deleted ones
     */
    public List<Branch> branches() {
        return locked(state::branches);
    }

    /**
     * Returns the deleted branches, which {@link #restoreBranch} brings back.
     *
     * @return in the order in which they were deleted
     */
    public List<Branch> deletedBranches() {
        return locked(state::deletedBranches);
    }

    /**
     * Returns the turns with which the conversation begins, one for each way that was taken.
     *
     * @return in the order in which they were added
     */
    public List<Turn> beginnings() {
        return locked(() -> state.root().children().stream().map(Node::turn).toList());
    }

    /**
     * Returns the turns that follow a turn, one for each way on.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @return in the order in which they were added
     * @throws ConversationException if there is no such turn, or more than one
     */
    public List<Turn> following(String turn) {
        return locked(() -> state.resolve(turn).children().stream().map(Node::turn).toList());
    }

    /**
     * Compares two branches.
     *
     * @param a the id of a turn or its beginning, or the name of a branch
     * @param b likewise
     * @return what both have and what each has alone
     * @throws ConversationException if there is no such turn, or more than one
     */
    public BranchComparison compare(String a, String b) {
        return locked(() -> {
            Node nodeA = state.resolve(a);
            Node nodeB = state.resolve(b);
            Node common = nodeA.commonAncestor(nodeB);
            return new BranchComparison(common.optionalTurn(), below(common, nodeA), below(common, nodeB));
        });
    }

    private static List<Turn> below(Node ancestor, Node node) {
        return new History(node).last(node.depth() - ancestor.depth());
    }

    /**
     * Counts.
     *
     * @return the statistics of the whole conversation
     */
    public ConversationStatistics statistics() {
        return locked(() -> {
            int messages = 0;
            int branchPoints = state.root().children().size() > 1 ? 1 : 0;
            int leaves = 0;
            int depth = 0;
            long[] tokens = new long[3];
            for (Node node : state.nodes()) {
                messages += node.turn().messages().size();
                branchPoints += node.children().size() > 1 ? 1 : 0;
                leaves += node.children().isEmpty() ? 1 : 0;
                depth = Math.max(depth, node.depth());
                Usage usage = node.turn().usage();
                tokens[0] += usage.promptTokens();
                tokens[1] += usage.cachedTokens();
                tokens[2] += usage.completionTokens();
            }
            return new ConversationStatistics(state.nodes().size(), messages, branchPoints, leaves, depth,
                    state.branches().size(),
                    tokens[0], tokens[1], tokens[2]);
        });
    }

    /**
     * Returns what the host noted about the conversation.
     *
     * @return keys and values in the order in which the keys were first set; unmodifiable
     */
    public Map<String, String> metadata() {
        return locked(() -> Collections.unmodifiableMap(new LinkedHashMap<>(state.metadata())));
    }

    /**
     * Returns the turns that stay in the model's view.
     *
     * @return their ids in the order in which they were pinned; unmodifiable
     */
    public Set<String> pinned() {
        return locked(() -> state.pinned().isEmpty() ? Set.of()
                : Collections.unmodifiableSet(new LinkedHashSet<>(state.pinned())));
    }

    /**
     * Returns the summary that covers the most of a path.
     *
     * @param history the path
     * @return the summary; empty if no part of the path was summarised
     */
    public Optional<Summary> summary(History history) {
        return locked(() -> state.summary(history));
    }

    /**
     * Returns a path as it is read, searched and exported.
     *
     * @param turn   the id of a turn or its beginning, or the name of a branch
     * @param system the instructions that stood in front of it; empty for none
     * @return the transcript
     * @throws ConversationException if there is no such turn, or more than one
     */
    public Transcript transcript(String turn, Optional<String> system) {
        return new Transcript(id, system, metadata(), history(turn).turns());
    }

    // Writing

    /**
     * Begins the conversation with what was said elsewhere: turns, all on branch {@value #MAIN}, and metadata, all or none.
     * Ids, times and token counts of the turns stay as they are. The system text is not taken over.
     *
     * @param transcript what was said; its id need not be this conversation's
     * @throws ConversationException          if there are turns already, or two of the transcript have one id
     * @throws IllegalArgumentException       if a key of the metadata is blank or a text has an unpaired surrogate
     * @throws dev.llf.error.StorageException if it could not be stored; the tree is as before then
     */
    public void begin(Transcript transcript) {
        List<ConversationEntry> entries = new ArrayList<>();
        Instant now = clock.instant();
        transcript.metadata().forEach((key, value) -> entries.add(new MetadataSet(now, key, Optional.of(value))));
        Set<String> ids = new HashSet<>();
        for (Turn turn : transcript.turns()) {
            if (!ids.add(turn.id())) {
                throw new ConversationException("The transcript has turn %s twice.".formatted(turn.id()));
            }
            entries.add(new TurnAdded(now, MAIN, turn));
        }
        change(() -> {
            if (!state.nodes().isEmpty()) {
                throw new ConversationException(("Conversation %s has %d turns already; a transcript can only begin an "
                        + "empty one. Go on with it as it is, or give the transcript another id with withId(...).")
                        .formatted(id, state.nodes().size()));
            }
            if (!entries.isEmpty()) {
                record(entries);
            }
        });
    }

    /**
     * Adds a turn and moves a branch to it.
     *
     * @param branch the branch
     * @param head   the turn with which the branch ended when the new one began; empty for none
     * @param turn   the new turn; its parent is any turn of the tree, mostly {@code head}
     * @throws IllegalStateException          if the branch has gone on since
     * @throws ConversationException          if there is no such branch, the parent is unknown or the id is taken
     * @throws dev.llf.error.StorageException if it could not be stored; the tree is as before then
     */
    public void add(String branch, Optional<String> head, Turn turn) {
        change(() -> {
            Optional<String> now = state.branch(branch).optionalTurn().map(Turn::id);
            if (!now.equals(head)) {
                throw new IllegalStateException("branch %s %s, but turn %s was to follow %s".formatted(branch,
                        now.map(last -> "ends with turn " + last).orElse("is empty"), turn.id(),
                        head.orElse("nothing")));
            }
            turn.parent().ifPresent(state::node);
            state.checkNew(turn);
            record(List.of(new TurnAdded(clock.instant(), branch, turn)));
        });
    }

    /**
     * Begins a branch that has no turn yet.
     *
     * @param name its name, 1 to 64 letters, digits, {@code _} or {@code -}
     * @throws ConversationException          if there is such a branch already
     * @throws IllegalArgumentException       if the name has another form
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void createBranch(String name) {
        change(() -> createBranch(name, state.root()));
    }

    /**
     * Begins a branch at a turn.
     *
     * @param name its name, 1 to 64 letters, digits, {@code _} or {@code -}
     * @param turn the id of a turn or its beginning, or the name of a branch, with which it begins
     * @throws ConversationException          if there is such a branch already, or no such turn
     * @throws IllegalArgumentException       if the name has another form
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void createBranch(String name, String turn) {
        change(() -> createBranch(name, state.resolve(turn)));
    }

    private void createBranch(String name, Node head) {
        state.checkFree(name);
        record(List.of(moved(name, head)));
    }

    /**
     * Moves the head of a branch to a turn, which need not be its own. Turns that are no longer on the branch remain in the
     * tree: {@link #redo} and their ids lead back to them.
     *
     * @param branch the branch
     * @param turn   the id of a turn or its beginning, or the name of a branch
     * @throws ConversationException          if there is no such branch or turn
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void move(String branch, String turn) {
        change(() -> move(branch, state.resolve(turn)));
    }

    /**
     * Takes the last turns off a branch. They remain in the tree.
     *
     * @param branch the branch
     * @param turns  how many, at least 1
     * @throws ConversationException          if there is no such branch or it has fewer turns
     * @throws IllegalArgumentException       if the number is less than 1
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void rewind(String branch, int turns) {
        if (turns < 1) {
            throw new IllegalArgumentException("turns must be >= 1, was " + turns);
        }
        change(() -> {
            Node head = state.branch(branch);
            if (turns > head.depth()) {
                throw new ConversationException("Branch %s has %d turns, so it cannot be rewound by %d."
                        .formatted(branch, head.depth(), turns));
            }
            move(branch, head.ancestor(head.depth() - turns));
        });
    }

    /**
     * Takes the last turn off a branch, if there is one.
     *
     * @param branch the branch
     * @return whether there was one
     * @throws ConversationException          if there is no such branch
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public boolean undo(String branch) {
        return locked(() -> {
            Node head = state.branch(branch);
            if (head.isRoot()) {
                return false;
            }
            move(branch, head.parent());
            return true;
        });
    }

    /**
     * Goes on to the turn after the head of a branch that was left or added last, if there is one.
     *
     * @param branch the branch
     * @return whether there was one
     * @throws ConversationException          if there is no such branch
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public boolean redo(String branch) {
        return locked(() -> {
            Optional<Node> next = state.branch(branch).next();
            next.ifPresent(node -> move(branch, node));
            return next.isPresent();
        });
    }

    private void move(String branch, Node to) {
        state.branch(branch);
        record(List.of(moved(branch, to)));
    }

    private BranchMoved moved(String branch, Node to) {
        return new BranchMoved(clock.instant(), branch, to.optionalTurn().map(Turn::id));
    }

    /**
     * Deletes a branch; {@link #restoreBranch} brings it back. Its turns remain in the tree.
     *
     * @param name the branch, not {@value #MAIN}
     * @throws ConversationException          if there is no such branch, or it is {@value #MAIN}
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void deleteBranch(String name) {
        change(() -> {
            state.branch(name);
            if (name.equals(MAIN)) {
                throw new ConversationException("The branch %s cannot be deleted.".formatted(MAIN));
            }
            record(List.of(new BranchDeleted(clock.instant(), name)));
        });
    }

    /**
     * Brings a deleted branch back as it was.
     *
     * @param name the branch
     * @throws ConversationException          if no such branch was deleted
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void restoreBranch(String name) {
        change(() -> {
            state.checkDeleted(name);
            record(List.of(new BranchRestored(clock.instant(), name)));
        });
    }

    /**
     * Copies turns to the end of a branch, all or none. Each copy notes under {@link #COPY_OF} what it is a copy of; the
     * tokens of the original count once.
     *
     * @param branch the branch
     * @param turns  ids of turns or their beginnings, in the order in which they are to stand
     * @return the copies
     * @throws ConversationException          if there is no such branch or turn
     * @throws dev.llf.error.StorageException if they could not be stored
     */
    public List<Turn> copy(String branch, List<String> turns) {
        return locked(() -> copyNodes(branch, turns.stream().map(state::resolve).map(Node::turn).toList()));
    }

    /**
     * Copies to the end of a branch what another one has since they parted, all or none; see {@link #copy}.
     *
     * @param branch the branch
     * @param other  the id of a turn or its beginning, or the name of a branch
     * @return the copies; empty if the other has nothing that the branch has not
     * @throws ConversationException          if there is no such branch or turn
     * @throws dev.llf.error.StorageException if they could not be stored
     */
    public List<Turn> merge(String branch, String other) {
        return locked(() -> copyNodes(branch, compare(branch, other).onlyInB()));
    }

    private List<Turn> copyNodes(String branch, List<Turn> originals) {
        Instant now = clock.instant();
        Optional<String> parent = state.branch(branch).optionalTurn().map(Turn::id);
        List<Turn> copies = new ArrayList<>();
        List<ConversationEntry> entries = new ArrayList<>();
        for (Turn original : originals) {
            Map<String, String> notes = new LinkedHashMap<>(original.metadata());
            notes.put(COPY_OF, original.id());
            Turn copy = new Turn(randomId(), parent, original.startedAt(), original.messages(), original.finishReason(),
                    Usage.NONE, original.model(), notes);
            copies.add(copy);
            entries.add(new TurnAdded(now, branch, copy));
            parent = Optional.of(copy.id());
        }
        if (!entries.isEmpty()) {
            record(entries);
        }
        return List.copyOf(copies);
    }

    /**
     * Keeps a turn in the model's view when older ones leave it.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @throws ConversationException          if there is no such turn, or more than one
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void pin(String turn) {
        pin(turn, true);
    }

    /**
     * Lets a turn leave the model's view like all others.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @throws ConversationException          if there is no such turn, or more than one
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void unpin(String turn) {
        pin(turn, false);
    }

    private void pin(String turn, boolean on) {
        change(() -> {
            String turnId = turn(turn);
            if (state.pinned().contains(turnId) != on) {
                record(List.of(new TurnPinned(clock.instant(), turnId, on)));
            }
        });
    }

    /**
     * Notes a summary of all turns up to one.
     *
     * @param turn the id of the last turn that the summary covers, or its beginning, or the name of a branch
     * @param text the summary
     * @throws ConversationException          if there is no such turn, or more than one
     * @throws IllegalArgumentException       if the text has an unpaired surrogate
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void addSummary(String turn, String text) {
        change(() -> {
            String turnId = turn(turn);
            record(List.of(new SummaryAdded(clock.instant(), turnId, text)));
        });
    }

    /**
     * Notes something about the conversation.
     *
     * @param key   what about; {@link Transcript#TITLE} is its title
     * @param value the note
     * @throws IllegalArgumentException       if the key is blank or a text has an unpaired surrogate
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void setMetadata(String key, String value) {
        change(() -> record(List.of(new MetadataSet(clock.instant(), key, Optional.of(value)))));
    }

    /**
     * Takes a note back, if there is one.
     *
     * @param key what about
     * @throws IllegalArgumentException       if the key is blank or has an unpaired surrogate
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void removeMetadata(String key) {
        change(() -> record(List.of(new MetadataSet(clock.instant(), key, Optional.empty()))));
    }

    private void record(List<? extends ConversationEntry> entries) {
        if (store != null) {
            store.append(id, revision, List.copyOf(entries));
        }
        entries.forEach(state::apply);
        revision += entries.size();
    }

    private String turn(String reference) {
        Node node = state.resolve(reference);
        if (node.isRoot()) {
            throw new ConversationException("Branch %s has no turn yet.".formatted(reference));
        }
        return node.turn().id();
    }

    private void change(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
