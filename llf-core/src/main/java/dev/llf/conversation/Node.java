package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A turn's place in the tree; the root holds none. What is above a node never changes. */
final class Node {

    private final @Nullable Turn turn;
    private final @Nullable Node parent;
    private final int depth;
    /** Guarded by the tree's lock. */
    private final List<Node> children = new ArrayList<>(1);
    /** Where a redo leads: the child that was left or added last. Guarded by the tree's lock. */
    private @Nullable Node next;

    private Node(@Nullable Turn turn, @Nullable Node parent, int depth) {
        this.turn = turn;
        this.parent = parent;
        this.depth = depth;
    }

    static Node root() {
        return new Node(null, null, 0);
    }

    Node add(Turn child) {
        Node node = new Node(child, this, depth + 1);
        children.add(node);
        next = node;
        return node;
    }

    boolean isRoot() {
        return parent == null;
    }

    Turn turn() {
        return Objects.requireNonNull(turn);
    }

    Optional<Turn> optionalTurn() {
        return Optional.ofNullable(turn);
    }

    Node parent() {
        return Objects.requireNonNull(parent);
    }

    /** Turns from the first to this one, itself included. */
    int depth() {
        return depth;
    }

    List<Node> children() {
        return children;
    }

    Optional<Node> next() {
        return Optional.ofNullable(next);
    }

    /** Notes that one who stood here went up to an ancestor, so that a redo leads back here. */
    void leftFor(Node ancestor) {
        for (Node node = this; node != ancestor; node = node.parent()) {
            node.parent().next = node;
        }
    }

    boolean isAncestorOf(Node other) {
        return other.ancestor(Math.min(depth, other.depth)) == this;
    }

    /** Returns the ancestor at a depth, or this. */
    Node ancestor(int ofDepth) {
        Node node = this;
        while (node.depth > ofDepth) {
            node = node.parent();
        }
        return node;
    }

    Node commonAncestor(Node other) {
        Node a = ancestor(Math.min(depth, other.depth));
        Node b = other.ancestor(Math.min(depth, other.depth));
        while (a != b) {
            a = a.parent();
            b = b.parent();
        }
        return a;
    }

    /** Iterates from this turn up to the first. */
    Iterator<Turn> upwards() {
        return new Iterator<>() {
            private Node at = Node.this;

            @Override
            public boolean hasNext() {
                return !at.isRoot();
            }

            @Override
            public Turn next() {
                if (at.isRoot()) {
                    throw new NoSuchElementException("the first turn has none before it");
                }
                Turn result = at.turn();
                at = at.parent();
                return result;
            }
        };
    }
}
