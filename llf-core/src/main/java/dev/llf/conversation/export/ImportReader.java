package dev.llf.conversation.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one file message by message, whatever its form, and never holds more of it than the messages. */
final class ImportReader {

    /** What a conversation or a message may have besides texts and numbers; all else is passed over unread. */
    private static final Set<String> STRUCTURES = Set.of("version", "metadata", "content", "tool_calls",
            "function_call", "turn");
    private static final Map<String, ImportFormat> LISTS = Map.of("messages", ImportFormat.OPENAI, "conversation",
            ImportFormat.CONVERSATION, "conversations", ImportFormat.SHAREGPT);
    private static final String EXPECTED = "expected an array of messages or an object with messages, conversation or "
            + "conversations";

    private final ImportOptions options;
    private final boolean onlyFirst;
    private final List<ImportedConversation> found = new ArrayList<>();
    private int messages;

    ImportReader(ImportOptions options, boolean onlyFirst) {
        this.options = options;
        this.onlyFirst = onlyFirst;
    }

    List<ImportedConversation> read(InputStream in) {
        try (JsonParser json = factory().createParser(new Limited(new BufferedInputStream(in), options.maxBytes()))) {
            json.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
            readAll(json);
            return List.copyOf(found);
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            throw new ImportException("cannot read the conversation: " + (e instanceof TooLarge
                    ? e.getMessage()
                    : "the stream failed or is not UTF-8 (" + e.getClass().getSimpleName() + ")"), e);
        }
    }

    private JsonFactory factory() {
        int longest = (int) Math.min(options.maxBytes(), Integer.MAX_VALUE - 8);
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(options.maxNesting())
                        .maxStringLength(longest).maxNameLength(longest).build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .build();
    }

    /** The parser's own words quote the text, so they are left out. */
    private static ImportException malformed(JsonProcessingException e) {
        String fault = switch (e) {
            case StreamConstraintsException limit ->
                "arrays and objects lie too deep in each other, or a number or text "
                        + "is too long; raise the importer's limits if the file is to be trusted";
            case JsonEOFException end -> "the file ends in the middle of a value; get the whole file";
            case JsonProcessingException other when String.valueOf(other.getOriginalMessage())
                    .startsWith("Duplicate") ->
                "an object has a key twice; leave one of them";
            case JsonProcessingException other -> "malformed JSON";
        };
        JsonLocation place = e.getLocation();
        return place == null ? new ImportException(fault, null) : ForeignMessage.fault(place, fault);
    }

    private void readAll(JsonParser json) throws IOException {
        if (json.nextToken() == null) {
            throw ForeignMessage.fault(json.currentLocation(), EXPECTED + ", found nothing");
        }
        if (json.currentToken() == JsonToken.START_ARRAY) {
            readArray(json);
        } else {
            readLines(json);
        }
    }

    /** Objects one after the other: one in most files. */
    private void readLines(JsonParser json) throws IOException {
        do {
            if (onlyFirst && !found.isEmpty()) {
                noteOthers();
                return;
            }
            JsonLocation place = json.currentTokenLocation();
            finish(readObject(json), place);
        } while (json.nextToken() != null);
    }

    /** An array of messages, or of conversations. */
    private void readArray(JsonParser json) throws IOException {
        JsonLocation start = json.currentTokenLocation();
        Parsed bare = new Parsed(new ImportWarnings());
        while (json.nextToken() != JsonToken.END_ARRAY) {
            JsonLocation place = json.currentTokenLocation();
            if (onlyFirst && !found.isEmpty()) {
                noteOthers();
                return;
            }
            Parsed parsed = readObject(json);
            boolean message = parsed.format == null;
            if (message ? !found.isEmpty() : !bare.messages.isEmpty()) {
                throw ForeignMessage.fault(place,
                        "expected messages only or conversations only in the array, found both");
            }
            if (message) {
                count(place);
                bare.messages.add(new ForeignMessages(bare.warnings).read(parsed.node(), place));
                boolean shareGpt = bare.messages.size() == 1 && parsed.fields.containsKey("from");
                bare.format = bare.format == null ? shareGpt ? ImportFormat.SHAREGPT : ImportFormat.OPENAI
                        : bare.format;
            } else {
                finish(parsed, place);
            }
        }
        if (found.isEmpty()) {
            bare.format = bare.format == null ? ImportFormat.OPENAI : bare.format;
            finish(bare, start);
        }
        if (json.nextToken() != null) {
            throw ForeignMessage.fault(json.currentTokenLocation(), "expected nothing after the array");
        }
    }

    private void noteOthers() {
        ImportedConversation first = found.getFirst();
        List<String> warnings = new ArrayList<>(first.warnings());
        warnings.add("the file has further conversations, which were not read");
        found.set(0, new ImportedConversation(first.transcript(), first.format(), first.version(), warnings));
    }

    private void finish(Parsed parsed, JsonLocation place) {
        count(place);
        found.add(new ForeignConversation(parsed, place, options).imported());
    }

    private void count(JsonLocation place) {
        if (++messages > options.maxMessages()) {
            throw ForeignMessage.fault(place,
                    "more than %d messages; raise the importer's limit if the file is to be trusted"
                            .formatted(options.maxMessages()));
        }
    }

    /** Reads an object that is a conversation or a message; the parser stands at its beginning, then at its end. */
    private Parsed readObject(JsonParser json) throws IOException {
        JsonLocation place = json.currentTokenLocation();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw ForeignMessage.fault(place, EXPECTED + ", found something else");
        }
        Parsed parsed = new Parsed(new ImportWarnings());
        JsonTree tree = new JsonTree(place);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (LISTS.containsKey(name) && value == JsonToken.START_ARRAY) {
                parsed.begin(LISTS.get(name), json.currentTokenLocation());
                readMessages(json, parsed);
            } else if (value.isScalarValue() || STRUCTURES.contains(name)) {
                parsed.fields.put(name, tree.read(json));
            } else {
                json.skipChildren();
            }
        }
        return parsed;
    }

    private void readMessages(JsonParser json, Parsed parsed) throws IOException {
        ForeignMessages reader = new ForeignMessages(parsed.warnings);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            JsonLocation place = json.currentTokenLocation();
            count(place);
            parsed.messages.add(reader.read(new JsonTree(place).read(json), place));
        }
    }

    /** An object of the file, as far as it was looked at. */
    static final class Parsed {

        final ImportWarnings warnings;
        final Map<String, JsonNode> fields = new LinkedHashMap<>();
        final List<ForeignMessage> messages = new ArrayList<>();
        /** By the name of its list; null for a message. */
        @Nullable ImportFormat format;

        Parsed(ImportWarnings warnings) {
            this.warnings = warnings;
        }

        private void begin(@Nullable ImportFormat list, JsonLocation place) {
            if (format != null) {
                throw ForeignMessage.fault(place,
                        "expected one of messages, conversation and conversations, found two");
            }
            format = list;
        }

        private JsonNode node() {
            return JsonTree.object(fields);
        }
    }

    /** A file that is larger than allowed. */
    private static final class TooLarge extends IOException {

        private static final long serialVersionUID = 1L;

        TooLarge(long bytes) {
            super("more than %d bytes; raise the importer's limit if the file is to be trusted".formatted(bytes));
        }
    }

    /** Stops a stream that goes on and on. */
    private static final class Limited extends FilterInputStream {

        private final long limit;
        private long left;

        Limited(InputStream in, long limit) {
            super(in);
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            take(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            take(Math.max(0, read));
            return read;
        }

        private void take(int bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new TooLarge(limit);
            }
        }
    }
}
