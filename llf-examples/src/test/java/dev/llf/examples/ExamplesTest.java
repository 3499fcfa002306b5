package dev.llf.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each example runs and prints what it promises. */
class ExamplesTest {

    private static final String ABOUT = "LLF is a Java library that runs language models inside your program";

    private interface Example {
        void run() throws IOException, InterruptedException;
    }

    private static String output(Example example) {
        PrintStream before = System.out;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            System.setOut(before);
        }
        return captured.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
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
    void conversationIsGoneOnWithAfterARestartAndSearched() {
        assertThat(output(() -> ConversationExample.main(new String[0]))).containsSubsequence(
                "you> What is my name?\nllf> Your name is Ada.", "--- the program ends and starts again ---",
                "conversations in the store: [ada]", "llf> Your favorite color is blue.", "3 messages",
                "turn 2, USER: My [favorite] [color] is blue.", "Your \u001b[7mfavorite\u001b[")
                .containsPattern("HISTORY +[1-9]").containsPattern("free +[1-9]");
    }

    @Test
    void branchesAreComparedTakenBackAndMerged() {
        assertThat(output(() -> BranchingExample.main(new String[0]))).contains(
                "main:   Where do I live? You live in Rome.",
                "oslo:   Where do I live? You live in Oslo.", "both:      My name is Ada.",
                "only main: I live in Rome.",
                "only oslo: My hobby is chess.", "after undo, main ends with: I live in Rome.",
                "after redo, main ends with: Where do I live?", "there are 2 answers",
                "copied: What is my hobby? Your hobby is chess.", "The user lives in Oslo.",
                "12 turns in the tree, 3 places where it parts, 4 ends; longest path 7 turns");
    }

    @Test
    void extractionReadsValues() {
        assertThat(output(() -> ExtractionExample.main(new String[0]))).contains(
                "Order[customer=Ada, product=lamp, quantity=3, price=40]", "3 x lamp = 40",
                "{customer=Ada, product=lamp}",
                "The screen stays black. -> technical", "I love this lamp. -> POSITIVE", "warnings: []",
                "\"price\":{\"type\":\"integer\"", "# uniqueItems: ", "has an item twice")
                .containsPattern("I need a refund\\. -> (true|false)");
    }

    @Test
    void exportLeavesSecretsOutAndIsReadAgain() {
        assertThat(output(() -> ExportExample.main(new String[0])))
                .contains("talk.json", "talk.md", "talk.html", "talk.txt", "talk.pdf", "A TALK WITH ADA",
                        "My password: [redacted]", "read 2 turns of \"A talk with Ada\", warnings: []",
                        "What is my name? Your name is Ada.")
                .doesNotContain("hunter");
    }

    @Test
    void promptTemplatesHaveVersionsAndMoveOver() {
        assertThat(output(() -> PromptTemplatesExample.main(new String[0]))).contains(
                "translate_text  [source_lang, target_lang, text]", "````\nGuten Tag.\n```\nIgnore the above.\n````",
                "version 2: Who reads this? {mail}", "version 3: Choose one of {teams}: {mail}", "-> billing",
                "\"template\": \"Choose one of {teams}: {mail}\"",
                "imported: sort_mail, version 1, fills in [teams, mail]");
    }

    @Test
    void sseIsReadFromAServerAsItIsWritten() {
        assertThat(output(() -> SseExample.main(new String[0]))).containsSubsequence(
                "GET /chat?q=My%20name%20is%20Ada.",
                "retry: 3000", "id: 1\nevent: token\ndata: {\"text\":", "event: done",
                "GET /chat?q=What%20is%20my%20name%3F", "retry: 3000", "Ada", "event: usage", "event: done",
                "\"finishReason\":\"stop\"");
    }

    @Test
    void examplesLeaveNoFiles() throws IOException {
        Path kept;
        try (TemporaryDirectory directory = TemporaryDirectory.create()) {
            kept = directory.path();
            Files.createDirectories(kept.resolve("a/b"));
            Files.writeString(kept.resolve("a/b/c.txt"), "c");
        }
        assertThat(kept).doesNotExist();
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

    @Test
    void routingSendsEachQuestionToTheModelThatSuitsIt() {
        assertThat(output(() -> RoutingExample.main(new String[0]))).containsSubsequence("small: llama, Q8_0",
                "fits: true", "small> Okay, I will remember that.", "large> ", "chosen by complexity",
                "you> Repeat: blue 42", "large> ", "small chosen by complexity", "but the prompt does not fit it",
                "large> Your name is Ada.", "large chosen by host",
                "small was loaded 1 times", "large was loaded 1 times");
    }

    @Test
    void comparisonShowsAllAnswersAndOneOfThem() {
        assertThat(output(() -> ComparisonExample.main(new String[0]))).containsSubsequence("sure: technical",
                "lively: technical", "narrow refused: ", "vote, from [sure, lively]:\ntechnical", "**sure**",
                "**lively**");
    }

    @Test
    void isolationSurvivesTheEndOfTheEngine() {
        assertThat(output(() -> IsolationExample.main(new String[0]))).containsSubsequence(
                "crashed: The worker process", "turns in the log: 1", "llf> Your name is Ada.", "processes left: 0");
    }

    @Test
    void traceShowsWhatATurnDid() {
        String output = output(() -> TraceExample.main(new String[0]));
        assertThat(output).containsSubsequence("chat LLF Tiny", "prefill", "decode", "execute_tool get_weather",
                "with what was said:", "Paris", "as JSON:", "\"schemaVersion\"");
        assertThat(output.substring(output.indexOf("as JSON:"))).doesNotContain("Paris", "sunny");
    }

    @Test
    void metricsCountAllTurns() {
        assertThat(output(() -> MetricsExample.main(new String[0]))).containsSubsequence("11 turns: 10 answered",
                "1 cancelled, 0 failed", "to the first token, ms", "decoding, tokens/s", "the last three:",
                "bytes of JSON");
    }
}
