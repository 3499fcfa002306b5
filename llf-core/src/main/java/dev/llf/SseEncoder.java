package dev.llf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.chat.ChatEvent;
import java.nio.charset.StandardCharsets;

/** The form in which one turn goes over the wire. For one thread. */
sealed interface SseEncoder permits NamedEvents, CompletionChunks {

    /** Returns what comes first. */
    byte[] begin();

    /** Returns an event; of no length if it is not told. */
    byte[] event(ChatEvent event);

    /** Returns the end. */
    byte[] done(Reply reply);

    /** Returns the end of a turn that failed. */
    byte[] failed(Throwable failure);

    /**
     * Writes data in one line. JSON has LF and CR only as escapes; other line ends, which are none for the protocol but for
     * many a program that splits text, become escapes here. They occur in strings only.
     */
    static String data(JsonNode json) {
        return "data: " + json.toString().replace("\u0085", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029",
                "\\u2029") + "\n\n";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
