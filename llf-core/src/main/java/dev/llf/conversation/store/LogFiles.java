package dev.llf.conversation.store;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.conversation.store.JsonLine.BrokenLineException;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of a directory. The caller sees to it that one thread at a time works on a conversation. */
final class LogFiles {

    static final String SUFFIX = ".jsonl";
    static final String UNFINISHED = ".part";

    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-]{1,64})" + Pattern.quote(SUFFIX));

    private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

    private final Path directory;
    private final boolean sync;
    private final Disk disk;
    private final Torn torn;

    /** Is told of a line that was cut off. */
    @FunctionalInterface
    interface Torn {
        void found(String conversation, long bytes);
    }

    LogFiles(Path directory, boolean sync, Disk disk, Torn torn) {
        this.directory = directory;
        this.sync = sync;
        this.disk = disk;
        this.torn = torn;
    }

    private Path file(String conversation) {
        return directory.resolve(conversation + SUFFIX);
    }

    /** Returns the conversation that is kept in a file; empty if none is. */
    Optional<String> conversation(Path file) throws IOException {
        Matcher name = NAME.matcher(file.getFileName().toString());
        boolean begun = name.matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) > JsonLine.header(name.group(1)).length;
        return begun ? Optional.of(name.group(1)) : Optional.empty();
    }

    /** Removes what was being created when a process ended. */
    void removeUnfinished() throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, "*" + SUFFIX + UNFINISHED)) {
            for (Path each : unfinished) {
                Files.delete(each);
            }
        }
    }

    /** Returns the size of a conversation's file in bytes, or 0 if there is none. */
    long size(String conversation) throws IOException {
        Path file = file(conversation);
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile()) {
                throw new StorageException(("%s: expected a file, found %s, which is left alone. Move it out of the "
                        + "directory.").formatted(file, found.isSymbolicLink() ? "a symbolic link" : "something else"));
            }
            return found.size();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Reads a file.
     *
     * @param limit where to stop, in bytes
     * @param to    takes the entries
     */
    End scan(String conversation, long limit, Consumer<ConversationEntry> to) throws IOException {
        long size = Math.min(limit, size(conversation));
        if (size == 0) {
            return End.NONE;
        }
        try (InputStream in = Files.newInputStream(file(conversation), LinkOption.NOFOLLOW_LINKS)) {
            End end = new Scan(conversation, size, in, to).run();
            if (end.isTorn()) {
                torn.found(conversation, end.fileLength() - end.length());
            }
            return end;
        }
    }

    /** One reading of a file up to a size. */
    private final class Scan {

        private final String conversation;
        private final long size;
        private final LineReader lines;
        private final Consumer<ConversationEntry> to;
        private long number;
        private long revision;

        Scan(String conversation, long size, InputStream in, Consumer<ConversationEntry> to) {
            this.conversation = conversation;
            this.size = size;
            this.lines = new LineReader(in, size, JsonLinesConversationStore.MAX_LINE_BYTES);
            this.to = to;
        }

        End run() throws IOException {
            End end = new End(0, 0, size);
            while (!lines.isAtEnd()) {
                byte[] line = next();
                if (line == null || !isUsable(line)) {
                    return end;
                }
                end = new End(revision, lines.position(), size);
            }
            return end;
        }

        private byte @Nullable [] next() throws IOException {
            number++;
            try {
                return lines.next();
            } catch (JsonLine.TooLongException e) {
                throw broken("the line has " + e.getMessage());
            }
        }

        /** Takes the line; one at the end that the file system filled up with zeros was cut off. */
        private boolean isUsable(byte[] line) throws IOException {
            try {
                if (number == 1) {
                    checkOwner(JsonLine.conversation(line));
                } else {
                    List<ConversationEntry> entries = JsonLine.entries(line);
                    entries.forEach(to);
                    revision += entries.size();
                }
                return true;
            } catch (BrokenLineException e) {
                if (lines.isAtEnd() && hasZero(line)) {
                    return false;
                }
                throw broken(String.valueOf(e.getMessage()));
            }
        }

        private void checkOwner(String owner) {
            if (!owner.equals(conversation)) {
                throw broken("the file is of conversation %s, not of %s; choose another id, or name the file as it was"
                        .formatted(owner, conversation));
            }
        }

        private StorageException broken(String fault) {
            return new StorageException("%s, line %d: %s. Nothing was changed%s.".formatted(file(conversation), number,
                    fault, number == 1 ? "" : "; repair the line or bring back a backup"));
        }

        private static boolean hasZero(byte[] line) {
            for (byte each : line) {
                if (each == 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Replaces a file by one with a line for each entry. */
    End replace(String conversation, List<ConversationEntry> entries) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (ConversationEntry each : entries) {
            lines.writeBytes(JsonLine.of(List.of(each), JsonLinesConversationStore.MAX_LINE_BYTES));
        }
        return write(conversation, lines.toByteArray(), entries.size(), false);
    }

    /** Creates a file, in the place of one without entries. */
    End create(String conversation, byte[] line, int entries) throws IOException {
        size(conversation); // a symbolic link is left alone
        return write(conversation, line, entries, true);
    }

    /** Writes a whole file, which is there with all of its content or not at all. */
    private End write(String conversation, byte[] lines, int entries, boolean isNew) throws IOException {
        Path file = file(conversation);
        Path part = directory.resolve(conversation + SUFFIX + UNFINISHED);
        Files.deleteIfExists(part);
        byte[] header = JsonLine.header(conversation);
        boolean done = false;
        try {
            Files.createFile(part, OwnerOnly.file(part));
            try (Disk.OpenFile open = disk.open(part)) {
                open.write(0, header);
                open.write(header.length, lines);
                if (sync) {
                    open.sync();
                }
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory();
            done = true;
        } finally {
            if (!done) {
                discard(part);
                if (isNew) {
                    discard(file);
                }
            }
        }
        return new End(0, header.length, header.length).plus(entries, lines.length);
    }

    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} could not be removed: {}", file, e.toString());
        }
    }

    private void syncDirectory() throws IOException {
        if (sync && OwnerOnly.isPosix(directory)) {
            disk.syncDirectory(directory);
        }
    }

    /** Adds a line, in the place of what was cut off. */
    End append(String conversation, End end, byte[] line, int entries) throws IOException {
        try (Disk.OpenFile open = disk.open(file(conversation))) {
            if (end.isTorn()) {
                open.truncate(end.length());
            }
            open.write(end.length(), line);
            if (sync) {
                open.sync();
            }
        }
        return end.plus(entries, line.length);
    }

    /** Cuts off what a failed append has left; if that fails too, the end stays failed and the next append tries again. */
    End takeBack(String conversation, End failed) {
        try (Disk.OpenFile open = disk.open(file(conversation))) {
            open.truncate(failed.length());
            if (sync) {
                open.sync();
            }
            return new End(failed.revision(), failed.length(), failed.length());
        } catch (IOException e) {
            LOG.warn("{}: what is left of a failed append could not be cut off yet: {}", file(conversation),
                    e.toString());
            return failed;
        }
    }

    boolean delete(String conversation) throws IOException {
        if (size(conversation) == 0 || isOfAnother(conversation)) {
            return false;
        }
        Files.delete(file(conversation));
        syncDirectory();
        return true;
    }

    /** Tells whether the file is found under the name only because the file system does not tell cases. */
    private boolean isOfAnother(String conversation) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file(conversation), LinkOption.NOFOLLOW_LINKS)) {
            start = in.readNBytes(JsonLine.header(conversation).length);
        }
        try {
            return JsonLine.conversation(start).equalsIgnoreCase(conversation)
                    && !JsonLine.conversation(start).equals(conversation);
        } catch (BrokenLineException e) {
            return false;
        }
    }
}
