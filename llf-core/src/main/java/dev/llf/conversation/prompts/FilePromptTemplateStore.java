package dev.llf.conversation.prompts;

import dev.llf.conversation.files.OwnerOnly;
import dev.llf.conversation.files.WholeFile;
import dev.llf.error.LlfException;
import dev.llf.error.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A store in a directory: a JSON file for each template with all its versions, and one for the counts.
 *
 * <p>A file is written beside the old one and takes its place by an atomic move, so that a crash leaves the old or the new
 * one. A file that cannot be read is reported by {@link #load} and never overwritten. Symbolic links are not followed. At
 * most {@value #MAX_FILES} files are read, each of at most {@value #MAX_FILE_BYTES} bytes.
 *
 * <p>Safe for use by many threads, but not by many processes at a time: each would miss what the others change.
 */
public final class FilePromptTemplateStore implements PromptTemplateStore {

    /** The most files that are read. */
    public static final int MAX_FILES = PromptTemplateLibrary.MAX_TEMPLATES;
    /** The most bytes that a file may have. */
    public static final int MAX_FILE_BYTES = 64 << 20;

    private static final String ENDING = ".json";
    /** No id begins with a dot. */
    private static final String USAGE = ".usage" + ENDING;
    private static final String BAD_USAGE = ".usage.bad";
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path directory;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    /** Ids of files that could not be read; guarded by lock. */
    private final Set<String> unreadable = new HashSet<>();

    /**
     * Creates a store. The directory is made, with its parents and for the owner alone, if it is not there.
     *
     * @param directory where the files are; nothing else should be there
     * @throws StorageException if it is not there and cannot be made
     */
    public FilePromptTemplateStore(Path directory) {
        this(directory, Clock.systemUTC());
    }

    FilePromptTemplateStore(Path directory, Clock clock) {
        this.directory = directory.toAbsolutePath().normalize();
        this.clock = clock;
        try {
            Files.createDirectories(this.directory, OwnerOnly.directory(this.directory));
        } catch (IOException e) {
            throw failed(this.directory, "cannot be made", e);
        }
    }

    private static StorageException failed(Path file, String what, Exception e) {
        return new StorageException("%s: %s (%s); check permissions and free space, or name another directory."
                .formatted(file, what, e.getClass().getSimpleName()), e);
    }

    private Path file(String id) {
        Path file = directory.resolve(PromptId.check(id) + ENDING).normalize();
        if (!directory.equals(file.getParent())) {
            throw new StorageException("%s is not in the directory of the store; use another id.".formatted(file));
        }
        return file;
    }

    @Override
    public Loaded load() {
        lock.lock();
        try {
            unreadable.clear();
            List<PromptHistory> templates = new ArrayList<>();
            List<Problem> problems = new ArrayList<>();
            for (Path file : files(problems)) {
                load(file, templates, problems);
            }
            return new Loaded(templates, usage(problems), problems);
        } finally {
            lock.unlock();
        }
    }

    /** The files of templates by name; removes what a crash left unfinished. */
    private List<Path> files(List<Problem> problems) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path file : stream) {
                String name = file.getFileName().toString();
                if (name.startsWith(".") && name.endsWith(WholeFile.UNFINISHED)) {
                    removeAbandoned(file);
                } else if (!name.startsWith(".") && name.endsWith(ENDING)) {
                    files.add(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw failed(directory, "cannot be listed", e);
        }
        files.sort(null);
        if (files.size() > MAX_FILES) {
            problems.add(new Problem(directory.toString(),
                    "%d files, of which only %d are read".formatted(files.size(), MAX_FILES)));
            files.subList(MAX_FILES, files.size()).forEach(file -> unreadable.add(id(file)));
            return files.subList(0, MAX_FILES);
        }
        return files;
    }

    private void removeAbandoned(Path file) throws IOException {
        Instant old = clock.instant().minus(ABANDONED);
        if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(old)) {
            Files.deleteIfExists(file);
        }
    }

    private static String id(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - ENDING.length());
    }

    private void load(Path file, List<PromptHistory> templates, List<Problem> problems) {
        try {
            requireRegular(file);
            PromptHistory history = PromptJson.readHistory(TextFiles.read(file, MAX_FILE_BYTES));
            if (!history.id().equals(id(file))) {
                throw new StorageException("the file holds the template '%s'; a file must be named after its id"
                        .formatted(history.id()));
            }
            templates.add(history);
        } catch (LlfException e) {
            unreadable.add(id(file));
            problems.add(new Problem(file.toString(), String.valueOf(e.getMessage())));
        }
    }

    private static void requireRegular(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new StorageException("%s is not a regular file; remove it".formatted(file.getFileName()));
        }
    }

    private Map<String, Long> usage(List<Problem> problems) {
        Path file = directory.resolve(USAGE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Map.of();
        }
        try {
            requireRegular(file);
            return PromptJson.readUsage(TextFiles.read(file, MAX_FILE_BYTES));
        } catch (LlfException e) {
            problems.add(new Problem(file.toString(), String.valueOf(e.getMessage())));
            return Map.of();
        }
    }

    @Override
    public void save(PromptHistory history) {
        Path file = file(history.id());
        lock.lock();
        try {
            if (unreadable.contains(history.id()) && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new StorageException("%s could not be read and is not overwritten; repair or remove it."
                        .formatted(file));
            }
            replace(file, PromptJson.history(history));
            unreadable.remove(history.id());
        } catch (IOException e) {
            throw failed(file, "cannot be written", e);
        } finally {
            lock.unlock();
        }
    }

    private static void replace(Path file, String json) throws IOException {
        WholeFile.replace(file, out -> out.write(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void delete(String id) {
        Path file = file(id);
        lock.lock();
        try {
            Files.deleteIfExists(file);
            Map<String, Long> counts = new HashMap<>(usage(new ArrayList<>()));
            if (counts.remove(id) != null) {
                replace(directory.resolve(USAGE), PromptJson.usage(counts));
            }
        } catch (IOException e) {
            throw failed(file, "cannot be deleted", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void addUsage(Map<String, Long> renders) {
        Path file = directory.resolve(USAGE);
        lock.lock();
        try {
            List<Problem> problems = new ArrayList<>();
            Map<String, Long> counts = new HashMap<>(usage(problems));
            if (!problems.isEmpty()) {
                Files.move(file, directory.resolve(BAD_USAGE), StandardCopyOption.REPLACE_EXISTING);
            }
            renders.forEach((id, count) -> counts.merge(PromptId.check(id), count, FilePromptTemplateStore::sum));
            replace(directory.resolve(USAGE), PromptJson.usage(counts));
        } catch (IOException e) {
            throw failed(file, "cannot be written", e);
        } finally {
            lock.unlock();
        }
    }

    private static long sum(long a, long b) {
        return b > Long.MAX_VALUE - a ? Long.MAX_VALUE : a + b;
    }
}
