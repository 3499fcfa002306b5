package dev.llf.testing;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolSpec;
import java.util.ArrayList;
import java.util.List;

/** The vocabulary of a scripted model: a token is a word with the white space in front of it. */
final class Words {

    /** What each message and each tool takes besides its words, as the control tokens of a template would. */
    static final int OVERHEAD = 4;

    private Words() {}

    static List<String> split(String text) {
        List<String> tokens = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = end(text, start);
            tokens.add(text.substring(start, end));
            start = end;
        }
        return tokens;
    }

    static int count(String text) {
        int tokens = 0;
        boolean blank = true;
        for (int i = 0; i < text.length(); i++) {
            boolean before = blank;
            blank = isBlank(text.charAt(i));
            tokens += before && !blank ? 1 : 0;
        }
        return blank && !text.isEmpty() ? tokens + 1 : tokens;
    }

    /** {@link Character#isWhitespace(char)}, with the common answer first: prompts are counted at each request. */
    private static boolean isBlank(char character) {
        return (character <= ' ' || character >= 0x80) && Character.isWhitespace(character);
    }

    /** The end of the token that starts here: white space, then what is none. */
    private static int end(String text, int start) {
        int end = start;
        while (end < text.length() && isBlank(text.charAt(end))) {
            end++;
        }
        while (end < text.length() && !isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static int count(ToolCall call) {
        return count(call.name()) + count(call.arguments());
    }

    static int count(ChatRequest request) {
        int tokens = 0;
        for (Message message : request.messages()) {
            tokens += OVERHEAD + count(message.text());
            if (message instanceof AssistantMessage assistant) {
                for (ToolCall call : assistant.toolCalls()) {
                    tokens += count(call);
                }
            }
        }
        for (ToolSpec tool : request.tools()) {
            tokens += OVERHEAD + count(tool.name()) + count(tool.description()) + count(tool.parameters().toString());
        }
        return tokens;
    }
}
