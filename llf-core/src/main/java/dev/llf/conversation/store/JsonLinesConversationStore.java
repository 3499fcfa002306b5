package dev.llf.conversation.store;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps conversations in a directory, one file each, that a person can read and any tool can search.
 *
 * <p>{@code ID.jsonl} holds UTF-8 text: a header, then one line of JSON for each call of {@link #append}, with all entries
 * of the call. Lines are only ever added, so that an append costs what its entries cost however long the conversation is;
 * reading takes the whole file. Files are created for their owner alone where the file system knows owners, and symbolic
 * links are not followed. On file systems that do not tell upper from lower case, an id that differs only in case from that
 * of an existing conversation is refused; on Windows, the names of devices, such as {@code CON}, are no usable ids.
 *
 * <p>An append is there as a whole or not at all. If the process or the machine ended in the middle of one, the rest of its
 * line is passed over, logged, told by {@link #recoveries()}, and cut off before the next append; nothing that had returned
 * is lost. A line that is broken elsewhere is an error that names it, never skipped. If the disk refuses to take a line,
 * what was written of it is cut off and the conversation is as it was before.
 *
 * <p>Only one store at a time has the directory open, in this process or another: the file {@code .lock} is locked until
 * the store is closed or its process ends. It stays there afterwards and means nothing by itself.
 *
 * <p>Safe for use by many threads; different conversations are written side by side. An interrupt does not cut an append
 * short. No file stays open between calls but the lock; what is remembered of a conversation are a few numbers, for at most
 * {@value Shelf#MAX_KNOWN} conversations.
 */
public final class JsonLinesConversationStore implements ConversationStore {

    /** The most bytes that the entries of one append may take as JSON: 64 MiB. */
    public static final int MAX_LINE_BYTES = 64 << 20;

    /** The most recoveries that are remembered; further ones are only logged. */
    private static final int MAX_RECOVERIES = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(JsonLinesConversationStore.class);

    private final Path directory;
    private final DirectoryLock lock;
    private final Shelf shelf = new Shelf();
    private final LogFiles files;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<Recovery> recoveries = new CopyOnWriteArrayList<>();

    /** What an append that has returned survives. */
    public enum Durability {
        /** The end of the process and that of the machine, power cuts included; costs a wait for the disk. */
        POWER_CUT,
        /** The end of the process; the operating system writes to the disk when it likes. */
        PROCESS_END
    }

    /**
     * The rest of an append that had not returned when the process or the machine ended.
     *
     * @param conversation whose file it was in
     * @param bytesDropped how long it was
     */
    public record Recovery(String conversation, long bytesDropped) {}

    /**
     * What a compaction did.
     *
     * @param entriesBefore entries that the conversation had
     * @param entriesAfter  entries that it has now
     * @param bytesBefore   size of its file before
     * @param bytesAfter    size of its file now
     */
    public record Compaction(long entriesBefore, long entriesAfter, long bytesBefore, long bytesAfter) {}

    private JsonLinesConversationStore(Path directory, DirectoryLock lock, Durability durability, Disk disk) {
        this.directory = directory;
        this.lock = lock;
        this.files = new LogFiles(directory, durability == Durability.POWER_CUT, disk, this::recovered);
    }

    /**
     * Opens the conversations of a directory such that an append survives a power cut.
     *
     * @param directory holds the files, on the default file system; created for the owner alone if it is missing
     * @return the store, to be closed by the caller
     * @throws StorageException         if another store has the directory open, or it cannot be used
     * @throws IllegalArgumentException if the directory is on another file system
     */
    public static JsonLinesConversationStore open(Path directory) {
        return open(directory, Durability.POWER_CUT);
    }

    /**
     * Opens the conversations of a directory.
     *
     * @param directory  holds the files, on the default file system; created for the owner alone if it is missing
     * @param durability what an append survives
     * @return the store, to be closed by the caller
     * @throws StorageException         if another store has the directory open, or it cannot be used
     * @throws IllegalArgumentException if the directory is on another file system
     */
    public static JsonLinesConversationStore open(Path directory, Durability durability) {
        return open(directory, durability, Disk.REAL);
    }

    static JsonLinesConversationStore open(Path directory, Durability durability, Disk disk) {
        Objects.requireNonNull(durability, "durability");
        if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
            throw new IllegalArgumentException("conversations are kept on the default file system, not on that of "
                    + directory);
        }
        Path home = directory.toAbsolutePath();
        try {
            if (!Files.isDirectory(home)) {
                Files.createDirectories(home, OwnerOnly.directory(home));
            }
            JsonLinesConversationStore store = new JsonLinesConversationStore(home, DirectoryLock.take(home),
                    durability,
                    disk);
            boolean ready = false;
            try {
                store.files.removeUnfinished();
                ready = true;
            } finally {
                if (!ready) {
                    store.close();
                }
            }
            return store;
        } catch (IOException e) {
            throw new StorageException(
                    "%s: cannot keep conversations there (%s). Name a directory that can be written to."
                            .formatted(home, e),
                    e);
        }
    }

    /**
     * Rewrites the file of a conversation without what is superseded: notes that were replaced or taken back, moves of a
     * branch to where it stood already, and the rest of an append that was cut off. What the conversation is, was before
     * and began with stays. The new file takes the place of the old one in one step.
     *
     * <p>This changes the number of entries, which whoever writes to the conversation has to know. Therefore no store may
     * have the directory open meanwhile: a conversation that is opened afterwards finds the new number.
     *
     * @param directory    holds the files
     * @param conversation identifies the conversation
     * @return what was done; four zeros if there is no such conversation
     * @throws StorageException         if a store has the directory open, or the file cannot be read or written; the old
     *                                  one is there then
     * @throws IllegalArgumentException if the id has another form
     */
    public static Compaction compact(Path directory, String conversation) {
        try (JsonLinesConversationStore store = open(directory)) {
            return store.compact(conversation);
        }
    }

    private Compaction compact(String conversation) {
        return exclusively(conversation, "compacted", known -> {
            List<ConversationEntry> entries = new ArrayList<>();
            End end = files.scan(conversation, Long.MAX_VALUE, entries::add);
            List<ConversationEntry> rest = Superseded.without(entries);
            if (rest.size() == entries.size() && !end.isTorn()) {
                return new Compaction(entries.size(), rest.size(), end.length(), end.length());
            }
            End compacted = rest.isEmpty() ? end : files.replace(conversation, rest);
            return new Compaction(entries.size(), rest.size(), end.fileLength(), compacted.fileLength());
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>The entries take at most {@link #MAX_LINE_BYTES} as JSON; more is a {@link StorageException}.
     */
    @Override
    public void append(String conversation, long revision, List<ConversationEntry> entries) {
        StoreRules.checkId(conversation);
        List<ConversationEntry> added = StoreRules.checked(entries);
        byte[] line = line(conversation, added);
        exclusively(conversation, "written", known -> {
            End end = end(conversation, known);
            StoreRules.checkRevision(conversation, revision, end.revision());
            if (end.length() == 0) {
                known.put(conversation, files.create(conversation, line, added.size()));
                return true;
            }
            End failed = end.failed();
            known.put(conversation, failed);
            boolean written = false;
            try {
                known.put(conversation, files.append(conversation, end, line, added.size()));
                written = true;
            } finally {
                if (!written) {
                    known.put(conversation, files.takeBack(conversation, failed));
                }
            }
            return true;
        });
    }

    private static byte[] line(String conversation, List<ConversationEntry> entries) {
        try {
            return JsonLine.of(entries, MAX_LINE_BYTES);
        } catch (IOException e) {
            throw new StorageException("Conversation %s: the entries take %s as JSON. Append fewer, or shorter texts."
                    .formatted(conversation, e.getMessage()), e);
        }
    }

    @Override
    public List<ConversationEntry> read(String conversation) {
        StoreRules.checkId(conversation);
        return exclusively(conversation, "read", known -> {
            List<ConversationEntry> entries = new ArrayList<>();
            End before = known.get(conversation);
            if (before != null && before.hasFailed()) {
                files.scan(conversation, before.length(), entries::add);
            } else {
                known.put(conversation, files.scan(conversation, Long.MAX_VALUE, entries::add));
            }
            return List.copyOf(entries);
        });
    }

    /** Returns where a conversation ends; its file is read unless it is known and has the size that it should have. */
    private End end(String conversation, Shelf.Board known) throws IOException {
        End end = known.get(conversation);
        long size = files.size(conversation);
        if (end != null && size > 0 && (end.hasFailed() || end.fileLength() == size)) {
            return end;
        }
        End found = files.scan(conversation, Long.MAX_VALUE, entry -> {});
        known.put(conversation, found);
        return found;
    }

    /**
     * {@inheritDoc}
     *
     * <p>What is not named like a conversation's file is passed over.
     */
    @Override
    public List<String> conversations() {
        checkOpen();
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path each : all) {
                files.conversation(each).ifPresent(ids::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new StorageException("%s: the conversations cannot be listed (%s). Check that the directory is there "
                    .formatted(directory, e) + "and can be read.", e);
        }
        ids.sort(null);
        return List.copyOf(ids);
    }

    /**
     * {@inheritDoc}
     *
     * <p>This also deletes a file that cannot be read any more.
     */
    @Override
    public boolean delete(String conversation) {
        StoreRules.checkId(conversation);
        return exclusively(conversation, "deleted", known -> {
            known.remove(conversation);
            return files.delete(conversation);
        });
    }

    /**
     * Tells which appends were found cut off since the store was opened. A conversation is looked at when it is first used.
     *
     * @return oldest first, at most 1000; an unmodifiable snapshot
     */
    public List<Recovery> recoveries() {
        return List.copyOf(recoveries);
    }

    private void recovered(String conversation, long bytes) {
        Recovery recovery = new Recovery(conversation, bytes);
        if (!recoveries.contains(recovery)) {
            LOG.warn(
                    "{}: the end of conversation {} was cut off while it was written; {} bytes of an append that never "
                            + "returned are dropped",
                    directory, conversation, bytes);
            if (recoveries.size() < MAX_RECOVERIES) {
                recoveries.add(recovery);
            }
        }
    }

    /** Waits for calls that have begun, then closes the store. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        shelf.awaitQuiet();
        try {
            lock.release();
        } catch (IOException e) {
            LOG.warn("{}: the lock could not be released ({}); it goes with the process", directory, e.toString());
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw StoreRules.closed();
        }
    }

    private interface Work<T> {
        T with(Shelf.Board known) throws IOException;
    }

    private <T> T exclusively(String conversation, String done, Work<T> work) {
        Shelf.Board board = shelf.of(conversation);
        board.lock();
        try {
            checkOpen();
            return work.with(board);
        } catch (IOException e) {
            throw new StorageException(
                    ("%s: conversation %s could not be %s (%s). Check that the directory can be written "
                            + "to and the disk has space.").formatted(directory, conversation, done, e),
                    e);
        } finally {
            board.unlock();
        }
    }
}
