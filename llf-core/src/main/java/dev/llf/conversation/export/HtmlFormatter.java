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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes one page that loads and runs nothing: all that was said is text, and the page forbids the rest. */
final class HtmlFormatter implements ConversationFormatter {

    private static final String STYLE = """

            body { max-width: 800px; margin: 0 auto; padding: 20px; line-height: 1.6; color: #1a1a1a;
              font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
            .message { margin: 16px 0; padding: 12px 16px; border-radius: 8px; border-left: 4px solid #757575;
              background: #f5f5f5; }
            .user { border-left-color: #1976d2; background: #e3f2fd; }
            .assistant { border-left-color: #388e3c; background: #f5f5f5; }
            .tool { border-left-color: #f57c00; background: #fff3e0; font-size: 0.9em; }
            .system { border-left-color: #757575; background: #eeeeee; }
            .role { font-weight: bold; }
            .time { margin-left: 8px; font-size: 0.8em; color: #616161; }
            .text { white-space: pre-wrap; overflow-wrap: anywhere; }
            .metadata { padding: 12px 16px; border-radius: 8px; background: #fafafa; border: 1px solid #e0e0e0; }
            .metadata dt { font-weight: bold; }
            .metadata dd { margin: 0 0 4px 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
            .calls { margin: 8px 0 0 0; }
            pre { overflow-x: auto; padding: 8px; border-radius: 4px; background: #eceff1; }
            """;

    @Override
    public ExportFormat format() {
        return ExportFormat.HTML;
    }

    @Override
    public void write(ExportView view, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, UTF_8));
        String title = escaped(view.title());
        writer.write(head(title, view.time(view.exportedAt())));
        writeMetadata(view, writer);
        for (ExportView.Item item : view.messages()) {
            writeMessage(view, item, writer);
        }
        if (view.messageCount() == 0) {
            writer.write("<p>No messages.</p>\n");
        }
        writer.write("</body>\n</html>\n");
        writer.flush();
    }

    private static String head(String title, String time) {
        return """
                <!DOCTYPE html>
                <html>
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; base-uri 'none'; \
                form-action 'none'">
                <meta name="referrer" content="no-referrer">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>%s</style>
                </head>
                <body>
                <h1 dir="auto">%s</h1>
                <p class="time">Exported %s</p>
                """.formatted(hash(STYLE), title, STYLE, title, time);
    }

    private static void writeMetadata(ExportView view, Writer writer) throws IOException {
        if (!view.includesMetadata()) {
            return;
        }
        writer.write("<dl class=\"metadata\">\n");
        for (Map.Entry<String, String> entry : Captions.metadata(view).entrySet()) {
            writer.write("<dt>" + escaped(entry.getKey()) + "</dt><dd dir=\"auto\">" + escaped(entry.getValue())
                    + "</dd>\n");
        }
        writer.write("</dl>\n");
    }

    private static void writeMessage(ExportView view, ExportView.Item item, Writer writer) throws IOException {
        Message message = item.message();
        writer.write("<article class=\"message " + styleClass(message) + "\">\n<div><span class=\"role\">"
                + item.number() + ". " + Captions.role(message.role()) + "</span>");
        if (item.timestamp().isPresent()) {
            writer.write("<span class=\"time\">" + view.time(item.timestamp().get()) + "</span>");
        }
        writer.write("</div>\n");
        if (message instanceof ToolMessage tool) {
            writer.write("<p>" + escaped(Captions.result(tool)) + "</p>\n");
        }
        writer.write("<div class=\"text\" dir=\"auto\">" + escaped(message.text()) + "</div>\n");
        if (message instanceof AssistantMessage answer && !answer.toolCalls().isEmpty()) {
            writer.write("<p class=\"calls\">Tool calls</p>\n<ul>\n");
            for (ToolCall call : answer.toolCalls()) {
                writer.write("<li><code>" + escaped(call.name()) + "</code> (" + escaped(call.id()) + ")\n<pre>\n"
                        + escaped(call.arguments()) + "</pre></li>\n");
            }
            writer.write("</ul>\n");
        }
        writer.write("</article>\n");
    }

    /** One of four, so that no text of a conversation becomes part of a tag. */
    private static String styleClass(Message message) {
        return switch (message.role()) {
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case TOOL -> "tool";
            case SYSTEM -> "system";
        };
    }

    private static String escaped(String text) {
        return Plain.text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String hash(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
