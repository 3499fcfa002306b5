package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class ConversationImporterTest {

    private static final ConversationImporter IMPORTER = builder().build();
    private static final String TOOLS = """
            [{"role":"system","content":"obey"},
             {"role":"user","content":[{"type":"text","text":"Rain"},{"type":"image_url","image_url":{}},"?"]},
             {"role":"assistant","content":null,"model":"gpt-x","tool_calls":[
               {"id":"k1","type":"function","function":{"name":"weather","arguments":"{}"}},
               {"id":"k2","type":"function","function":{"arguments":{"a":1}}}]},
             {"role":"tool","tool_call_id":"k1","content":"sun"},
             {"role":"tool","tool_call_id":"zz","content":"orphan"},
             {"role":"user","content":"And now?","timestamp":"2026-01-31T10:00:00+01:00"}]""";

    private static ConversationImporter.Builder builder() {
        return ConversationImporter.builder().clock(Conversations.CLOCK);
    }

    private static List<Message> messages(String json) {
        return IMPORTER.read(json).transcript().turns().stream().map(Turn::messages).flatMap(List::stream).toList();
    }

    @Test
    void makesWholeTurnsOfOpenAiMessages() {
        ImportedConversation imported = IMPORTER.read(TOOLS);

        assertThat(imported.format()).isEqualTo(ImportFormat.OPENAI);
        assertThat(imported.version()).isEqualTo("unknown");
        assertThat(imported.transcript().system()).isEmpty();
        assertThat(imported.transcript().turns()).hasSize(2);
        Turn first = imported.transcript().turns().getFirst();
        assertThat(first.messages()).hasSize(5).startsWith(Message.user("Rain\n?"),
                new AssistantMessage("", List.of(new ToolCall("k1", "weather", "{}"),
                        new ToolCall("k2", "unknown", "{\"a\":1}"))),
                new ToolMessage("k1", "weather", "sun", false)).endsWith(Message.assistant(""));
        assertThat(first.messages().get(3)).isInstanceOfSatisfying(ToolMessage.class,
                result -> assertThat(result.error()).isTrue());
        assertThat(first.model()).isEqualTo("gpt-x");
        assertThat(first.startedAt()).isEqualTo(Conversations.CLOCK.instant());
        assertThat(first.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(imported.transcript().turns().getLast().startedAt())
                .isEqualTo(Instant.parse("2026-01-31T09:00:00Z"));
        assertThat(imported.warnings()).containsExactlyInAnyOrder("a part of a message that is no text was left out",
                "a tool result without an open call was dropped",
                "a tool call without a result got an error as its result",
                "a question without an answer got an empty one (2 times)",
                "the system text was dropped, because the importer does not trust it");
    }

    @Test
    void keepsSystemTextsThatAreTrusted() {
        assertThat(builder().trustSystem(true).build().read(TOOLS).transcript().system()).contains("obey");
    }

    @Test
    void importingTwiceGivesEqualResults() {
        assertThat(IMPORTER.read(TOOLS)).isEqualTo(IMPORTER.read(TOOLS));
        assertThat(IMPORTER.read(TOOLS).transcript().id())
                .isNotEqualTo(IMPORTER.read(TOOLS.replace("sun", "fog")).transcript().id());
    }

    @Test
    void readsAnObjectWithMessages() {
        assertThat(messages("{\"x\":[[1]],\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\","
                + "\"content\":\"b\"}]}")).containsExactly(Message.user("a"), Message.assistant("b"));
    }

    @Test
    void readsTheOlderForm() {
        ImportedConversation imported = IMPORTER.read("""
                {"conversation":[{"role":"user","content":"a","timestamp":"2026-01-31 10:00:00"},
                 {"role":"assistant","content":"b"}],
                 "metadata":{"exported_at":"x","message_count":2,"format_version":"1.0","n":1,"title":"T"}}""");

        assertThat(imported.format()).isEqualTo(ImportFormat.CONVERSATION);
        assertThat(imported.version()).isEqualTo("1.0");
        assertThat(imported.transcript().metadata()).isEqualTo(Map.of("n", "1", "title", "T"));
        assertThat(imported.transcript().turns().getFirst().startedAt()).isEqualTo(Conversations.START);
        assertThat(imported.warnings()).containsExactly("a time without an offset was taken for UTC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]", "%s\n", "[%s,{\"conversations\":[]}]", "%s\n{\"conversations\":[]}"})
    void readsShareGpt(String form) {
        String one = "{\"id\":\"g\",\"conversations\":[{\"from\":\"human\",\"value\":\"a\"},{\"from\":\"gpt\",\"value\":\"b\"}]}";
        String json = form.formatted(one);
        ImportedConversation imported = IMPORTER.read(json);

        assertThat(imported.format()).isEqualTo(ImportFormat.SHAREGPT);
        assertThat(imported.transcript().id()).isEqualTo("g");
        assertThat(imported.transcript().turns().getFirst().messages()).containsExactly(Message.user("a"),
                Message.assistant("b"));
        boolean two = form.contains("[]");
        assertThat(imported.warnings()).hasSize(two ? 1 : 0);
        assertThat(IMPORTER.readAll(new ByteArrayInputStream(json.getBytes(UTF_8)))).hasSize(two ? 2 : 1);
    }

    @Test
    void anAnswerAtTheBeginningGetsAQuestion() {
        assertThat(messages("[{\"role\":\"assistant\",\"content\":\"hi\"}]")).containsExactly(Message.user(""),
                Message.assistant("hi"));
    }

    @Test
    void theOldFunctionRoleIsATool() {
        assertThat(messages("""
                [{"role":"user","content":"a"},{"role":"assistant","function_call":{"name":"f","arguments":"{}"}},
                 {"role":"function","name":"f","content":"r"},{"role":"assistant","content":"b"}]""")).hasSize(4)
                .contains(new ToolMessage("call_1", "f", "r", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "1", "\"x\"", "{", "[", "{}", "[1]", "[{}]", "{\"messages\":1}",
        "[{\"role\":\"pirate\",\"content\":\"x\"}]", "[{\"role\":1}]", "[{\"role\":\"user\",\"content\":1}]",
        "[{\"role\":\"user\",\"role\":\"user\"}]", "{\"version\":\"2.0\",\"messages\":[]}",
        "{\"version\":\"x\",\"messages\":[]}", "{\"version\":{},\"messages\":[]}", "[]]", "[] 1",
        "{\"messages\":[],\"conversation\":[]}", "{\"messages\":[]", "[{\"role\":\"assistant\",\"tool_calls\":1}]",
        "[{\"role\":\"assistant\",\"tool_calls\":[1]}]",
        "{\"version\":\"1.0\",\"messages\":[{\"role\":\"user\",\"turn\":{\"id\":\"/\"}}]}"})
    void refusesWhatIsNoConversation(String json) {
        assertThatThrownBy(() -> IMPORTER.read(json)).isInstanceOfSatisfying(ImportException.class, e -> {
            assertThat(e.line()).isPositive();
            assertThat(e.column()).isPositive();
        });
    }

    @Test
    void namesThePlaceAndNotTheText() {
        assertThatThrownBy(() -> IMPORTER.read("[\n {\"role\":\"my secret role\",\"content\":\"secret\"}]"))
                .hasMessageStartingWith("line 2, column 2: unknown role").hasMessageNotContaining("secret")
                .isInstanceOfSatisfying(ImportException.class, e -> assertThat(e.byteOffset()).isEqualTo(3));
        assertThatThrownBy(() -> IMPORTER.read("[secret]")).hasMessageNotContaining("secret").hasNoCause();
    }

    @Test
    void holdsItsLimits() {
        String json = "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]";

        assertThatThrownBy(() -> builder().maxBytes(20).build().read(json)).isInstanceOf(ImportException.class)
                .hasMessageContaining("20 bytes");
        assertThatThrownBy(() -> builder().maxMessages(1).build().read(json)).isInstanceOf(ImportException.class)
                .hasMessageContaining("more than 1 messages");
        assertThatThrownBy(() -> IMPORTER.read("[".repeat(10_000))).isInstanceOf(ImportException.class);
        assertThatThrownBy(() -> IMPORTER.read("{\"x\":" + "[".repeat(10_000))).isInstanceOf(ImportException.class);
        assertThatThrownBy(() -> IMPORTER.read("[{\"content\":[" + "{},".repeat(200_000)))
                .isInstanceOf(ImportException.class).hasMessageContaining("values");
        assertThatThrownBy(() -> builder().maxNesting(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAFileThatIsNotThereAndBytesThatAreNoText() {
        assertThatThrownBy(() -> IMPORTER.read(Path.of("not", "there.json"))).isInstanceOf(ImportException.class);
        assertThatThrownBy(() -> IMPORTER.read(new ByteArrayInputStream(new byte[] {'[', '"', (byte) 0xFF, '"', ']'})))
                .isInstanceOf(ImportException.class);
    }

    @Test
    void repairsHalfASurrogatePair() {
        ImportedConversation imported = IMPORTER.read("[{\"role\":\"user\",\"content\":\"a\\ud83d\"}]");

        assertThat(imported.transcript().turns().getFirst().question().text()).isEqualTo("a\uFFFD");
        assertThat(imported.warnings()).contains("a text had half of a surrogate pair, which was replaced");
    }

    @Test
    void anIdThatIsThereTwiceIsReplaced() {
        String json = "{\"version\":\"1.0\",\"messages\":[%1$s,%1$s]}"
                .formatted("{\"role\":\"user\",\"content\":\"a\",\"turn\":"
                        + "{\"id\":\"t\",\"finishReason\":\"stop\",\"usage\":{\"promptTokens\":1,\"cachedTokens\":0,"
                        + "\"completionTokens\":0},\"model\":\"m\",\"metadata\":{}}}");

        assertThat(IMPORTER.read(json).transcript().turns()).extracting(Turn::id).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void mutatedFilesGiveAConversationOrAnImportException() {
        List<String> seeds = List.of(TOOLS,
                ConversationExporter.builder().includeSystem(true).build().export(Conversations.withTool(),
                        ExportFormat.JSON),
                "{\"conversation\":[{\"role\":\"user\",\"content\":\"a\",\"timestamp\":1e9}],\"metadata\":{\"a\":1}}",
                "{\"conversations\":[{\"from\":\"human\",\"value\":\"a\"},{\"from\":\"gpt\",\"value\":\"b\"}]}");
        Random random = new Random(7);
        int[] outcomes = new int[2];
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = mutated(seeds.get(i % seeds.size()).getBytes(UTF_8), random);
                try {
                    assertThat(IMPORTER.readAll(new ByteArrayInputStream(bytes))).isNotEmpty();
                    outcomes[0]++;
                } catch (ImportException expected) {
                    outcomes[1]++;
                }
            }
        });
        assertThat(outcomes[0]).isGreaterThan(100);
        assertThat(outcomes[1]).isGreaterThan(100);
    }

    private static byte[] mutated(byte[] source, Random random) {
        byte[] bytes = source.clone();
        String tokens = "{}[]:,\"\\0123456789-+eE.tfn \n\u0000";
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) tokens.charAt(random.nextInt(tokens.length()));
                case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                default -> System.arraycopy(source, random.nextInt(source.length - 1), bytes, at, 1);
            }
        }
        return bytes;
    }
}
