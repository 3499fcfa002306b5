package dev.llf.conversation.files;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes files that are there as a whole or not at all: next to their place under another name first, then on the disk, and
 * only then under their own. For the owner alone where the system knows owners.
 */
public final class WholeFile {

    /** How the names of files end that are being written; they begin with a dot. */
    public static final String UNFINISHED = ".tmp";

    private static final Logger LOG = LoggerFactory.getLogger(WholeFile.class);

    private WholeFile() {}

    /** What a file shall hold. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes it.
         *
         * @param out where to; buffered; closed by the caller
         * @throws IOException if it cannot be written
         */
        void write(OutputStream out) throws IOException;
    }

    /**
     * Writes a new file. Of several that do so at the same time one has it.
     *
     * @param file    the file
     * @param content what it shall hold
     * @throws FileAlreadyExistsException if there is something of that name already
     * @throws IOException                if it cannot be written; nothing is there then
     */
    public static void create(Path file, Content content) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // before the work is done; what decides follows
            throw new FileAlreadyExistsException(file.toString());
        }
        write(file, content, unfinished -> {
            Files.createFile(file);
            boolean done = false;
            try {
                move(unfinished, file);
                done = true;
            } finally {
                if (!done) {
                    Files.deleteIfExists(file);
                }
            }
        });
    }

    /**
     * Writes a file in place of what is there, if anything.
     *
     * @param file    the file
     * @param content what it shall hold
     * @throws IOException if it cannot be written; what was there is unchanged then
     */
    public static void replace(Path file, Content content) throws IOException {
        write(file, content, unfinished -> move(unfinished, file));
    }

    private interface Publication {
        void publish(Path unfinished) throws IOException;
    }

    private static void write(Path file, Content content, Publication publication) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("%s is no name of a file".formatted(file));
        }
        Path unfinished = Files.createTempFile(directory, ".", UNFINISHED);
        try {
            try (OutputStream bytes = opened(unfinished); OutputStream out = new BufferedOutputStream(bytes)) {
                content.write(out);
                out.flush();
                if (bytes instanceof FileOutputStream onDisk) {
                    onDisk.getFD().sync();
                }
            }
            publication.publish(unfinished);
        } finally {
            remove(unfinished);
        }
        syncDirectory(directory);
    }

    /** Not a channel on the default file system, which an interrupt would close. */
    private static OutputStream opened(Path file) throws IOException {
        return file.getFileSystem().equals(FileSystems.getDefault())
                ? new FileOutputStream(file.toFile())
                : Files.newOutputStream(file);
    }

    private static void move(Path unfinished, Path file) throws IOException {
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void remove(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            LOG.warn("cannot remove {}", unfinished);
        }
    }

    /** Makes a rename last where the system can; others do it by themselves. */
    private static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("cannot sync {}", directory, e); // Windows opens no directories
        }
    }
}
