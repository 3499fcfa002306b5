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
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

    private static final int MIN_PREFIX = 4;

    private final String id;
    private final @Nullable ConversationStore store;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(true);
    // All below are guarded by the lock.
    private final Node root = Node.root();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final Map<String, Node> branches = new LinkedHashMap<>();
    private final Map<String, Node> deletedBranches = new LinkedHashMap<>();
    private final Set<String> pinned = new LinkedHashSet<>();
    private final Map<String, String> summaries = new HashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private long revision;

    private ConversationTree(String id, @Nullable ConversationStore store, Clock clock) {
        this.id = WellFormed.id(id, "conversation id");
        this.store = store;
        this.clock = clock;
        branches.put(MAIN, root);
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
            tree.apply(entry);
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
        return locked(() -> new History(resolve(turn)));
    }

    /**
     * Returns the branches.
     *
     * @return oldest first, without the deleted ones
     */
    public List<Branch> branches() {
        return locked(() -> list(branches));
    }

    /**
     * Returns the deleted branches, which {@link #restoreBranch} brings back.
     *
     * @return in the order in which they were deleted
     */
    public List<Branch> deletedBranches() {
        return locked(() -> list(deletedBranches));
    }

    private static List<Branch> list(Map<String, Node> branches) {
        List<Branch> list = new ArrayList<>();
        branches.forEach(
                (name, head) -> list.add(new Branch(name, head.optionalTurn().map(Turn::id), head.depth())));
        return List.copyOf(list);
    }

    /**
     * Returns the turns that follow a turn, one for each way on.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch; empty for the first turns
     * @return in the order in which they were added
     * @throws ConversationException if there is no such turn, or more than one
     */
    public List<Turn> following(Optional<String> turn) {
        return locked(() -> turn.map(this::resolve).orElse(root).children().stream().map(Node::turn).toList());
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
            Node nodeA = resolve(a);
            Node nodeB = resolve(b);
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
            int branchPoints = root.children().size() > 1 ? 1 : 0;
            int leaves = 0;
            int depth = 0;
            long[] tokens = new long[3];
            for (Node node : nodes.values()) {
                messages += node.turn().messages().size();
                branchPoints += node.children().size() > 1 ? 1 : 0;
                leaves += node.children().isEmpty() ? 1 : 0;
                depth = Math.max(depth, node.depth());
                Usage usage = node.turn().usage();
                tokens[0] += usage.promptTokens();
                tokens[1] += usage.cachedTokens();
                tokens[2] += usage.completionTokens();
            }
            return new ConversationStatistics(nodes.size(), messages, branchPoints, leaves, depth, branches.size(),
                    tokens[0], tokens[1], tokens[2]);
        });
    }

    /**
     * Returns what the host noted about the conversation.
     *
     * @return keys and values in the order in which the keys were first set; unmodifiable
     */
    public Map<String, String> metadata() {
        return locked(() -> Collections.unmodifiableMap(new LinkedHashMap<>(metadata)));
    }

    /**
     * Returns the turns that stay in the model's view.
     *
     * @return their ids in the order in which they were pinned; unmodifiable
     */
    public Set<String> pinned() {
        return locked(() -> Collections.unmodifiableSet(new LinkedHashSet<>(pinned)));
    }

    /**
     * Returns the summary that covers the most of a path.
     *
     * @param history the path
     * @return the summary; empty if no part of the path was summarised
     */
    public Optional<Summary> summary(History history) {
        return locked(() -> {
            int turns = history.size();
            Iterator<Turn> upwards = history.newestFirst().iterator();
            while (!summaries.isEmpty() && upwards.hasNext()) {
                String text = summaries.get(upwards.next().id());
                if (text != null) {
                    return Optional.of(new Summary(turns, text));
                }
                turns--;
            }
            return Optional.empty();
        });
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
            Optional<String> now = branch(branch).optionalTurn().map(Turn::id);
            if (!now.equals(head)) {
                throw new IllegalStateException("branch %s %s, but turn %s was to follow %s".formatted(branch,
                        now.map(last -> "ends with turn " + last).orElse("is empty"), turn.id(),
                        head.orElse("nothing")));
            }
            turn.parent().ifPresent(this::node);
            record(List.of(new TurnAdded(clock.instant(), branch, turn)));
        });
    }

    /**
     * Begins a branch.
     *
     * @param name its name, 1 to 64 letters, digits, {@code _} or {@code -}
     * @param turn the id of a turn or its beginning, or the name of a branch, with which it begins; empty for none
     * @throws ConversationException          if there is such a branch already, or no such turn
     * @throws IllegalArgumentException       if the name has another form
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void createBranch(String name, Optional<String> turn) {
        WellFormed.id(name, "branch name");
        change(() -> {
            if (branches.containsKey(name) || deletedBranches.containsKey(name)) {
                throw new ConversationException("There is a branch %s already, %s; choose another name.".formatted(name,
                        branches.containsKey(name) ? "in use" : "deleted and not restored"));
            }
            Node node = turn.map(this::resolve).orElse(root);
            record(List.of(moved(name, node)));
        });
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
        change(() -> move(branch, resolve(turn)));
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
            Node head = branch(branch);
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
            Node head = branch(branch);
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
            Optional<Node> next = branch(branch).next();
            next.ifPresent(node -> move(branch, node));
            return next.isPresent();
        });
    }

    private void move(String branch, Node to) {
        branch(branch);
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
            branch(name);
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
            if (!deletedBranches.containsKey(name)) {
                throw new ConversationException("No branch %s was deleted; deleted are %s."
                        .formatted(name, deletedBranches.keySet()));
            }
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
        return locked(() -> copyNodes(branch, turns.stream().map(this::resolve).map(Node::turn).toList()));
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
        Optional<String> parent = branch(branch).optionalTurn().map(Turn::id);
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
            if (pinned.contains(turnId) != on) {
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
        WellFormed.text(text, "summary");
        change(() -> {
            String turnId = turn(turn);
            record(List.of(new SummaryAdded(clock.instant(), turnId, text)));
        });
    }

    /**
     * Notes something about the conversation.
     *
     * @param key   what about; {@link Transcript#TITLE} is its title
     * @param value the note; empty to take it back
     * @throws IllegalArgumentException       if the key is blank or a text has an unpaired surrogate
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public void setMetadata(String key, Optional<String> value) {
        WellFormed.name(key, "metadata key");
        value.ifPresent(text -> WellFormed.text(text, "metadata"));
        change(() -> {
            record(List.of(new MetadataSet(clock.instant(), key, value)));
        });
    }

    // Entries

    private void record(List<ConversationEntry> entries) {
        entries.forEach(this::check);
        if (store != null) {
            store.append(id, revision, entries);
        }
        entries.forEach(this::apply);
        revision += entries.size();
    }

    /** Checks what an entry says of the tree; a batch of entries is made here and needs this for its first one only. */
    private void check(ConversationEntry entry) {
        if (entry instanceof TurnAdded added && nodes.containsKey(added.turn().id())) {
            throw new ConversationException("There is a turn %s already.".formatted(added.turn().id()));
        }
    }

    private void apply(ConversationEntry entry) {
        switch (entry) {
            case TurnAdded added -> {
                check(added);
                Turn turn = added.turn();
                Node node = turn.parent().map(this::node).orElse(root).add(turn);
                nodes.put(turn.id(), node);
                branches.put(added.branch(), node);
            }
            case BranchMoved moved -> {
                Node to = moved.turn().map(this::node).orElse(root);
                Node from = branches.put(moved.branch(), to);
                if (from != null && to.isAncestorOf(from)) {
                    from.leftFor(to);
                }
            }
            case BranchDeleted deleted -> rename(branches, deletedBranches, deleted.branch());
            case BranchRestored restored -> rename(deletedBranches, branches, restored.branch());
            case TurnPinned pin -> {
                node(pin.turn());
                if (pin.pinned()) {
                    pinned.add(pin.turn());
                } else {
                    pinned.remove(pin.turn());
                }
            }
            case SummaryAdded summary -> {
                node(summary.upTo());
                summaries.put(summary.upTo(), summary.text());
            }
            case MetadataSet set -> set.value().ifPresentOrElse(value -> metadata.put(set.key(), value),
                    () -> metadata.remove(set.key()));
        }
    }

    private void rename(Map<String, Node> from, Map<String, Node> to, String branch) {
        Node head = from.remove(branch);
        if (head == null) {
            throw noBranch(branch);
        }
        to.put(branch, head);
    }

    private Node branch(String name) {
        Node head = branches.get(name);
        if (head == null) {
            throw noBranch(name);
        }
        return head;
    }

    private ConversationException noBranch(String name) {
        return new ConversationException("Conversation %s has no branch %s; it has %s%s.".formatted(id, name,
                branches.keySet(), deletedBranches.isEmpty() ? "" : ", deleted are " + deletedBranches.keySet()));
    }

    private Node node(String turnId) {
        Node node = nodes.get(turnId);
        if (node == null) {
            throw new ConversationException("Conversation %s has no turn %s.".formatted(id, turnId));
        }
        return node;
    }

    private String turn(String reference) {
        Node node = resolve(reference);
        if (node.isRoot()) {
            throw new ConversationException("Branch %s has no turn yet.".formatted(reference));
        }
        return node.turn().id();
    }

    private Node resolve(String reference) {
        Node head = branches.get(reference);
        if (head != null) {
            return head;
        }
        Node exact = nodes.get(reference);
        if (exact != null || reference.length() < MIN_PREFIX) {
            return node(reference);
        }
        Set<String> matches = new HashSet<>();
        for (String turnId : nodes.tailMap(reference).keySet()) {
            if (!turnId.startsWith(reference) || matches.size() > 1) {
                break;
            }
            matches.add(turnId);
        }
        if (matches.size() > 1) {
            throw new ConversationException("More than one turn begins with %s, for example %s; give more of the id."
                    .formatted(reference, matches));
        }
        return node(matches.isEmpty() ? reference : matches.iterator().next());
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
