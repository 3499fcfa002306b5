package dev.llf.conversation;

import dev.llf.chat.Turn;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.llf.conversation.ConversationTree.MAIN;
import static dev.llf.conversation.Turns.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WindowTest {

    private final ConversationTree tree = ConversationTree.inMemory("talk", Clock.systemUTC());
    private final Map<String, Integer> tokens = new HashMap<>();
    private final List<String> summarised = new ArrayList<>();
    private int room = 100;

    private void say(int count, int tokensEach) {
        for (int i = 0; i < count; i++) {
            String id = "t" + (tokens.size() + 1);
            tokens.put(id, tokensEach);
            Turns.add(tree, MAIN, id);
        }
    }

    private Window.View view(Window window) {
        return window.view(tree.history(MAIN), new FakeRoom());
    }

    private List<String> shown(Window window) {
        return ids(view(window).turns());
    }

    @Test
    void showsAllThatFits() {
        say(10, 10);

        assertThat(shown(Window.tokens())).hasSize(10);
        assertThat(shown(Window.tokens(100))).hasSize(10);
        assertThat(shown(Window.turns(10))).hasSize(10);
        assertThat(view(Window.summarizing(200)).summary()).isEmpty();
    }

    @Test
    void cutsToHalfWhenFull() {
        say(11, 10);
        assertThat(shown(Window.tokens())).containsExactly("t6", "t7", "t8", "t9", "t10", "t11");
        say(4, 10);
        assertThat(shown(Window.tokens())).startsWith("t6").hasSize(10);
        say(1, 10);
        assertThat(shown(Window.tokens())).startsWith("t11").hasSize(6);
    }

    @Test
    void cutsTurnsToHalfWhenTheyAreTooMany() {
        say(5, 1);
        assertThat(shown(Window.turns(4))).containsExactly("t3", "t4", "t5");
        say(1, 1);
        assertThat(shown(Window.turns(4))).startsWith("t3").hasSize(4);
        say(1, 1);
        assertThat(shown(Window.turns(4))).startsWith("t5").hasSize(3);
        assertThat(shown(Window.turns(0))).isEmpty();
        assertThat(view(Window.turns(4)).reason()).isEqualTo(Omission.Reason.TURNS);
        room = 2;
        assertThat(shown(Window.turns(4))).as("tokens count as well").hasSizeLessThanOrEqualTo(2);
        assertThat(view(Window.turns(4)).reason()).isEqualTo(Omission.Reason.TOKENS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverShowsMoreThanItMayAndMovesSeldom(long seed) {
        Random random = new Random(seed);
        room = 1000;
        String first = "t1";
        int moves = 0;
        int all = 0;
        for (int i = 0; i < 500; i++) {
            int each = 5 + random.nextInt(50);
            say(1, each);
            all += each;
            List<Turn> shown = view(Window.tokens()).turns();
            int sum = shown.stream().mapToInt(turn -> tokens.get(turn.id())).sum();
            assertThat(sum).isLessThanOrEqualTo(1000);
            assertThat(sum).as("at least nearly half").isGreaterThanOrEqualTo(Math.min(all, 500 - 55));
            assertThat(ids(shown)).endsWith("t" + (i + 1));
            if (!shown.getFirst().id().equals(first)) {
                moves++;
                first = shown.getFirst().id();
            }
        }
        assertThat(moves).isLessThanOrEqualTo(all / 500);
    }

    @Test
    void showsLessWhereThereIsLessRoomDownToNone() {
        say(20, 10);
        List<Integer> sizes = new ArrayList<>();
        for (int less : List.of(200, 100, 50, 25, 12, 6, 0)) {
            room = less;
            sizes.add(shown(Window.tokens()).size());
            assertThat(shown(Window.turns(100)).size() * 10).isLessThanOrEqualTo(less);
            assertThat(view(Window.summarizing()).turns().size() * 10).isLessThanOrEqualTo(less);
        }
        assertThat(sizes).containsExactly(20, 10, 5, 1, 0, 0, 0);
    }

    @Test
    void showsNothingRatherThanATurnThatIsTooLong() {
        say(3, 10);
        say(1, 101);

        assertThat(shown(Window.tokens())).isEmpty();
        say(1, 10);
        assertThat(shown(Window.tokens())).containsExactly("t5");
    }

    @Test
    void keepsPinnedTurns() {
        say(11, 10);
        tree.pin("t2");
        tree.pin("t10");

        assertThat(shown(Window.tokens())).startsWith("t2").contains("t10", "t11").doesNotContain("t3")
                .doesNotHaveDuplicates();
        assertThat(shown(Window.turns(4))).startsWith("t2").endsWith("t11");
        assertThat(view(Window.summarizing()).turns()).extracting(Turn::id).startsWith("t2").endsWith("t11");
        room = 15;
        assertThat(shown(Window.tokens())).as("the newest pin first").containsExactly("t10");
    }

    @Test
    void summarisesWhatItLeavesOutAndKeepsTheSummary() {
        room = 160;
        say(14, 10);
        assertThat(view(Window.summarizing()).summary()).isEmpty();
        say(1, 10);

        Window.View first = view(Window.summarizing());
        assertThat(first.summary()).contains("summary of 8 turns");
        assertThat(ids(first.turns())).hasSize(7).startsWith("t9");
        assertThat(first.reason()).isEqualTo(Omission.Reason.SUMMARIZED);
        say(7, 10);
        assertThat(view(Window.summarizing()).summary()).contains("summary of 8 turns");
        assertThat(summarised).containsExactly("t1 to t8");
        say(1, 10);
        assertThat(view(Window.summarizing()).summary()).contains("summary of 16 turns");
        assertThat(summarised).containsExactly("t1 to t8", "t9 to t16");
    }

    @Test
    void forgetsASummaryThatIsNotOfTheBranch() {
        room = 160;
        say(15, 10);
        assertThat(view(Window.summarizing()).summary()).isPresent();
        tree.rewind(MAIN, 12);

        assertThat(view(Window.summarizing()).summary()).isEmpty();
        assertThat(ids(view(Window.summarizing()).turns())).containsExactly("t1", "t2", "t3");
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThatIllegalArgumentException().isThrownBy(() -> Window.tokens(0)).withMessage("max must be >= 1, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Window.summarizing(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Window.turns(-1)).withMessage("max must be >= 0, was -1");
    }

    private final class FakeRoom implements Room {

        @Override
        public int tokens() {
            return room;
        }

        @Override
        public int tokens(Turn turn) {
            return tokens.get(turn.id());
        }

        @Override
        public int tokens(History history) {
            return history.turns().stream().mapToInt(this::tokens).sum();
        }

        @Override
        public Set<String> pinned() {
            return tree.pinned();
        }

        @Override
        public Optional<Summary> summary(History history) {
            return tree.summary(history);
        }

        @Override
        public Summary summarize(History history, Optional<Summary> earlier, int maxTokens) {
            int from = earlier.map(Summary::turns).orElse(0);
            String text = "summary of %d turns".formatted(history.size());
            summarised.add("t%d to t%d".formatted(from + 1, history.size()));
            tree.addSummary(history.last().orElseThrow().id(), text);
            return new Summary(history.size(), text);
        }
    }
}
