package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ModelInfo;
import dev.llf.chat.Turn;
import dev.llf.testing.ScriptedChatModel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TokenCountsTest {

    private final ScriptedChatModel scripted = ScriptedChatModel.replying("An answer.").repeating();
    private int asked;

    /** Counts how often it is asked to count. */
    private final ChatModel model = new ChatModel() {
        @Override
        public ChatStream stream(ChatRequest request) {
            return scripted.stream(request);
        }

        @Override
        public int countTokens(ChatRequest request) {
            asked++;
            return scripted.countTokens(request);
        }

        @Override
        public ModelInfo info() {
            return scripted.info();
        }

        @Override
        public void close() {
            scripted.close();
        }
    };

    @Test
    void countsEachTurnOnce() {
        try (Llf llf = Llf.builder().model(model).build()) {
            Conversation talk = llf.conversation();
            talk.send("One.");
            talk.send("Two and three.");
            TokenCounts counts = new TokenCounts(model, Optional.of("Be brief."));
            int sum = 0;
            for (Turn turn : talk.turns()) {
                sum += counts.of(turn);
            }
            counts.ofFront(List.of());
            int before = asked;

            talk.turns().forEach(counts::of);
            assertThat(counts.of(talk.history())).isEqualTo(sum).isPositive();
            assertThat(counts.of(talk.history().first(1))).isEqualTo(counts.of(talk.turns().getFirst()));
            counts.ofFront(List.of());

            assertThat(asked).isEqualTo(before);
        }
    }
}
