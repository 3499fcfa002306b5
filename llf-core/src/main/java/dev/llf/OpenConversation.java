package dev.llf;

import dev.llf.conversation.ConversationTree;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A conversation in use: what all its branches share. */
final class OpenConversation {

    private static final AtomicLong OPENED = new AtomicLong();

    private final ConversationTree tree;
    /** Conversations in memory may share an id, but not what the model holds of them. */
    private final String session;
    /** A prompt is counted with the vocabulary of the model that gets it. */
    private final Map<String, PromptComposer> composers = new ConcurrentHashMap<>();
    private final Map<String, TurnQueue> queues = new ConcurrentHashMap<>();

    OpenConversation(ConversationTree tree) {
        this.tree = tree;
        session = "%s-%d/".formatted(tree.id(), OPENED.incrementAndGet());
    }

    ConversationTree tree() {
        return tree;
    }

    /** Returns who puts the prompts of a model together. */
    PromptComposer composer(TurnSettings settings, String model) {
        return composers.computeIfAbsent(model, name -> new PromptComposer(settings, tree));
    }

    /** Returns the line in front of a branch. */
    TurnQueue queue(String branch) {
        return queues.computeIfAbsent(branch, name -> new TurnQueue());
    }

    /** Returns the key by which the model finds what it still holds of a branch. */
    String session(String branch) {
        return session + branch;
    }
}
