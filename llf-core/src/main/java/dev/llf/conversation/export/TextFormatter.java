package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes plain text. What was said is indented, so that it cannot pass for a separator or a heading. */
final class TextFormatter implements ConversationFormatter {

    private static final String RULE = "=".repeat(80) + "\n";
    private static final String INDENT = "  ";

    @Override
    public ExportFormat format() {
        return ExportFormat.TEXT;
    }

    @Override
    public void write(ExportView view, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8));
        writer.write(RULE + view.title().toUpperCase(Locale.ROOT) + "\n" + RULE);
        writer.write("Exported: " + view.time(view.exportedAt()) + "\n");
        writeMetadata(view, writer);
        writer.write(RULE);
        for (ExportView.Item item : view.messages()) {
            writeMessage(view, item, writer);
        }
        if (view.messageCount() == 0) {
            writer.write("(no messages)\n");
        }
        writer.flush();
    }

    private static void writeMetadata(ExportView view, Writer writer) throws IOException {
        if (!view.includesMetadata()) {
            return;
        }
        writer.write("\nMetadata:\n");
        for (Map.Entry<String, String> entry : Captions.metadata(view).entrySet()) {
            writer.write(INDENT + Plain.line(entry.getKey()) + ": " + Plain.line(entry.getValue()) + "\n");
        }
        writer.write("\n");
    }

    private static void writeMessage(ExportView view, ExportView.Item item, Writer writer) throws IOException {
        Message message = item.message();
        writer.write("[" + item.number() + "] " + Captions.role(message.role()).toUpperCase(Locale.ROOT) + ":");
        if (item.timestamp().isPresent()) {
            writer.write(" (" + view.time(item.timestamp().get()) + ")");
        }
        writer.write("\n");
        if (message instanceof ToolMessage tool) {
            writer.write(INDENT + Plain.line(Captions.result(tool)) + "\n");
        }
        writeText(message.text(), INDENT, writer);
        if (message instanceof AssistantMessage answer && !answer.toolCalls().isEmpty()) {
            writer.write("\n" + INDENT + "Tool calls:\n");
            for (ToolCall call : answer.toolCalls()) {
                writer.write(INDENT + "- " + Plain.line(call.name()) + " (" + Plain.line(call.id()) + ")\n");
                writeText(call.arguments(), INDENT.repeat(3), writer);
            }
        }
        writer.write("\n" + RULE);
    }

    private static void writeText(String text, String indent, Writer writer) throws IOException {
        if (text.isEmpty()) {
            return;
        }
        for (String line : Plain.lines(text)) {
            writer.write(line.isEmpty() ? "\n" : indent + line + "\n");
        }
    }
}
