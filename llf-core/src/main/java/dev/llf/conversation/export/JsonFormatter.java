package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.conversation.json.ConversationJson;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes JSON whose {@code messages} others read, too. What only LLF needs to make the same conversation of it again stands
 * in the field {@code turn} of each turn's first message.
 */
final class JsonFormatter implements ConversationFormatter {

    /** The messages of a turn of which only the rest matters. */
    private static final List<Message> SILENCE = List.of(Message.user(""), Message.assistant(""));

    private static final JsonMapper MAPPER = JsonMapper.builder(ConversationJson.factory()).build();

    @Override
    public ExportFormat format() {
        return ExportFormat.JSON;
    }

    @Override
    public void write(ExportView view, OutputStream out) throws IOException {
        try (JsonGenerator json = ConversationJson.factory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            if (view.pretty()) {
                json.setPrettyPrinter(printer());
            }
            json.writeStartObject();
            json.writeStringField("version", Captions.VERSION);
            json.writeStringField("exported_at", view.time(view.exportedAt()));
            json.writeStringField("id", view.id());
            json.writeStringField("title", view.title());
            writeMetadata(view, json);
            json.writeArrayFieldStart("messages");
            writeMessages(view, json);
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER).withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return printer;
    }

    private static void writeMetadata(ExportView view, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("metadata");
        if (view.includesMetadata()) {
            json.writeNumberField(Captions.MESSAGE_COUNT, view.messageCount());
            json.writeStringField(Captions.FORMAT_VERSION, Captions.VERSION);
        }
        for (Map.Entry<String, String> entry : view.metadata().entrySet()) {
            json.writeStringField(Captions.guarded(entry.getKey()), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void writeMessages(ExportView view, JsonGenerator json) throws IOException {
        Optional<String> system = view.system();
        if (system.isPresent()) {
            write(view, Message.system(system.get()), Optional.empty(), json);
        }
        for (Iterator<Turn> turns = view.turns().iterator(); turns.hasNext();) {
            Turn turn = turns.next();
            write(view, turn.question(), Optional.of(turn), json);
            for (Message message : turn.messages().subList(1, turn.messages().size())) {
                write(view, message, Optional.empty(), json);
            }
        }
    }

    private static void write(ExportView view, Message message, Optional<Turn> turn, JsonGenerator json)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role().templateName());
        json.writeStringField("content", message.text());
        if (turn.isPresent() && view.timestamps()) {
            json.writeStringField("timestamp", view.time(turn.get().startedAt()));
        }
        if (message instanceof AssistantMessage answer && !answer.toolCalls().isEmpty()) {
            writeCalls(answer.toolCalls(), json);
        }
        if (message instanceof ToolMessage tool) {
            json.writeStringField("tool_call_id", tool.callId());
            json.writeStringField("name", tool.name());
            json.writeBooleanField("error", tool.error());
        }
        if (turn.isPresent()) {
            json.writeFieldName("turn");
            MAPPER.writeTree(json, shell(turn.get(), view.timestamps()));
        }
        json.writeEndObject();
    }

    private static void writeCalls(List<ToolCall> calls, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (ToolCall call : calls) {
            json.writeStartObject();
            json.writeStringField("id", call.id());
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", call.name());
            json.writeStringField("arguments", call.arguments());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Returns the turn without what the messages and their order say already. */
    private static ObjectNode shell(Turn turn, boolean time) throws IOException {
        Turn silent = new Turn(turn.id(), Optional.empty(), turn.startedAt(), SILENCE, turn.finishReason(),
                turn.usage(),
                turn.model(), turn.metadata());
        try (TokenBuffer buffer = new TokenBuffer(MAPPER, false)) {
            ConversationJson.write(buffer, silent);
            ObjectNode node = MAPPER.readTree(buffer.asParser());
            node.remove(List.of("messages", "parent"));
            if (!time) {
                node.remove("startedAt");
            }
            return node;
        }
    }
}
