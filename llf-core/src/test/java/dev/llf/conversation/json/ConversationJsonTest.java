package dev.llf.conversation.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.spi.ConversationEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ConversationJsonTest {

    private static final String TURN = """
            {"id":"t1","parent":null,"startedAt":"2026-01-02T03:04:05.000000006Z","messages":[\
            {"role":"user","content":"Hi"},\
            {"role":"assistant","content":"","tool_calls":[{"id":"c1","name":"clock","arguments":"{}"}]},\
            {"role":"tool","content":"noon","tool_call_id":"c1","name":"clock","error":false},\
            {"role":"assistant","content":"Noon 😀"}],\
            "finishReason":"tool_calls","usage":{"promptTokens":9,"cachedTokens":4,"completionTokens":3},\
            "model":"tiny","metadata":{"b":"1","a":"2"}}""";

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    private static byte[] bytes(Writing writing) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = ConversationJson.factory().createGenerator(out)) {
            writing.to(json);
        }
        return out.toByteArray();
    }

    private static Turn turn(String text) throws IOException, UnreadableJsonException {
        try (JsonParser json = ConversationJson.factory().createParser(text)) {
            return ConversationJson.readTurn(json);
        }
    }

    private static ConversationEntry entry(byte[] text) throws IOException, UnreadableJsonException {
        try (JsonParser json = ConversationJson.factory().createParser(text)) {
            return ConversationJson.readEntry(json);
        }
    }

    private static UnreadableJsonException refusal(String turn) {
        return catchThrowableOfType(UnreadableJsonException.class, () -> turn(turn));
    }

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsTheEntriesItWrote(long seed) throws Exception {
        ConversationEntry entry = new RandomEntries(seed).entry();

        byte[] written = bytes(json -> ConversationJson.write(json, entry));

        assertThat(entry(written)).isEqualTo(entry);
        assertThat(new String(written, StandardCharsets.UTF_8)).doesNotContain("\n", "\r");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsTheTurnsItWroteWithTheirMetadataInOrder(long seed) throws Exception {
        Turn turn = new RandomEntries(seed).turn();
        StringWriter out = new StringWriter();
        try (JsonGenerator json = ConversationJson.factory().createGenerator(out)) {
            ConversationJson.write(json, turn);
        }

        Turn read = turn(out.toString());

        assertThat(read).isEqualTo(turn);
        assertThat(List.copyOf(read.metadata().entrySet())).isEqualTo(List.copyOf(turn.metadata().entrySet()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsTheMessagesItWrote(long seed) throws Exception {
        Message message = new RandomEntries(seed).message();
        byte[] written = bytes(json -> ConversationJson.write(json, message));

        try (JsonParser json = ConversationJson.factory().createParser(written)) {
            assertThat(ConversationJson.readMessage(json)).isEqualTo(message);
        }
    }

    @Test
    void writesTheFieldsThatOthersRelyOn() throws Exception {
        assertThat(new String(bytes(json -> ConversationJson.write(json, turn0())), StandardCharsets.UTF_8))
                .isEqualTo(TURN);
    }

    private static Turn turn0() {
        try {
            return turn(TURN);
        } catch (IOException | UnreadableJsonException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void readsTurnsOneByOneFromAnArrayAndNamesTheOneThatIsWrong() throws Exception {
        String array = "{\"turns\":[" + TURN + "," + TURN + "," + TURN.replace("\"user\"", "\"usr\"") + "]}";
        List<Turn> turns = new ArrayList<>();
        try (JsonParser json = ConversationJson.factory().createParser(array)) {
            while (json.nextToken() != JsonToken.START_ARRAY) {
                assertThat(json.currentToken()).isNotNull();
            }
            while (turns.size() < 2) {
                assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
                turns.add(ConversationJson.readTurn(json));
            }
            json.nextToken();
            assertThatThrownBy(() -> ConversationJson.readTurn(json)).isInstanceOf(UnreadableJsonException.class)
                    .hasMessage("at /turns/2/messages/0/role: expected one of system, user, assistant, tool, "
                            + "found 'usr'");
        }
        assertThat(turns).containsExactly(turn(TURN), turn(TURN));
    }

    @Test
    void passesOverFieldsOfLaterVersions() throws Exception {
        String later = TURN.replace("\"id\":\"t1\"", "\"mood\":{\"a\":[1,2]},\"id\":\"t1\"")
                .replace("\"role\":\"user\"", "\"role\":\"user\",\"images\":[]")
                .replace("\"promptTokens\"", "\"seconds\":1.5,\"promptTokens\"");

        assertThat(turn(later)).isEqualTo(turn(TURN));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "id":"t1"                  | "id":"../x"           |                           | turn id must be
            "id":"t1",                 |                       | /id                       | expected text, found nothing
            "id":"t1"                  | "id":1                | /id                       | expected text, found a number
            "parent":null,             |                       | /parent                   | expected text or null, found nothing
            "parent":null              | "parent":false        | /parent                   | expected text or null, found false
            2026-01-02T                | 2026-13-02T           | /startedAt                | expected a time like
            "startedAt":"2026          | "at":"2026            | /startedAt                | found nothing
            "tool_calls":[             | "tool_calls":[7,      | /messages/1/tool_calls/0  | expected an object, found a number
            "arguments":"{}"           | "arguments":{}        | /messages/1/tool_calls/0/arguments | expected text, found an object
            "name":"clock","arguments" | "name":" ","arguments" | /messages/1/tool_calls/0 | tool name must not be blank
            "error":false              | "error":"false"       | /messages/2/error         | expected true or false, found text
            "tool_call_id":"c1"        | "tool_call_id":"c2"   |                           | must answer an open call
            "content":"Hi"             | "content":null        | /messages/0/content       | expected text, found null
            "content":"Hi"             | "content":"\\ud800"   | /messages/0/content       | unpaired surrogate
            "role":"user"              | "role":"User"         | /messages/0/role          | found 'User'
            "role":"user"              | "role":"a b"          | /messages/0/role          | found text of 3 characters
            "tool_calls","usage"       | "bored","usage"       | /finishReason             | found 'bored'
            "promptTokens":9           | "promptTokens":3      | /usage                    | cached <= prompt
            "promptTokens":9           | "promptTokens":9.0    | /usage/promptTokens       | a whole number of 32 bits
            "promptTokens":9           | "promptTokens":3000000000 | /usage/promptTokens   | found a larger number
            "promptTokens":9           | "promptTokens":1e999999999 | /usage/promptTokens  | a whole number
            "usage":{                  | "usage":[],"x":{      | /usage                    | expected an object, found an array
            "a":"2"                    | "a":null              | /metadata/*               | expected text, found null
            "a":"2"                    | "a":"2","a":"3"       |                           | has a field twice
            "a":"2"                    | "a":"2               |                           | is not well-formed
            "a":"2"                    | " ":"2"               |                           | metadata key must not be blank
            """)
    void saysWhereAndWhatIsWrong(String good, String bad, String path, String fault) {
        assertThat(TURN).contains(good);

        UnreadableJsonException refusal = refusal(TURN.replace(good, bad == null ? "" : bad));

        assertThat(refusal.path()).isEqualTo(path == null ? "" : path);
        assertThat(refusal.fault()).contains(fault);
    }

    @Test
    void refusesATurnThatIsCutAnywhere() {
        for (int length = 0; length < TURN.length(); length++) {
            assertThat(refusal(TURN.substring(0, length))).as("cut to %d", length).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "7", "null", "\"turn_added\"",
        "{\"type\":\"turn_lost\",\"at\":\"1970-01-01T00:00:00Z\"}",
        "{\"type\":\"branch_moved\",\"at\":\"1970-01-01T00:00:00Z\",\"branch\":\"main\"}",
        "{\"type\":\"turn_added\",\"at\":\"1970-01-01T00:00:00Z\",\"branch\":\"main\",\"turn\":{}}",
        "{\"type\":\"turn_pinned\",\"at\":0,\"turn\":\"t\",\"pinned\":true}"})
    void refusesWhatIsNoEntry(String text) {
        assertThatThrownBy(() -> entry(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnreadableJsonException.class);
    }

    @Test
    void neverShowsWhatWasSaid() {
        String secret = "the-secret";
        for (String text : List.of("{\"id\":" + secret + "}", "{\"id\":\"" + secret, "\"" + secret + " and more\"",
                TURN.replace("\"Hi\"", "\"" + secret + "\\x\""), TURN.replace("\"Hi\"", "\"" + secret + "\\ud800\""),
                TURN.replace("\"finishReason\":\"tool_calls\"", "\"finishReason\":\"" + secret + " it was\""))) {
            assertThat(refusal(text)).isNotNull().hasNoCause()
                    .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain(secret));
        }
    }

    @Test
    void refusesDeepNesting() {
        String deep = "[".repeat(100_000);
        assertThat(refusal(TURN.replace("\"id\":\"t1\"", "\"x\":" + deep))).isNotNull();
    }

    @Test
    void refusesEntriesThatCannotBe() {
        for (String fields : List.of("\"type\":\"branch_deleted\",\"branch\":\"../x\"",
                "\"type\":\"branch_moved\",\"branch\":\"b\",\"turn\":\"a b\"",
                "\"type\":\"turn_pinned\",\"turn\":\"\",\"pinned\":true",
                "\"type\":\"metadata_set\",\"key\":\" \",\"value\":null")) {
            byte[] bytes = "{\"at\":\"1970-01-01T00:00:00Z\",%s}".formatted(fields).getBytes(StandardCharsets.UTF_8);

            assertThatThrownBy(() -> entry(bytes)).as(fields).isInstanceOf(UnreadableJsonException.class)
                    .hasMessageContaining("must");
        }
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        byte[] bytes = "{\"type\":\"branch_deleted\",\"at\":\"1970-01-01T00:00:00Z\",\"branch\":\"\u00ff\"}"
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> entry(bytes)).isInstanceOf(UnreadableJsonException.class);
    }

    @Test
    void takesLongTextsAndManyOrCollidingNames() throws Exception {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 0; i < 1 << 10; i++) { // all of these have the same hash code
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 10; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            metadata.put(key.toString(), "");
        }
        metadata.put("k".repeat(100_000), "v");
        Turn turn = new Turn("t", Optional.empty(), Instant.EPOCH,
                List.of(Message.user("x".repeat(30 << 20)), Message.assistant("")), FinishReason.STOP, Usage.NONE, "m",
                metadata);

        byte[] written = bytes(json -> ConversationJson.write(json, turn));

        try (JsonParser json = ConversationJson.factory().createParser(written)) {
            assertThat(ConversationJson.readTurn(json).equals(turn)).isTrue();
        }
    }
}
