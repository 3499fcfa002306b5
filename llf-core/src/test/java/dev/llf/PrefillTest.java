package dev.llf;

import dev.llf.chat.Sampling;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.conversation.History;
import dev.llf.conversation.Omission;
import dev.llf.conversation.Room;
import dev.llf.conversation.Window;
import dev.llf.testing.TinyModel;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A window that moves in large steps leaves the engine little to evaluate. */
@Timeout(120)
class PrefillTest {

    private static final int TURNS = 60;

    private static final String SYSTEM = "You are a helpful assistant. ".repeat(6).strip();

    /** What others do: drop just as many of the oldest turns as must go. */
    private static Window.View slide(History history, Room room) {
        int left = room.tokens();
        int shown = 0;
        for (Turn turn : history.newestFirst()) {
            left -= room.tokens(turn);
            if (left < 0) {
                break;
            }
            shown++;
        }
        return new Window.View(history.last(shown), Optional.empty(), Omission.Reason.CHOSEN);
    }

    private static double evaluatedPerTurn(Window window) {
        long evaluated = 0;
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).slots(1).threads(1).system(SYSTEM)
                .sampling(Sampling.greedy()).maxTokens(32).window(window).build()) {
            Conversation talk = llf.conversation();
            boolean full = false;
            for (int i = 0; i < TURNS; i++) {
                Reply reply = talk
                        .send("My number is %d. Please tell me what you know about that number.".formatted(i));
                Usage usage = reply.usage();
                evaluated += usage.promptTokens() - usage.cachedTokens();
                full |= reply.plan().omission().isPresent();
            }
            assertThat(full).as("the window was full").isTrue();
        }
        return (double) evaluated / TURNS;
    }

    @Test
    void evaluatesAFifthOfWhatASlidingWindowTakes() {
        double steps = evaluatedPerTurn(Window.tokens());
        double sliding = evaluatedPerTurn(PrefillTest::slide);

        System.out.printf("prompt tokens evaluated per turn: %.1f, with a sliding window %.1f%n", steps, sliding);
        assertThat(sliding / steps).isGreaterThan(5);
    }
}
