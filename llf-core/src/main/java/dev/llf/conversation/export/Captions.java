package dev.llf.conversation.export;

import dev.llf.chat.Role;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Transcript;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the formats for people call things. */
final class Captions {

    /** The version of the JSON format. */
    static final String VERSION = "1.0";
    /** The key of the number of messages among the metadata. */
    static final String MESSAGE_COUNT = "message_count";
    /** The key of {@link #VERSION} among the metadata. */
    static final String FORMAT_VERSION = "format_version";

    private Captions() {}

    static String role(Role role) {
        return switch (role) {
            case USER -> "User";
            case ASSISTANT -> "Assistant";
            case SYSTEM -> "System";
            case TOOL -> "Tool";
        };
    }

    static String result(ToolMessage tool) {
        return "%s of %s (%s)".formatted(tool.error() ? "Error" : "Result", tool.name(), tool.callId());
    }

    /** Returns the conversation's entries and the exporter's; the title stands above already. */
    static Map<String, String> metadata(ExportView view) {
        Map<String, String> metadata = new LinkedHashMap<>(view.metadata());
        metadata.remove(Transcript.TITLE, view.title());
        metadata.putIfAbsent(MESSAGE_COUNT, Integer.toString(view.messageCount()));
        metadata.putIfAbsent(FORMAT_VERSION, VERSION);
        return metadata;
    }

    /** Returns the key under which JSON has an entry of the host's that is called like one of the exporter's. */
    static String guarded(String key) {
        return isOwn(key) ? "_" + key : key;
    }

    /** Undoes {@link #guarded}. */
    static String unguarded(String key) {
        return key.startsWith("_") && isOwn(key) ? key.substring(1) : key;
    }

    private static boolean isOwn(String key) {
        String bare = key.replaceFirst("^_++", "");
        return bare.equals(MESSAGE_COUNT) || bare.equals(FORMAT_VERSION);
    }
}
