package dev.llf.llamacpp;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.testing.TinyModel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class DeepStackTest {

    @ParameterizedTest
    @CsvSource({"'', 0", "a, 1", "ab c, 2", "'a   b', 3", "'abc  ', 3", "'\u00a0\u2003 x', 3", "\u4e2d\u6587, 2"})
    void measuresTheLongestRun(String text, int run) {
        assertThat(DeepStack.longestRun(text)).isEqualTo(run);
    }

    @Test
    void keepsOrdinaryTextOnItsThread() {
        String word = "x".repeat(DeepStack.SHALLOW);

        assertThat(DeepStack.call(word + " " + word, Thread::currentThread)).isEqualTo(Thread.currentThread());
        assertThat(DeepStack.call(word + "x", Thread::currentThread)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void handsFailuresOn() {
        assertThatIllegalStateException().isThrownBy(() -> DeepStack.call("x".repeat(500), () -> {
            throw new IllegalStateException("as planned");
        })).withMessage("as planned");
    }

    @Test
    void refusesWhatNoStackHolds() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeepStack.call("x".repeat(DeepStack.DEEP + 1), () -> "never"))
                .withMessageContaining("400001 characters");
    }

    /** Each of these would overflow the stack of this thread, and end the process, if the engine got it directly. */
    @Test
    void countsTextsWithoutWordsExactly() {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).slots(1).threads(1).build()) {
            int empty = model.countTokens(ChatRequest.of(Message.user("")));
            for (String unit : List.of("x", "-", " ", "\n", "7", "\u4e2d", "ab1-", "\ud83d\ude00")) {
                String text = unit.repeat(20_000);
                assertThat(model.countTokens(ChatRequest.of(Message.user(text)))).isGreaterThan(empty);
            }
        }
    }
}
