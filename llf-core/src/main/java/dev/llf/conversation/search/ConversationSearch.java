package dev.llf.conversation.search;

import dev.llf.chat.Role;
import dev.llf.chat.Transcript;

/**
 * Searches conversations. Everything here is safe for use by many threads.
 *
 * <p>Transcripts are folded anew for each search; whoever searches the same conversation often keeps a
 * {@link ConversationIndex}. To end a search that a newer one has made useless, interrupt its thread.
 */
public final class ConversationSearch {

    private ConversationSearch() {}

    /**
     * Searches a conversation once.
     *
     * @param transcript the conversation
     * @param query      what to look for
     * @return what was found, oldest first; nothing for a blank query
     * @throws dev.llf.error.CancelledException if the thread was interrupted; it stays interrupted
     */
    public static SearchResult search(Transcript transcript, SearchQuery query) {
        Search search = new Search(query);
        visit(transcript, query, search);
        return search.result();
    }

    /**
     * Searches many conversations once, such as all saved ones. Each transcript is needed for the moment of its search only,
     * so the iterator may read them one by one.
     *
     * @param transcripts the conversations
     * @param query       what to look for; its limit holds for all together
     * @return what was found, in the order of the conversations, oldest messages first; nothing for a blank query
     * @throws dev.llf.error.CancelledException if the thread was interrupted; it stays interrupted
     */
    public static SearchResult searchAll(Iterable<Transcript> transcripts, SearchQuery query) {
        Search search = new Search(query);
        if (!search.isIdle()) {
            transcripts.forEach(transcript -> visit(transcript, query, search));
        }
        return search.result();
    }

    /**
     * Searches many conversations that have an index.
     *
     * @param indexes the conversations
     * @param query   what to look for; its limit holds for all together
     * @return what was found, in the order of the conversations, oldest messages first; nothing for a blank query
     * @throws dev.llf.error.CancelledException if the thread was interrupted; it stays interrupted
     */
    public static SearchResult searchIndexes(Iterable<ConversationIndex> indexes, SearchQuery query) {
        Search search = new Search(query);
        indexes.forEach(index -> index.visit(search));
        return search.result();
    }

    private static void visit(Transcript transcript, SearchQuery query, Search search) {
        if (search.isIdle()) {
            return;
        }
        if (query.roles().contains(Role.SYSTEM)) {
            transcript.system().ifPresent(text -> search.visit(transcript.id(), IndexedMessage.system(text)));
        }
        for (int i = 0; i < transcript.turns().size(); i++) {
            for (IndexedMessage message : IndexedMessage.of(transcript.turns().get(i), i + 1)) {
                search.visit(transcript.id(), message);
            }
        }
    }
}
