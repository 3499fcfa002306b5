package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.llf.chat.Transcript;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Makes a conversation of what was read. */
final class ForeignConversation {

    private static final String UNKNOWN = "unknown";
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,6})(?:\\.[0-9]{1,6}){0,2}");
    private static final int SUPPORTED = 1;
    private static final int ID_BYTES = 8;

    private final ImportReader.Parsed parsed;
    private final JsonLocation place;
    private final ImportOptions options;
    private final ImportWarnings warnings;
    private final ImportFormat format;
    private final String version;

    ForeignConversation(ImportReader.Parsed parsed, JsonLocation place, ImportOptions options) {
        this.parsed = parsed;
        this.place = place;
        this.options = options;
        this.warnings = parsed.warnings;
        ImportFormat list = parsed.format;
        if (list == null) {
            throw ForeignMessage.fault(place,
                    "expected an object with messages, conversation or conversations as an array");
        }
        boolean own = list == ImportFormat.OPENAI && parsed.fields.containsKey("version");
        this.format = own ? ImportFormat.LLF : list;
        this.version = switch (format) {
            case LLF -> version(field("version"));
            case CONVERSATION -> version(field("metadata").path(Captions.FORMAT_VERSION));
            case OPENAI, SHAREGPT -> UNKNOWN;
        };
    }

    private String version(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return UNKNOWN;
        }
        String text = node.isValueNode() ? node.asText() : "";
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            throw ForeignMessage.fault(place, "expected a version like 1.0, found " + ForeignMessage.kind(node));
        }
        if (Integer.parseInt(matcher.group(1)) > SUPPORTED) {
            throw ForeignMessage.fault(place, "the conversation has version %s, this LLF reads %d.x; use a newer LLF"
                    .formatted(text, SUPPORTED));
        }
        return text;
    }

    private JsonNode field(String name) {
        return parsed.fields.getOrDefault(name, MissingNode.getInstance());
    }

    ImportedConversation imported() {
        String hash = hash();
        TurnAssembler assembler = new TurnAssembler(hash, format == ImportFormat.LLF, options.clock().instant(),
                warnings);
        parsed.messages.forEach(assembler::add);
        String id = text("id").filter(text -> !text.isBlank()).orElse("imported-" + hash);
        Transcript transcript = new Transcript(id, Optional.empty(), metadata(), assembler.turns());
        return new ImportedConversation(withSystem(transcript, assembler.system()), format, version, warnings.all());
    }

    private Transcript withSystem(Transcript transcript, Optional<String> system) {
        if (system.isPresent() && !options.trustSystem()) {
            warnings.add("the system text was dropped, because the importer does not trust it");
            return transcript;
        }
        return new Transcript(transcript.id(), system, transcript.metadata(), transcript.turns());
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(field(name).textValue()).map(Plain::wellFormed);
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        JsonNode node = field("metadata");
        if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
            warnings.add("the metadata are no object and were left out");
        }
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            if (!isExporters(each.getKey())) {
                String value = each.getValue().isTextual() ? each.getValue().textValue() : each.getValue().toString();
                metadata.put(Plain.wellFormed(key(each.getKey())), Plain.wellFormed(value));
            }
        }
        if (format != ImportFormat.LLF) {
            text(Transcript.TITLE).ifPresent(title -> metadata.putIfAbsent(Transcript.TITLE, title));
        }
        return metadata;
    }

    private String key(String key) {
        return format == ImportFormat.LLF ? Captions.unguarded(key) : key;
    }

    /** Whether an entry speaks about the file and not about the conversation. */
    private boolean isExporters(String key) {
        boolean counted = key.equals(Captions.MESSAGE_COUNT) || key.equals(Captions.FORMAT_VERSION);
        return switch (format) {
            case LLF -> counted;
            case CONVERSATION -> counted || key.equals("exported_at");
            case OPENAI, SHAREGPT -> false;
        };
    }

    /** The same messages have the same hash. */
    private String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ForeignMessage message : parsed.messages) {
                byte[] text = message.text().getBytes(UTF_8);
                digest.update((message.role() + " " + text.length + "\n").getBytes(UTF_8));
                digest.update(text);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
