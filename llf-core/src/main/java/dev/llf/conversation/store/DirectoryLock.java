package dev.llf.conversation.store;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.error.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Holds a directory against other stores. The file's lock, which goes with the process, keeps other processes out. Stores
 * of this JVM are kept out before they open the file, because closing it would give up the lock of the first.
 */
final class DirectoryLock {

    static final String FILE = ".lock";

    private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

    private final Object key;
    private final FileChannel channel;

    private DirectoryLock(Object key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Object inode = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        Object key = inode == null ? directory.toRealPath() : inode;
        if (!HELD.add(key)) {
            throw new StorageException("%s: a conversation store of this program has it open already. "
                    .formatted(directory) + "Share that store, or close it first.");
        }
        @Nullable FileChannel channel = null;
        try {
            channel = lockedFile(directory.resolve(FILE));
        } finally {
            if (channel == null) {
                HELD.remove(key);
            }
        }
        if (channel == null) {
            throw new StorageException("%s: another process has this conversation store open. ".formatted(directory)
                    + "End that process, or use another directory.");
        }
        return new DirectoryLock(key, channel);
    }

    /** Returns the file with its lock held, or null if another process holds it. */
    private static @Nullable FileChannel lockedFile(Path file) throws IOException {
        AtomicReference<@Nullable FileChannel> locked = new AtomicReference<>();
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        Disk.uninterrupted(() -> {
            FileChannel channel = FileChannel.open(file, options, OwnerOnly.file(file));
            try {
                if (channel.tryLock() != null) {
                    locked.set(channel);
                }
            } catch (OverlappingFileLockException e) {
                throw new IOException("the lock is held in this JVM under another name", e);
            } finally {
                if (locked.get() == null) {
                    channel.close();
                }
            }
        });
        return locked.get();
    }

    /** Lets others in; once. */
    void release() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(key);
        }
    }
}
