package dev.llf.conversation.export;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Reads conversations from JSON: LLF's own, the older form with {@code conversation} and {@code metadata}, arrays of
 * messages in OpenAI's form, and ShareGPT's. {@link ImportFormat} tells how they are known apart.
 *
 * <p>Files are foreign until checked. Messages become whole turns: an answer that is missing becomes an empty one, a tool
 * call without a result gets an error as its result, a result without a call is dropped, and a warning says so. System
 * texts are dropped unless {@link Builder#trustSystem trusted}, for they would instruct the model in the host's name.
 * Nothing is executed. A role, type or version that is not known, and a key that an object has twice, are refused.
 *
 * <p>What a foreign file does not say is made up in the same way each time: ids from a hash of the messages, times from the
 * message before, else the clock, the model {@code imported}, no tokens used. Safe for use by many threads.
 */
public final class ConversationImporter {

    private final ImportOptions options;

    private ConversationImporter(ImportOptions options) {
        this.options = options;
    }

    /**
     * Begins an importer.
     *
     * @return a builder with the defaults that its methods name
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads the conversation of a file.
     *
     * @param file the file
     * @return its first conversation; a warning says if there are others
     * @throws ImportException if it cannot be read or holds none
     */
    public ImportedConversation read(Path file) {
        return first(readAll(file, true));
    }

    /**
     * Reads the conversation of a stream.
     *
     * @param in the stream; not closed; may be read beyond the end of the conversation
     * @return its first conversation; a warning says if there are others
     * @throws ImportException if it cannot be read or holds none
     */
    public ImportedConversation read(InputStream in) {
        return first(readAll(in, true));
    }

    /**
     * Reads the conversation of a text.
     *
     * @param json the text
     * @return its first conversation; a warning says if there are others
     * @throws ImportException if it holds none
     */
    public ImportedConversation read(String json) {
        return first(readAll(new ByteArrayInputStream(json.getBytes(UTF_8)), true));
    }

    /**
     * Reads all conversations of a file.
     *
     * @param file the file
     * @return one or more in the file's order; unmodifiable
     * @throws ImportException if it cannot be read, or one of them is none
     */
    public List<ImportedConversation> readAll(Path file) {
        return readAll(file, false);
    }

    /**
     * Reads all conversations of a stream.
     *
     * @param in the stream; not closed
     * @return one or more in the stream's order; unmodifiable
     * @throws ImportException if it cannot be read, or one of them is none
     */
    public List<ImportedConversation> readAll(InputStream in) {
        return readAll(in, false);
    }

    private List<ImportedConversation> readAll(Path file, boolean onlyFirst) {
        try (InputStream in = Files.newInputStream(file)) {
            return readAll(in, onlyFirst);
        } catch (IOException e) {
            throw new ImportException("cannot read %s (%s)".formatted(file, e.getClass().getSimpleName()), e);
        }
    }

    private List<ImportedConversation> readAll(InputStream in, boolean onlyFirst) {
        return new ImportReader(options, onlyFirst).read(in);
    }

    private static ImportedConversation first(List<ImportedConversation> all) {
        return all.getFirst();
    }

    /** Gathers the limits. Not safe for use by many threads. */
    public static final class Builder {

        private long maxBytes = 64L << 20;
        private int maxMessages = 100_000;
        private int maxNesting = 64;
        private boolean trustSystem;
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /**
         * Sets how large a file may be.
         *
         * @param bytes at least 1; 64 MiB by default; in memory a conversation takes a few times as much
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxBytes(long bytes) {
            this.maxBytes = positive(bytes, "maxBytes");
            return this;
        }

        /**
         * Sets how many messages the conversations that are read may have together, where a conversation counts as a
         * message more.
         *
         * @param messages at least 1; 100,000 by default
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxMessages(int messages) {
            this.maxMessages = (int) positive(messages, "maxMessages");
            return this;
        }

        /**
         * Sets how deep arrays and objects may lie in each other.
         *
         * @param levels 1 to 1000; 64 by default
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder maxNesting(int levels) {
            if (levels > 1000) {
                throw new IllegalArgumentException("maxNesting must be 1 to 1000, was " + levels);
            }
            this.maxNesting = (int) positive(levels, "maxNesting");
            return this;
        }

        /**
         * Sets whether system texts of the file are kept.
         *
         * @param trust false by default: they are dropped with a warning
         * @return this
         */
        public Builder trustSystem(boolean trust) {
            this.trustSystem = trust;
            return this;
        }

        /**
         * Sets the clock that gives turns a time if the file has none.
         *
         * @param clock the system's by default
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        private static long positive(long value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException("%s must be at least 1, was %d".formatted(name, value));
            }
            return value;
        }

        /**
         * Makes the importer.
         *
         * @return the importer
         */
        public ConversationImporter build() {
            return new ConversationImporter(new ImportOptions(maxBytes, maxMessages, maxNesting, trustSystem, clock));
        }
    }
}
