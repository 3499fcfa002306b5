package dev.llf.cache;

import dev.llf.error.StorageException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacks resources into a directory that only this user can write, once per content.
 *
 * <p>The base directory is the system property {@value #PROPERTY} if it is set, else {@code llf-USER} in
 * {@code java.io.tmpdir}. A resource lies in {@code NAME-HASH/FILE} below it, where HASH begins its SHA-256, so different
 * versions never share a file. A file found there is hashed before it is used, and replaced if it differs; a new one
 * appears by an atomic move, so that threads, processes and a crash never see half a file.
 *
 * <p>The temporary directory is open to other users: where its {@code llf-USER} is a symbolic link, another user's, or
 * writable by others, a fresh private directory is used for this JVM and removed at its end. A base directory that the
 * host named is never sidestepped; the same fault there is a {@link StorageException}.
 *
 * <p>Thread-safe. Interrupts are left alone: the file streams used here do not react to them.
 */
public final class ResourceCache {

    /** The system property that names the base directory. */
    public static final String PROPERTY = "llf.cache";

    private static final Logger LOG = LoggerFactory.getLogger(ResourceCache.class);
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final String UNFINISHED = ".part";
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path base;
    /** Where a fresh directory may replace an unsafe base; null if the host named the base. */
    private final @Nullable Path fallback;
    private final ReentrantLock lock = new ReentrantLock();
    /** Checked files by directory and file name; guarded by {@link #lock}. */
    private final Map<Path, Path> checked = new HashMap<>();
    /** What replaces an unsafe base; guarded by {@link #lock}. */
    private @Nullable Path sidestep;

    private ResourceCache(Path base, @Nullable Path fallback) {
        this.base = base.toAbsolutePath();
        this.fallback = fallback;
    }

    static ResourceCache in(Path base) {
        return new ResourceCache(base, null);
    }

    static ResourceCache inTemporary(Path temporary, String user) {
        Path root = temporary.toAbsolutePath();
        return new ResourceCache(root.resolve("llf-" + user.replaceAll("[^A-Za-z0-9._-]", "_")), root);
    }

    /** Opens a resource; called once or twice for each extraction. */
    @FunctionalInterface
    public interface Source {

        /**
         * Opens the resource at its start.
         *
         * @return a new stream, closed by the caller
         * @throws IOException if the resource is missing or cannot be read
         */
        InputStream open() throws IOException;
    }

    /**
     * Returns the cache of this user, as the system properties tell now. Nothing is written yet.
     *
     * @return a new cache
     */
    public static ResourceCache ofUser() {
        String named = System.getProperty(PROPERTY, "");
        return named.isBlank()
                ? inTemporary(Path.of(System.getProperty("java.io.tmpdir", ".")), System.getProperty("user.name", ""))
                : in(Path.of(named));
    }

    /**
     * Computes the hash of a resource.
     *
     * @param source the resource
     * @return its SHA-256, 64 lower-case hexadecimal digits
     * @throws StorageException if it cannot be read
     */
    public static String sha256(Source source) {
        try (InputStream in = source.open()) {
            return copy(in, OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new StorageException("A resource of LLF cannot be read; is its jar complete?", e);
        }
    }

    /**
     * Returns the resource as a file, unpacking it if needed.
     *
     * @param source    the resource
     * @param sha256    its hash, 64 lower-case hexadecimal digits
     * @param directory the first part of the directory's name: letters, digits, {@code . _ -}
     * @param file      the file's name: letters, digits, {@code . _ -}
     * @return the absolute path of a regular file with exactly that content; not to be written to
     * @throws StorageException if the resource does not have that hash, or the file cannot be written
     */
    public Path extract(Source source, String sha256, String directory, String file) {
        if (!SHA_256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 must be 64 lower-case hexadecimal digits, was " + sha256);
        }
        Path name = Path.of(plain(directory) + "-" + sha256.substring(0, 16), plain(file));
        lock.lock();
        try {
            Path known = checked.get(name);
            if (known != null && Files.isRegularFile(known, LinkOption.NOFOLLOW_LINKS)) {
                return known;
            }
            Path home = privateDirectory(name.getName(0));
            Path target = home.resolve(name.getName(1));
            if (!hasHash(target, sha256)) {
                write(source, sha256, home, target);
            }
            if (sidestep != null) {
                target.toFile().deleteOnExit();
            }
            checked.put(name, target);
            return target;
        } catch (IOException e) {
            throw new StorageException(("%s: cannot unpack %s there (%s). Make the directory writable or name another "
                    + "one with the system property %s.").formatted(base, file, e, PROPERTY), e);
        } finally {
            lock.unlock();
        }
    }

    private static String plain(String name) {
        if (!PLAIN_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a plain file name: " + name);
        }
        return name;
    }

    private Path privateDirectory(Path name) throws IOException {
        if (fallback == null) {
            Files.createDirectories(base);
            return createPrivate(base.resolve(name));
        }
        if (sidestep == null) {
            try {
                createPrivate(base);
                return createPrivate(base.resolve(name));
            } catch (UnsafeDirectoryException e) {
                LOG.warn("{}; using a fresh directory for this run", e.getMessage());
            }
        }
        if (sidestep == null || !Files.isDirectory(sidestep, LinkOption.NOFOLLOW_LINKS)) {
            sidestep = Files.createTempDirectory(fallback, "llf-");
            sidestep.toFile().deleteOnExit();
        }
        Path directory = createPrivate(sidestep.resolve(name));
        directory.toFile().deleteOnExit();
        return directory;
    }

    /** Creates a directory for this user alone, or finds one that nobody else can have prepared. */
    private static Path createPrivate(Path directory) throws IOException {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            return Files.createDirectory(directory, posix ? ownerOnly() : new FileAttribute<?>[0]);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new UnsafeDirectoryException(directory + " is a file or a symbolic link", e);
            }
        }
        if (posix) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
            if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new UnsafeDirectoryException(directory + " can be written by other users", null);
            }
            if (!isOwned(directory)) {
                throw new UnsafeDirectoryException(directory + " belongs to another user or is read-only", null);
            }
        }
        return directory;
    }

    /** Java does not tell who this process is; a file made now does. */
    private static boolean isOwned(Path directory) throws IOException {
        if (!Files.isWritable(directory)) {
            return false;
        }
        Path probe = Files.createTempFile(directory, "probe", UNFINISHED);
        try {
            return Files.getOwner(probe).equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS));
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))};
    }

    private static boolean hasHash(Path file, String sha256) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (InputStream in = new FileInputStream(file.toFile())) {
            return copy(in, OutputStream.nullOutputStream()).equals(sha256);
        }
    }

    private static void write(Source source, String sha256, Path directory, Path target) throws IOException {
        removeAbandoned(directory);
        Path unfinished = Files.createTempFile(directory, "new", UNFINISHED);
        try {
            String found;
            try (InputStream in = source.open(); FileOutputStream out = new FileOutputStream(unfinished.toFile())) {
                found = copy(in, out);
                out.getFD().sync();
            }
            if (!found.equals(sha256)) {
                throw new StorageException(
                        "The resource for %s has SHA-256 %s, expected %s: its jar is damaged or of another version."
                                .formatted(target.getFileName(), found, sha256));
            }
            move(unfinished, target, sha256);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void move(Path unfinished, Path target, String sha256) throws IOException {
        try {
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Windows refuses to replace a file in use: by another process that was faster with the same content.
            if (!hasHash(target, sha256)) {
                throw e;
            }
        }
    }

    /** Removes what killed processes left behind; a living one needs seconds. */
    private static void removeAbandoned(Path directory) throws IOException {
        Instant before = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + UNFINISHED)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(before)) {
                        Files.deleteIfExists(file);
                    }
                } catch (IOException e) {
                    // Another process was faster, or holds it: not in our way.
                }
            }
        }
    }

    private static String copy(InputStream in, OutputStream out) throws IOException {
        MessageDigest digest = newSha256();
        in.transferTo(new DigestOutputStream(out, digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Somebody else may have prepared the directory. */
    private static final class UnsafeDirectoryException extends IOException {

        private static final long serialVersionUID = 1L;

        UnsafeDirectoryException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
