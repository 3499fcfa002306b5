package dev.llf.observe.analytics;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.observe.analytics.EventJson.BadLineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps events in files of JSON lines.
 *
 * <p>Who writes holds the lock of a file of its own, which no reader opens: closing any other channel of the same file would
 * give it up. Stores of this JVM, which share their process's lock, take turns before that. A write that fails is cut off
 * again; what a process that was killed has left of a line gets a line end, so that it spoils no other line.
 */
final class EventFiles implements EventLog {

    static final String LOCK = ".lock";

    /** One lock for each directory that this program has ever written to. */
    private static final Map<Path, ReentrantLock> WRITING = new ConcurrentHashMap<>();

    private final Path directory;
    private final long maxFileBytes;
    private final Output output;
    private final ReentrantLock writing;

    /** How bytes get onto the disk; a test has disks that are full or hang. */
    @FunctionalInterface
    interface Output {
        Output REAL = RandomAccessFile::write;

        /** Writes at the file's position. */
        void write(RandomAccessFile file, byte[] bytes) throws IOException;
    }

    @FunctionalInterface
    private interface Writing<T> {
        T run() throws IOException;
    }

    /** Creates the directory if it is not there. */
    EventFiles(Path directory, long maxFileBytes, Output output) throws IOException {
        Files.createDirectories(directory, OwnerOnly.directory(directory));
        this.directory = directory.toRealPath();
        this.maxFileBytes = maxFileBytes;
        this.output = output;
        writing = WRITING.computeIfAbsent(this.directory, path -> new ReentrantLock());
    }

    @Override
    public int append(List<AnalyticsEvent> events) throws IOException {
        return locked(() -> {
            MonthFile month = MonthFile.first(events.getFirst().origin().time());
            byte[] line = EventJson.line(events.getFirst());
            while (size(month) + line.length > maxFileBytes && size(month) > 0) {
                month = month.next();
            }
            long room = maxFileBytes - size(month);
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            int taken = 0;
            do {
                lines.writeBytes(line);
                taken++;
                if (taken == events.size() || !month.covers(events.get(taken).origin().time())) {
                    break;
                }
                line = EventJson.line(events.get(taken));
            } while (lines.size() + line.length <= room);
            append(file(month), lines.toByteArray());
            return taken;
        });
    }

    private Path file(MonthFile month) {
        return directory.resolve(month.name());
    }

    private long size(MonthFile month) throws IOException {
        try {
            return Files.size(file(month));
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private void append(Path path, byte[] lines) throws IOException {
        try (RandomAccessFile file = opened(path)) {
            long length = file.length();
            boolean torn = length > 0 && lastByte(file, length) != '\n';
            boolean done = false;
            try {
                file.seek(length);
                if (torn) {
                    output.write(file, new byte[] {'\n'});
                }
                output.write(file, lines);
                done = true;
            } finally {
                if (!done) {
                    file.setLength(length);
                }
            }
        }
    }

    private static int lastByte(RandomAccessFile file, long length) throws IOException {
        file.seek(length - 1);
        return file.read();
    }

    private static RandomAccessFile opened(Path path) throws IOException {
        try {
            Files.createFile(path, OwnerOnly.file(path));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("%s is no file, or a link to one".formatted(path), e);
            }
        }
        return new RandomAccessFile(path.toFile(), "rw");
    }

    /** Does something that no other store does to the directory at the same time. Creates the directory if it is gone. */
    private <T> T locked(Writing<T> action) throws IOException {
        writing.lock();
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory, OwnerOnly.directory(directory));
            }
            try (RandomAccessFile file = opened(directory.resolve(LOCK))) {
                lock(file); // until it is closed
                return action.run();
            }
        } finally {
            writing.unlock();
        }
    }

    private static void lock(RandomAccessFile file) throws IOException {
        try {
            file.getChannel().lock();
        } catch (OverlappingFileLockException e) {
            throw new IOException("the lock is held in this JVM under another name of the directory", e);
        }
    }

    private List<MonthFile> files() throws IOException {
        List<MonthFile> found = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
            for (Path path : paths) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    MonthFile.parse(String.valueOf(path.getFileName())).ifPresent(found::add);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // gone, until something is written again
        }
        Collections.sort(found);
        return found;
    }

    @Override
    public void read(Period period, Sink sink) throws IOException {
        for (MonthFile month : files()) {
            if (month.end().isAfter(period.from()) && month.start().isBefore(period.to())) {
                read(month, sink);
            }
        }
    }

    private void read(MonthFile month, Sink sink) throws IOException {
        EventJson json = new EventJson();
        try (InputStream in = Files.newInputStream(file(month), LinkOption.NOFOLLOW_LINKS)) {
            new LineSlices(in, size(month)).forEach((bytes, offset, length) -> {
                try {
                    AnalyticsEvent event = json.read(bytes, offset, length);
                    if (!month.covers(event.origin().time())) {
                        throw new BadLineException("the time is of another month", null);
                    }
                    sink.event(event);
                } catch (BadLineException e) {
                    sink.badLine();
                }
            });
        } catch (NoSuchFileException e) {
            return; // deleted by now
        }
    }

    @Override
    public void deleteBefore(Instant time) throws IOException {
        delete(time);
    }

    @Override
    public void clear() throws IOException {
        delete(Instant.MAX);
    }

    private void delete(Instant time) throws IOException {
        if (files().stream().allMatch(month -> month.end().isAfter(time))) {
            return;
        }
        locked(() -> {
            for (MonthFile month : files()) {
                if (!month.end().isAfter(time)) {
                    Files.deleteIfExists(file(month));
                }
            }
            return directory;
        });
    }
}
