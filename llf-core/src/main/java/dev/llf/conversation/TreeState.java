package dev.llf.conversation;

import dev.llf.chat.Turn;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a conversation looks like after all that happened to it. Not safe for use by several threads. */
final class TreeState {

    private static final int MIN_PREFIX = 4;

    private final String id;
    private final Node root = Node.root();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final Map<String, Node> branches = new LinkedHashMap<>();
    private final Map<String, Node> deletedBranches = new LinkedHashMap<>();
    private final Set<String> pinned = new LinkedHashSet<>();
    private final Map<String, String> summaries = new HashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** The state of a conversation to which nothing happened yet. */
    TreeState(String id) {
        this.id = id;
        branches.put(ConversationTree.MAIN, root);
    }

    Node root() {
        return root;
    }

    Collection<Node> nodes() {
        return nodes.values();
    }

    List<Branch> branches() {
        return list(branches);
    }

    List<Branch> deletedBranches() {
        return list(deletedBranches);
    }

    private static List<Branch> list(Map<String, Node> branches) {
        List<Branch> list = new ArrayList<>();
        branches.forEach((name, head) -> list.add(new Branch(name, head.optionalTurn().map(Turn::id), head.depth())));
        return List.copyOf(list);
    }

    Set<String> pinned() {
        return pinned;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    Optional<Summary> summary(History history) {
        int turns = summaries.isEmpty() ? 0 : history.size();
        if (turns > 0) {
            for (Turn turn : history.newestFirst()) {
                String text = summaries.get(turn.id());
                if (text != null) {
                    return Optional.of(new Summary(turns, text));
                }
                turns--;
            }
        }
        return Optional.empty();
    }

    // Names

    /** Returns the head of a branch. */
    Node branch(String name) {
        Node head = branches.get(name);
        if (head == null) {
            throw new ConversationException("Conversation %s has no branch %s; it has %s%s.".formatted(id, name,
                    branches.keySet(), deletedBranches.isEmpty() ? "" : ", deleted are " + deletedBranches.keySet()));
        }
        return head;
    }

    /** Checks that a name is free for a new branch. */
    void checkFree(String name) {
        if (branches.containsKey(name) || deletedBranches.containsKey(name)) {
            throw new ConversationException("There is a branch %s already, %s; choose another name.".formatted(name,
                    branches.containsKey(name) ? "in use" : "deleted and not restored"));
        }
    }

    /** Checks that a branch was deleted. */
    void checkDeleted(String name) {
        if (!deletedBranches.containsKey(name)) {
            throw new ConversationException("No branch %s was deleted; deleted are %s."
                    .formatted(name, deletedBranches.keySet()));
        }
    }

    /** Checks that an id is free for a new turn. */
    void checkNew(Turn turn) {
        if (nodes.containsKey(turn.id())) {
            throw new ConversationException("There is a turn %s already.".formatted(turn.id()));
        }
    }

    /** Returns the turn with an id. */
    Node node(String turnId) {
        Node node = nodes.get(turnId);
        if (node == null) {
            throw new ConversationException("Conversation %s has no turn %s.".formatted(id, turnId));
        }
        return node;
    }

    /** Returns the turn, or the beginning, that a branch's name, an id or the beginning of an id stands for. */
    Node resolve(String reference) {
        Node head = branches.get(reference);
        if (head != null) {
            return head;
        }
        if (nodes.containsKey(reference) || reference.length() < MIN_PREFIX) {
            return node(reference);
        }
        List<String> matches = nodes.tailMap(reference).keySet().stream().limit(2)
                .filter(turnId -> turnId.startsWith(reference)).toList();
        if (matches.size() > 1) {
            throw new ConversationException("More than one turn begins with %s, for example %s; give more of the id."
                    .formatted(reference, matches));
        }
        return node(matches.isEmpty() ? reference : matches.getFirst());
    }

    // What happens

    void apply(ConversationEntry entry) {
        switch (entry) {
            case TurnAdded added -> add(added.branch(), added.turn());
            case BranchMoved moved -> move(moved.branch(), moved.turn().map(this::node).orElse(root));
            case BranchDeleted deleted -> {
                deletedBranches.put(deleted.branch(), branch(deleted.branch()));
                branches.remove(deleted.branch());
            }
            case BranchRestored restored -> {
                checkDeleted(restored.branch());
                branches.put(restored.branch(), deletedBranches.remove(restored.branch()));
            }
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

    private void add(String branch, Turn turn) {
        checkNew(turn);
        Node node = turn.parent().map(this::node).orElse(root).add(turn);
        nodes.put(turn.id(), node);
        branches.put(branch, node);
    }

    private void move(String branch, Node to) {
        Node from = branches.put(branch, to);
        if (from != null && to.isAncestorOf(from)) {
            from.leftFor(to);
        }
    }
}
