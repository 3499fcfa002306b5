package dev.llf;

import dev.llf.conversation.ConversationTree;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A conversation in use: what all its branches share. */
final class OpenConversation {

    private final ConversationTree tree;
    private final PromptComposer composer;
    private final Map<String, TurnQueue> queues = new ConcurrentHashMap<>();

    OpenConversation(TurnSettings settings, ConversationTree tree) {
        this.tree = tree;
        composer = new PromptComposer(settings, tree);
    }

    ConversationTree tree() {
        return tree;
    }

    PromptComposer composer() {
        return composer;
    }

    /** Returns the line in front of a branch. */
    TurnQueue queue(String branch) {
        return queues.computeIfAbsent(branch, name -> new TurnQueue());
    }

    /** Returns the key by which the model finds what it still holds of a branch. */
    String session(String branch) {
        return tree.id() + "/" + branch;
    }
}
