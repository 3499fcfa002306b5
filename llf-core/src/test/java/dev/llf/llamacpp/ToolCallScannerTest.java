package dev.llf.llamacpp;

import dev.llf.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ToolCallScannerTest {

    private static final String WEATHER = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n"
            + "</tool_call>";
    private static final String TIME = "<tool_call>{\"name\":\"time\",\"arguments\":{}}</tool_call>";

    /** What came of a whole output. */
    private record Result(String text, List<ToolCall> calls) {}

    private static Result scan(List<String> pieces) {
        AtomicInteger ids = new AtomicInteger();
        ToolCallScanner scanner = new ToolCallScanner(() -> "c" + ids.incrementAndGet());
        StringBuilder text = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        for (String piece : pieces) {
            ToolCallScanner.Found found = scanner.add(piece);
            text.append(found.text());
            calls.addAll(found.calls());
        }
        ToolCallScanner.Found rest = scanner.rest();
        text.append(rest.text());
        calls.addAll(rest.calls());
        return new Result(text.toString(), calls);
    }

    private static Result scan(String output) {
        return scan(List.of(output));
    }

    private static void givesTheSameHoweverItIsCut(String output, String text, String... names) {
        for (int first = 0; first <= output.length(); first++) {
            for (int second : new int[] {first, Math.min(output.length(), first + 1), (first + output.length()) / 2}) {
                Result result = scan(List.of(output.substring(0, first), output.substring(first, second),
                        output.substring(second)));

                assertThat(result.text()).as("cut at %d and %d", first, second).isEqualTo(text);
                assertThat(result.calls()).extracting(ToolCall::name).containsExactly(names);
            }
        }
        assertThat(scan(output.codePoints().mapToObj(Character::toString).toList())).isEqualTo(scan(output));
    }

    @Test
    void givesEveryCallItsOwnIdWhereverTheOutputEnds() {
        String output = TIME + TIME + "\n" + WEATHER + TIME;
        for (int end = 0; end <= output.length(); end++) {
            String cut = output.substring(0, end);
            for (int piece = 1; piece < 30; piece += 7) {
                List<String> pieces = new ArrayList<>();
                for (int start = 0; start < end; start += piece) {
                    pieces.add(cut.substring(start, Math.min(end, start + piece)));
                }

                assertThat(scan(pieces).calls()).as("cut at %d", end).extracting(ToolCall::id).doesNotHaveDuplicates();
            }
        }
        assertThat(scan(output).calls()).hasSize(4);
    }

    @Test
    void findsACall() {
        Result result = scan(WEATHER);

        assertThat(result.text()).isEmpty();
        assertThat(result.calls()).containsExactly(new ToolCall("c1", "weather", "{\"city\":\"Rome\"}"));
    }

    @Test
    void findsCallsHoweverTheyAreCut() {
        givesTheSameHoweverItIsCut(WEATHER, "", "weather");
        givesTheSameHoweverItIsCut("Let me see.\n" + WEATHER, "Let me see.", "weather");
        givesTheSameHoweverItIsCut(WEATHER + "\n" + TIME, "", "weather", "time");
        givesTheSameHoweverItIsCut(WEATHER + TIME + WEATHER, "", "weather", "time", "weather");
        givesTheSameHoweverItIsCut("  \n" + WEATHER + "\n\n ", "", "weather");
    }

    @Test
    void keepsTextAroundCalls() {
        assertThat(scan("First " + WEATHER + " then " + TIME + " done.").text()).isEqualTo("First then done.");
        givesTheSameHoweverItIsCut("First " + WEATHER + " then " + TIME + " done.", "First then done.", "weather",
                "time");
    }

    @Test
    void keepsTextWithoutCalls() {
        givesTheSameHoweverItIsCut("a < b, <tool, <tool_cal and </tool_call> are text. \n ", "a < b, <tool, <tool_cal "
                + "and </tool_call> are text. \n ");
        givesTheSameHoweverItIsCut("  \n ", "  \n ");
        givesTheSameHoweverItIsCut("", "");
    }

    @Test
    void showsTextAsSoonAsItIsCertain() {
        ToolCallScanner scanner = new ToolCallScanner(() -> "id");

        assertThat(scanner.add("Hello ").text()).isEqualTo("Hello");
        assertThat(scanner.add("there <").text()).isEqualTo(" there");
        assertThat(scanner.add("3").text()).isEqualTo(" <3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "3", "\"weather\"", "{}", "{\"name\": 3}", "{\"name\": \" \"}",
        "{\"name\": null, \"arguments\": {}}", "{\"name\": \"a\"", "{\"name\": \"a\"} x", "{'name': 'a'}",
        "{\"name\": \"\\ud83d\"}", "{\"name\": \"a\", \"arguments\": {\"b\": \"\\ude00\"}}"})
    void keepsWhatIsNoCallAsText(String body) {
        String output = "<tool_call>" + body + "</tool_call>";

        assertThat(scan(output)).isEqualTo(new Result(output, List.of()));
        assertThat(scan(output + WEATHER).calls()).hasSize(1);
        assertThat(scan(output + WEATHER).text()).isEqualTo(output);
    }

    @Test
    void takesACallThatLacksOnlyItsClosingTag() {
        assertThat(scan("<tool_call>\n{\"name\": \"time\", \"arguments\": {}}\n").calls()).hasSize(1);
        assertThat(scan("Well <tool_call>{\"name\": \"time\"}").text()).isEqualTo("Well");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<tool_call>", "<tool_call>{\"name\": \"ti", "<tool_call>{\"name\": \"time\"} and more",
        "<tool_call>{\"name\": \"time\", \"arguments\": {\"a\": \"\\ud83d\"}}"})
    void keepsACallThatWasCutShortAsText(String output) {
        assertThat(scan(output)).isEqualTo(new Result(output, List.of()));
    }

    @Test
    void takesMissingArgumentsAsNone() {
        assertThat(scan("<tool_call>{\"name\": \"time\"}</tool_call>").calls()).extracting(ToolCall::arguments)
                .containsExactly("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":[1,2,{\"b\":null}],\"c\":true}", "\"text\"", "[]",
        "{\"x\":\"\u00fc \uD83D\uDE00\"}",
        "{\"x\":\"\\u0000\\\"\"}", "{\"x\":0.10000000000000000000001}", "{\"x\":12345678901234567890123}"})
    void keepsArgumentsAsTheModelWroteThem(String arguments) {
        Result result = scan("<tool_call>{\"name\": \"f\", \"arguments\": " + arguments + "}</tool_call>");

        assertThat(result.calls()).extracting(ToolCall::arguments).containsExactly(arguments);
    }
}
