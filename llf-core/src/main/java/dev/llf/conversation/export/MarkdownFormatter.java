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
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes Markdown whose headings and rules are the exporter's own, whatever was said. */
final class MarkdownFormatter implements ConversationFormatter {

    private static final String RULE = "---\n\n";

    @Override
    public ExportFormat format() {
        return ExportFormat.MARKDOWN;
    }

    @Override
    public void write(ExportView view, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8));
        writer.write("# " + MarkdownText.inline(view.title()) + "\n\n");
        writer.write("*Exported " + view.time(view.exportedAt()) + "*\n\n");
        if (view.includesMetadata()) {
            writer.write("## Metadata\n\n");
            for (Map.Entry<String, String> entry : Captions.metadata(view).entrySet()) {
                writer.write("- **" + MarkdownText.inline(entry.getKey()) + ":** "
                        + MarkdownText.inline(entry.getValue()) + "\n");
            }
            writer.write("\n");
        }
        writer.write(RULE + "## Conversation\n\n");
        for (ExportView.Item item : view.messages()) {
            writeMessage(view, item, writer);
        }
        if (view.messageCount() == 0) {
            writer.write("*No messages.*\n");
        }
        writer.flush();
    }

    private static void writeMessage(ExportView view, ExportView.Item item, Writer writer) throws IOException {
        Message message = item.message();
        writer.write("### " + item.number() + ". " + MarkdownText.heading(message.role()) + "\n\n");
        if (item.timestamp().isPresent()) {
            writer.write("*" + view.time(item.timestamp().get()) + "*\n\n");
        }
        if (message instanceof ToolMessage tool) {
            writer.write(MarkdownText.inline(Captions.result(tool)) + "\n\n");
            writer.write(MarkdownText.fenced(tool.text(), "text", "") + "\n");
        } else if (!message.text().isEmpty()) {
            writer.write(MarkdownText.quoted(message.text()) + "\n");
        }
        if (message instanceof AssistantMessage answer && !answer.toolCalls().isEmpty()) {
            writer.write("**Tool Calls**\n\n");
            for (ToolCall call : answer.toolCalls()) {
                writer.write("- " + MarkdownText.code(call.name()) + " (" + MarkdownText.inline(call.id()) + ")\n\n"
                        + MarkdownText.fenced(call.arguments(), "json", "  ") + "\n");
            }
        }
        writer.write(RULE);
    }
}
