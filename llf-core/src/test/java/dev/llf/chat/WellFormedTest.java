package dev.llf.chat;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class WellFormedTest {

    private static final List<String> ILL_FORMED = List.of("\uD83D", "\uDE00", "a\uD83D", "a\uDE00", "\uD83Da",
            "\uDE00a",
            "a\uD83Db", "a\uDE00b", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "\uD83D\uDE00\uDE00", "\uD83D\uDE00\uD83D");

    @Test
    void acceptsEveryWellFormedTextUnchanged() {
        for (String text : List.of("", " ", "a", "\u0000", "\uD83D\uDE00", "a\uD83D\uDE00b\uD800\uDC00", "\uDBFF\uDFFF",
                "\uD7FF\uE000\uFFFF\uFFFD\uFEFF")) {
            assertThat(WellFormed.text(text, "text")).isSameAs(text);
        }
    }

    @Test
    void refusesAnUnpairedSurrogateAtEachPlace() {
        for (String text : ILL_FORMED) {
            assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.text(text, "text"));
            assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.name(text, "name"));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.text("ab\uDE00", "user text"))
                .withMessageContaining("user text").withMessageContaining("U+DE00").withMessageContaining("index 2");
    }

    @Test
    void refusesNullNamingWhatItIs() {
        assertThatNullPointerException().isThrownBy(() -> WellFormed.text(null, "user text")).withMessage("user text");
    }

    @Test
    void refusesABlankName() {
        for (String name : List.of("", " ", "\t\n", "\u2003")) {
            assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.name(name, "session"))
                    .withMessage("session must not be blank");
        }
    }

    @Test
    void guardsEveryTextOfTheVocabulary() {
        List<Consumer<String>> borders = List.of(Message::system, Message::user, Message::assistant,
                text -> new ToolCall(text, "name", "{}"), text -> new ToolCall("id", text, "{}"),
                text -> new ToolCall("id", "name", text), text -> new ToolMessage(text, "name", "", false),
                text -> new ToolMessage("id", text, "", false), text -> new ToolMessage("id", "name", text, false),
                text -> new ToolSpec(text, "", Map.of()), text -> new ToolSpec("name", text, Map.of()),
                text -> new ToolSpec("name", "", Map.of(text, "")),
                text -> new ToolSpec("name", "", Map.of("enum", List.of(text))),
                text -> new ResponseFormat.Grammar(text), text -> new ResponseFormat.JsonSchema(text),
                text -> new ModelInfo(text, 1), text -> new ChatEvent.TextDelta(text),
                text -> ChatRequest.builder().stop(List.of(text)), text -> ChatRequest.builder().session(text),
                text -> new Sampling.Dry(1, 1, 1, 1, List.of(text)));
        for (Consumer<String> border : borders) {
            for (String text : ILL_FORMED) {
                assertThatIllegalArgumentException().isThrownBy(() -> border.accept(text));
            }
        }
    }

    @Test
    void refusesBlankNamesAndEmptyDeltasInTheVocabulary() {
        List<Consumer<String>> names = List.of(text -> new ToolCall(text, "name", "{}"),
                text -> new ToolCall("id", text, "{}"), text -> new ToolMessage(text, "name", "", false),
                text -> new ToolMessage("id", text, "", false), text -> new ResponseFormat.Grammar(text),
                text -> new ResponseFormat.JsonSchema(text), text -> new ModelInfo(text, 1),
                text -> ChatRequest.builder().session(text));
        for (Consumer<String> name : names) {
            assertThatIllegalArgumentException().isThrownBy(() -> name.accept(" ")).withMessageContaining("blank");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new ChatEvent.TextDelta(""));
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelInfo("name", 0)).withMessageContaining("was 0");
    }

    @Test
    void showsForeignIdsWithoutWhatTerminalsObey() {
        assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.id("a\u001b[31m\nb", "id"))
                .withMessage("id must be 1 to 64 of A-Z a-z 0-9 _ -, was 'a?[31m?b'");
        assertThatIllegalArgumentException().isThrownBy(() -> WellFormed.id("x".repeat(65), "id"))
                .withMessageEndingWith("x...'");
        assertThat(WellFormed.id("x".repeat(64), "id")).hasSize(64);
    }
}
