package dev.llf.conversation.store;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.llf.conversation.json.ConversationJson;
import dev.llf.conversation.json.UnreadableJsonException;
import dev.llf.spi.ConversationEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The lines of a file: a header, and one for the entries of each append. */
final class JsonLine {

    private static final String FORMAT = "llf-conversation";
    private static final int VERSION = 1;

    private JsonLine() {}

    /** A line that cannot be used. */
    static final class BrokenLineException extends Exception {

        private static final long serialVersionUID = 1L;

        BrokenLineException(String message) {
            super(message);
        }
    }

    /** More than a line may hold. */
    static final class TooLongException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLongException(int limit) {
            super("more than %d bytes".formatted(limit));
        }
    }

    /** Collects a line up to a limit. */
    private static final class Line extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        private final int limit;

        Line(int limit) {
            this.limit = limit;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            if (length > limit - bytes.size()) {
                throw new TooLongException(limit);
            }
            bytes.write(from, offset, length);
        }
    }

    @FunctionalInterface
    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] line(int limit, Content content) throws IOException {
        Line line = new Line(limit);
        try (JsonGenerator json = ConversationJson.factory().createGenerator(line)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        }
        line.write('\n');
        return line.bytes.toByteArray();
    }

    static byte[] header(String conversation) throws IOException {
        return line(Integer.MAX_VALUE, json -> {
            json.writeStringField("format", FORMAT);
            json.writeNumberField("version", VERSION);
            json.writeStringField("conversation", conversation);
        });
    }

    /** Returns the line with its end. */
    static byte[] of(List<ConversationEntry> entries, int limit) throws IOException {
        return line(limit, json -> {
            json.writeArrayFieldStart("entries");
            for (ConversationEntry entry : entries) {
                ConversationJson.write(json, entry);
            }
            json.writeEndArray();
        });
    }

    /** Returns the conversation that a file is of. */
    static String conversation(byte[] header) throws BrokenLineException, IOException {
        Header read = readHeader(header);
        if (!FORMAT.equals(read.format)) {
            throw new BrokenLineException(
                    "expected {\"format\":\"%s\",...}, found something else; move files that are no "
                            .formatted(FORMAT) + "conversations out of the directory");
        }
        if (read.version > VERSION) {
            throw new BrokenLineException(
                    "written by a newer LLF in version %d of the format, this one knows up to %d; "
                            .formatted(read.version, VERSION) + "update LLF");
        }
        if (read.version < 1 || read.conversation == null) {
            throw new BrokenLineException(
                    "expected a version from 1 and the conversation's id, found a header without");
        }
        return Objects.requireNonNull(read.conversation);
    }

    private record Header(@Nullable String format, int version, @Nullable String conversation) {}

    private static Header readHeader(byte[] line) throws BrokenLineException, IOException {
        @Nullable String format = null;
        int version = 0;
        @Nullable String conversation = null;
        try (JsonParser json = ConversationJson.factory().createParser(line)) {
            begin(json);
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("format") && value == JsonToken.VALUE_STRING) {
                    format = json.getText();
                } else if (name.equals("version") && value == JsonToken.VALUE_NUMBER_INT) {
                    version = json.getIntValue();
                } else if (name.equals("conversation") && value == JsonToken.VALUE_STRING) {
                    conversation = json.getText();
                } else {
                    json.skipChildren();
                }
            }
            end(json);
        } catch (JsonProcessingException e) {
            throw new BrokenLineException(ConversationJson.malformed(e).fault());
        }
        return new Header(format, version, conversation);
    }

    /** Reads the entries of a line after the header. */
    static List<ConversationEntry> entries(byte[] line) throws BrokenLineException, IOException {
        List<ConversationEntry> entries = new ArrayList<>();
        try (JsonParser json = ConversationJson.factory().createParser(line)) {
            begin(json);
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                if (name.equals("entries") && json.currentToken() == JsonToken.START_ARRAY) {
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        entries.add(ConversationJson.readEntry(json));
                    }
                } else {
                    json.skipChildren();
                }
            }
            end(json);
        } catch (JsonProcessingException e) {
            throw new BrokenLineException(ConversationJson.malformed(e).fault());
        } catch (UnreadableJsonException e) {
            throw new BrokenLineException(e.getMessage() == null ? e.fault() : e.getMessage());
        }
        if (entries.isEmpty()) {
            throw new BrokenLineException("expected {\"entries\":[...]} with at least one entry, found none");
        }
        return entries;
    }

    private static void begin(JsonParser json) throws BrokenLineException, IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BrokenLineException("expected an object, found something else");
        }
    }

    private static void end(JsonParser json) throws BrokenLineException, IOException {
        if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
            throw new BrokenLineException("expected one object, found more");
        }
    }
}
