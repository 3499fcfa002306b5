package dev.llf.conversation.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.SystemMessage;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.chat.UserMessage;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes and reads turns, messages and entries as JSON; what is read equals what was written.
 *
 * <p>One value at a time goes through a generator or a parser of the caller's, so that a long conversation is never held as
 * text. Reading takes every type and value for wrong until it was checked. Fields of later versions are passed over; types
 * of entries, roles and reasons that are not known are refused, because nobody can tell what leaving them out would mean.
 *
 * <p>Safe for use by many threads.
 */
public final class ConversationJson {

    /** The most characters that a text or a name may have when it is read: 64 Mi. */
    public static final int MAX_TEXT = 64 << 20;

    private static final int MAX_DEPTH = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_TEXT).maxNameLength(MAX_TEXT)
                    .maxNestingDepth(MAX_DEPTH).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            // metadata keys are the host's own: they need no protection from themselves and no place among the JVM's names
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

    private static final Map<String, FinishReason> FINISH_REASONS = Arrays.stream(FinishReason.values())
            .collect(Collectors.toUnmodifiableMap(ConversationJson::word, reason -> reason));

    private static final String ROLES = "system, user, assistant, tool";
    private static final String TYPES = "turn_added, branch_moved, branch_deleted, branch_restored, turn_pinned, "
            + "summary_added, metadata_set";

    private ConversationJson() {}

    /**
     * Returns the factory whose generators and parsers fit: they take texts up to {@link #MAX_TEXT} and refuse a field that
     * is there twice.
     *
     * @return the factory, shared; not to be changed
     */
    public static JsonFactory factory() {
        return FACTORY;
    }

    /**
     * Writes a message.
     *
     * @param json    where to
     * @param message the message
     * @throws IOException if the generator cannot write
     */
    public static void write(JsonGenerator json, Message message) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role().templateName());
        json.writeStringField("content", message.text());
        switch (message) {
            case SystemMessage system -> {
            }
            case UserMessage user -> {
            }
            case AssistantMessage assistant -> writeCalls(json, assistant.toolCalls());
            case ToolMessage result -> {
                json.writeStringField("tool_call_id", result.callId());
                json.writeStringField("name", result.name());
                json.writeBooleanField("error", result.error());
            }
        }
        json.writeEndObject();
    }

    private static void writeCalls(JsonGenerator json, List<ToolCall> calls) throws IOException {
        if (calls.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            json.writeStartObject();
            json.writeStringField("id", call.id());
            json.writeStringField("name", call.name());
            json.writeStringField("arguments", call.arguments());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * Writes a turn.
     *
     * @param json where to
     * @param turn the turn
     * @throws IOException if the generator cannot write
     */
    public static void write(JsonGenerator json, Turn turn) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", turn.id());
        writeOptional(json, "parent", turn.parent());
        json.writeStringField("startedAt", turn.startedAt().toString());
        json.writeArrayFieldStart("messages");
        for (Message message : turn.messages()) {
            write(json, message);
        }
        json.writeEndArray();
        json.writeStringField("finishReason", word(turn.finishReason()));
        json.writeObjectFieldStart("usage");
        json.writeNumberField("promptTokens", turn.usage().promptTokens());
        json.writeNumberField("cachedTokens", turn.usage().cachedTokens());
        json.writeNumberField("completionTokens", turn.usage().completionTokens());
        json.writeEndObject();
        json.writeStringField("model", turn.model());
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> each : turn.metadata().entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * Writes an entry.
     *
     * @param json  where to
     * @param entry the entry
     * @throws IOException if the generator cannot write
     */
    public static void write(JsonGenerator json, ConversationEntry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type(entry));
        json.writeStringField("at", entry.at().toString());
        switch (entry) {
            case TurnAdded added -> {
                json.writeStringField("branch", added.branch());
                json.writeFieldName("turn");
                write(json, added.turn());
            }
            case BranchMoved moved -> {
                json.writeStringField("branch", moved.branch());
                writeOptional(json, "turn", moved.turn());
            }
            case BranchDeleted deleted -> json.writeStringField("branch", deleted.branch());
            case BranchRestored restored -> json.writeStringField("branch", restored.branch());
            case TurnPinned pinned -> {
                json.writeStringField("turn", pinned.turn());
                json.writeBooleanField("pinned", pinned.pinned());
            }
            case SummaryAdded summary -> {
                json.writeStringField("upTo", summary.upTo());
                json.writeStringField("text", summary.text());
            }
            case MetadataSet set -> {
                json.writeStringField("key", set.key());
                writeOptional(json, "value", set.value());
            }
        }
        json.writeEndObject();
    }

    private static String type(ConversationEntry entry) {
        return switch (entry) {
            case TurnAdded added -> "turn_added";
            case BranchMoved moved -> "branch_moved";
            case BranchDeleted deleted -> "branch_deleted";
            case BranchRestored restored -> "branch_restored";
            case TurnPinned pinned -> "turn_pinned";
            case SummaryAdded summary -> "summary_added";
            case MetadataSet set -> "metadata_set";
        };
    }

    private static void writeOptional(JsonGenerator json, String name, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeStringField(name, text.get());
        } else {
            json.writeNullField(name);
        }
    }

    private static String word(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a message.
     *
     * @param json stands at the first token of the message, or before it; at its last token afterwards
     * @return the message
     * @throws UnreadableJsonException if it is none
     * @throws IOException             if the parser's source cannot be read
     */
    public static Message readMessage(JsonParser json) throws UnreadableJsonException, IOException {
        return message(next(json));
    }

    /**
     * Reads a turn.
     *
     * @param json stands at the first token of the turn, or before it; at its last token afterwards
     * @return the turn
     * @throws UnreadableJsonException if it is none
     * @throws IOException             if the parser's source cannot be read
     */
    public static Turn readTurn(JsonParser json) throws UnreadableJsonException, IOException {
        return turn(next(json));
    }

    /**
     * Reads an entry.
     *
     * @param json stands at the first token of the entry, or before it; at its last token afterwards
     * @return the entry
     * @throws UnreadableJsonException if it is none
     * @throws IOException             if the parser's source cannot be read
     */
    public static ConversationEntry readEntry(JsonParser json) throws UnreadableJsonException, IOException {
        return entry(next(json));
    }

    private static Fields next(JsonParser json) throws UnreadableJsonException, IOException {
        try {
            if (json.currentToken() == null) {
                json.nextToken();
            }
            String path = json.getParsingContext().pathAsPointer().toString();
            JsonNode node = MAPPER.readTree(json);
            return Fields.of(node == null ? MissingNode.getInstance() : node, path);
        } catch (JsonProcessingException e) {
            throw malformed(e);
        }
    }

    /**
     * Says where JSON is not well-formed. What the parser says about it is left out, because it quotes the text.
     *
     * @param fault what the parser found
     * @return the exception to throw
     */
    public static UnreadableJsonException malformed(JsonProcessingException fault) {
        String place = fault.getLocation() == null
                ? ""
                : ", line %d, column %d".formatted(fault.getLocation().getLineNr(), fault.getLocation().getColumnNr());
        return new UnreadableJsonException("", "the JSON is not well-formed, is cut, has a field twice, or exceeds "
                + "%d characters a text or %d levels%s".formatted(MAX_TEXT, MAX_DEPTH, place));
    }

    private static Message message(Fields from) throws UnreadableJsonException {
        String role = from.text("role");
        String content = from.text("content");
        return switch (role) {
            case "system" -> new SystemMessage(content);
            case "user" -> new UserMessage(content);
            case "assistant" -> new AssistantMessage(content, calls(from));
            case "tool" -> from.make(
                    () -> new ToolMessage(from.text("tool_call_id"), from.text("name"), content, from.flag("error")));
            default -> throw from.unknown("role", role, ROLES);
        };
    }

    private static List<ToolCall> calls(Fields from) throws UnreadableJsonException {
        List<ToolCall> calls = new ArrayList<>();
        for (Fields each : from.objectsIfAny("tool_calls")) {
            calls.add(each.make(() -> new ToolCall(each.text("id"), each.text("name"), each.text("arguments"))));
        }
        return calls;
    }

    private static Turn turn(Fields from) throws UnreadableJsonException {
        String id = from.text("id");
        Optional<String> parent = from.textOrNull("parent");
        Instant startedAt = from.time("startedAt");
        List<Message> messages = new ArrayList<>();
        for (Fields each : from.objects("messages")) {
            messages.add(message(each));
        }
        String reason = from.text("finishReason");
        FinishReason finishReason = FINISH_REASONS.get(reason);
        if (finishReason == null) {
            throw from.unknown("finishReason", reason,
                    Arrays.stream(FinishReason.values()).map(ConversationJson::word).collect(Collectors.joining(", ")));
        }
        Usage usage = usage(from.object("usage"));
        String model = from.text("model");
        Map<String, String> metadata = from.texts("metadata");
        return from.make(() -> new Turn(id, parent, startedAt, messages, finishReason, usage, model, metadata));
    }

    private static Usage usage(Fields from) throws UnreadableJsonException {
        return from.make(() -> new Usage(from.count("promptTokens"), from.count("cachedTokens"),
                from.count("completionTokens")));
    }

    private static ConversationEntry entry(Fields from) throws UnreadableJsonException {
        String type = from.text("type");
        Instant at = from.time("at");
        return from.make(() -> switch (type) {
            case "turn_added" -> new TurnAdded(at, from.text("branch"), turn(from.object("turn")));
            case "branch_moved" -> new BranchMoved(at, from.text("branch"), from.textOrNull("turn"));
            case "branch_deleted" -> new BranchDeleted(at, from.text("branch"));
            case "branch_restored" -> new BranchRestored(at, from.text("branch"));
            case "turn_pinned" -> new TurnPinned(at, from.text("turn"), from.flag("pinned"));
            case "summary_added" -> new SummaryAdded(at, from.text("upTo"), from.text("text"));
            case "metadata_set" -> new MetadataSet(at, from.text("key"), from.textOrNull("value"));
            default -> throw from.unknown("type", type, TYPES);
        });
    }
}
