package dev.llf.conversation.search;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Conversations to search. */
final class Conversations {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Conversations() {}

    static Turn turn(int number, Message... messages) {
        return new Turn("t" + number, number == 1 ? Optional.empty() : Optional.of("t" + (number - 1)),
                START.plus(Duration.ofDays(number - 1)), List.of(messages), FinishReason.STOP, Usage.NONE, "model");
    }

    /** A conversation of questions and answers in turn, a turn a day. */
    static Transcript of(String id, String... texts) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < texts.length; i += 2) {
            String answer = i + 1 < texts.length ? texts[i + 1] : "";
            turns.add(turn(i / 2 + 1, Message.user(texts[i]), Message.assistant(answer)));
        }
        return new Transcript(id, Optional.empty(), Map.of(), turns);
    }

    static Transcript said(String text) {
        return of("c", text);
    }

    static SearchResult search(String text, String query) {
        return ConversationSearch.search(said(text), SearchQuery.of(query));
    }

    static SearchResult search(String text, SearchQuery.Builder query) {
        return ConversationSearch.search(said(text), query.build());
    }

    /** What is marked in the only message; empty if it does not match. */
    static List<String> marked(String text, String query) {
        return marked(text, SearchQuery.builder(query));
    }

    static List<String> marked(String text, SearchQuery.Builder query) {
        return search(text, query).hits().stream().flatMap(hit -> hit.ranges().stream())
                .map(range -> text.substring(range.start(), range.end())).toList();
    }
}
