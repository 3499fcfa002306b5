package dev.llf.conversation.search;

import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.llf.conversation.search.Conversations.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(60)
class ConversationIndexTest {

    private static final SearchQuery CAT = SearchQuery.of("cat");

    private static List<Integer> turnsWith(ConversationIndex index, String text) {
        return index.search(SearchQuery.of(text)).hits().stream().map(SearchHit::turnNumber).toList();
    }

    @Test
    void findsWhatWasAdded() {
        ConversationIndex index = new ConversationIndex("c");
        assertThat(index.search(CAT)).isEqualTo(SearchResult.EMPTY);

        index.add(turn(1, Message.user("A cat?"), Message.assistant("A dog.")));
        index.add(turn(2, Message.user("No."), Message.assistant("A cat, a cat.")));

        assertThat(index.search(CAT)).isEqualTo(ConversationSearch.search(
                Conversations.of("c", "A cat?", "A dog.", "No.", "A cat, a cat."), CAT));
        assertThat(index.turns()).isEqualTo(2);
        assertThat(index.chars()).isEqualTo(6 + 6 + 3 + 13);
    }

    @Test
    void followsToAnotherBranch() {
        ConversationIndex index = ConversationIndex.of(Conversations.of("c", "one", "a", "two", "b", "three", "c"));
        Turn first = turn(1, Message.user("one"), Message.assistant("a"));
        Turn edited = new Turn("other", Optional.of("t1"), first.startedAt(),
                List.of(Message.user("zwei"), Message.assistant("b")), first.finishReason(), first.usage(), "model");
        Transcript branch = new Transcript("c", Optional.of("system"), Map.of(), List.of(first, edited));

        index.update(branch);

        assertThat(index.turns()).isEqualTo(2);
        assertThat(index.chars()).isEqualTo(6 + 4 + 5);
        assertThat(turnsWith(index, "zwei")).containsExactly(2);
        assertThat(turnsWith(index, "two")).isEmpty();
        assertThat(turnsWith(index, "one")).containsExactly(1);
        assertThat(index.search(SearchQuery.builder("system").roles(Role.SYSTEM).build()).totalMessages()).isEqualTo(1);
        index.update(new Transcript("c", Optional.empty(), Map.of(), List.of()));
        assertThat(index.chars()).isZero();
    }

    @Test
    void refusesAnotherConversation() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConversationIndex("c").update(Conversations.of("d", "text")))
                .withMessageContaining("'c'").withMessageContaining("'d'");
    }

    @Test
    void showsEachSearchAWholeConversationWhileOthersWrite() throws Exception {
        ConversationIndex index = new ConversationIndex("c");
        List<Turn> turns = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            turns.add(turn(i, Message.user("cat"), Message.assistant("cat cat")));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Future<?> writer = threads.submit(() -> {
                for (int round = 0; round < 20; round++) {
                    index.update(new Transcript("c", Optional.empty(), Map.of(), turns.subList(0, round)));
                    turns.subList(round, turns.size()).forEach(index::add);
                }
            });
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(threads.submit(() -> {
                    int searches = 0;
                    while (!writer.isDone() || searches == 0) {
                        SearchResult result = index.search(CAT);
                        assertThat(result.totalMessages() % 2).isZero();
                        assertThat(result.totalOccurrences()).isEqualTo(result.totalMessages() / 2 * 3L);
                        searches++;
                    }
                    return searches;
                }));
            }
            writer.get();
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        }
        assertThat(index.search(CAT).totalMessages()).isEqualTo(600);
    }
}
