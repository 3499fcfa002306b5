package dev.llf.conversation.store;

import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.MetadataSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds entries without which a conversation is the same in every respect: what it is now, the order of its metadata, where
 * its branches stood before, when it began and when it last changed.
 */
final class Superseded {

    private final List<ConversationEntry> entries;
    private final BitSet dropped = new BitSet();

    private Superseded(List<ConversationEntry> entries) {
        this.entries = entries;
    }

    static List<ConversationEntry> without(List<ConversationEntry> entries) {
        Superseded superseded = new Superseded(entries);
        superseded.dropOldNotes();
        superseded.dropMovesToTheSamePlace();
        return superseded.rest();
    }

    /** Of the notes on a key, the last says what it is, and the first since it was taken back says where it stands. */
    private void dropOldNotes() {
        Map<String, List<Integer>> standing = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i) instanceof MetadataSet note) {
                List<Integer> earlier = standing.computeIfAbsent(note.key(), key -> new ArrayList<>());
                if (note.value().isEmpty()) {
                    dropped.set(i, !earlier.contains(0)); // the first entry stays, and so does what takes it back
                    earlier.forEach(dropped::set);
                    earlier.clear();
                } else {
                    if (earlier.size() == 2) {
                        dropped.set(earlier.removeLast());
                    }
                    earlier.add(i);
                }
            }
        }
    }

    /** Where a branch stood before may be asked for, so that only a move that moves nothing is left out. */
    private void dropMovesToTheSamePlace() {
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i) instanceof BranchMoved move && entries.get(i - 1) instanceof BranchMoved before
                    && move.branch().equals(before.branch()) && move.turn().equals(before.turn())) {
                dropped.set(i);
            }
        }
    }

    private List<ConversationEntry> rest() {
        if (!entries.isEmpty()) {
            dropped.clear(0);
            dropped.clear(entries.size() - 1);
        }
        List<ConversationEntry> rest = new ArrayList<>();
        for (int i = dropped.nextClearBit(0); i < entries.size(); i = dropped.nextClearBit(i + 1)) {
            rest.add(entries.get(i));
        }
        return rest;
    }
}
