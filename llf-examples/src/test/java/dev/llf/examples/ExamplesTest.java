package dev.llf.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each example runs and prints what it promises. */
class ExamplesTest {

    private static final String ABOUT = "LLF is a Java library that runs language models inside your program";

    private static String output(Runnable example) {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    @Test
    void helloPrintsAnAnswer() {
        assertThat(output(() -> HelloExample.main(new String[0]))).isNotBlank();
    }

    @Test
    void quickstartStreamsAConversationWithItsSpeed() {
        assertThat(output(() -> Quickstart.main(new String[0]))).contains("LLF Tiny: llama, Q8_0", ABOUT,
                "Your name is Ada.", "first token after", "tokens/s");
    }

    @Test
    void conversationRemembersAndBranches() {
        assertThat(output(() -> ConversationExample.main(new String[0])))
                .contains("Your name is Ada. [STOP", "branch:   Your name is Bob.", "original: Your name is Ada.");
    }

    @Test
    void inspectionTellsWhatTheFileSays() {
        assertThat(output(() -> InspectModelExample.main(new String[0]))).contains("LLF Tiny: llama, Q8_0",
                "trained for 1,024 tokens", "the engine can run it");
    }

    @Test
    void grammarLeavesThreeAnswers() {
        assertThat(output(() -> GrammarExample.main(new String[0]))).startsWith("positive").contains("refused: ");
    }
}
