package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.chat.Sampling;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.search.ConversationSearch;
import dev.llf.conversation.search.HitRenderer;
import dev.llf.conversation.search.SearchHit;
import dev.llf.conversation.search.SearchQuery;
import dev.llf.conversation.search.SearchResult;
import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.spi.ConversationStore;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A conversation that remembers: streamed, planned before it is said, kept in a file, gone on with after a restart, and
 * searched.
 */
public final class ConversationExample {

    private ConversationExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     * @throws IOException if there can be no temporary directory
     */
    public static void main(String[] args) throws IOException {
        try (TemporaryDirectory directory = TemporaryDirectory.create()) {
            begin(directory.path());
            System.out.println("\n--- the program ends and starts again ---\n");
            goOn(directory.path());
        }
    }

    private static void begin(Path directory) {
        try (ConversationStore store = JsonLinesConversationStore.open(directory); Llf llf = open(store)) {
            Conversation talk = llf.conversation("ada");
            say(talk, "My name is Ada.");
            say(talk, "My favorite color is blue.");
            show(talk.plan("What is my name?"));
            say(talk, "What is my name?");
        }
    }

    private static void goOn(Path directory) {
        try (ConversationStore store = JsonLinesConversationStore.open(directory); Llf llf = open(store)) {
            System.out.println("conversations in the store: " + store.conversations());
            Conversation talk = llf.conversation("ada");
            say(talk, "What is my favorite color?");
            search(talk, "favorite color");
        }
    }

    private static Llf open(ConversationStore store) {
        return Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).store(store)
                .build();
    }

    private static void say(Conversation talk, String text) {
        System.out.print("you> " + text + "\nllf> ");
        try (ReplyStream stream = talk.stream(text)) {
            stream.forEachText(System.out::print);
        }
        System.out.println();
    }

    /** What the next prompt would consist of; nothing is said yet. */
    private static void show(ContextPlan plan) {
        System.out.printf("plan for the next question, in tokens (the context holds %d):%n", plan.contextTokens());
        plan.tokens().forEach((part, tokens) -> {
            if (tokens > 0) {
                System.out.printf("  %-8s %4d%n", part, tokens);
            }
        });
        System.out.printf("  %-8s %4d%n", "free", plan.freeTokens());
    }

    private static void search(Conversation talk, String words) {
        SearchResult found = ConversationSearch.search(talk.transcript(), SearchQuery.of(words));
        System.out.printf("%nsearch for \"%s\": %d messages%n", words, found.totalMessages());
        for (SearchHit hit : found.hits()) {
            System.out.printf("  turn %d, %s: %s%n", hit.turnNumber(), hit.role(), HitRenderer.plain().snippet(hit));
        }
        System.out.println("the last one for a terminal: " + HitRenderer.ansi().snippet(found.hits().getLast()));
    }
}
