package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.util.List;
import java.util.Optional;

/**
 * Where two branches part.
 *
 * @param commonAncestor the last turn that both have; empty if they have none in common
 * @param onlyInA        what the first has after it, oldest first
 * @param onlyInB        what the second has after it, oldest first
 */
public record BranchComparison(Optional<Turn> commonAncestor, List<Turn> onlyInA, List<Turn> onlyInB) {
    /** Copies the lists. */
    public BranchComparison {
        onlyInA = List.copyOf(onlyInA);
        onlyInB = List.copyOf(onlyInB);
    }
}
