package dev.llf.conversation.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the store asks of the disk when it writes; a test has disks that fail. */
interface Disk {

    /** The disk of this machine. */
    Disk REAL = new Disk() {
        @Override
        public OpenFile open(Path file) throws IOException {
            return new RealFile(new RandomAccessFile(file.toFile(), "rw"));
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            uninterrupted(() -> {
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            });
        }
    };

    /** Opens an existing file for writing. */
    OpenFile open(Path file) throws IOException;

    /** Returns when the names in the directory have reached the disk. Only for file systems with POSIX permissions. */
    void syncDirectory(Path directory) throws IOException;

    /** A file that is written to. */
    interface OpenFile extends Closeable {

        void write(long position, byte[] bytes) throws IOException;

        void truncate(long length) throws IOException;

        /** Returns when what was written has reached the disk. */
        void sync() throws IOException;
    }

    /** Not a channel, which an interrupt would close in the middle of a line. */
    record RealFile(RandomAccessFile file) implements OpenFile {

        @Override
        public void write(long position, byte[] bytes) throws IOException {
            file.seek(position);
            file.write(bytes);
        }

        @Override
        public void truncate(long length) throws IOException {
            if (file.length() > length) {
                file.setLength(length);
            }
        }

        @Override
        public void sync() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** Something that may be done again. */
    @FunctionalInterface
    interface Repeatable {
        void run() throws IOException;
    }

    /** Does something with channels to its end, and interrupts the thread again afterwards if it was. */
    static void uninterrupted(Repeatable action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    action.run();
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
