package dev.llf.conversation.files;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Permissions of what is created, where the file system has any: nobody else reads what was said. */
public final class OwnerOnly {

    private OwnerOnly() {}

    /**
     * Returns how to create a file.
     *
     * @param path the file
     * @return attributes for the calls that create it; none where the file system knows no owners
     */
    public static FileAttribute<?>[] file(Path path) {
        return of(path, "rw-------");
    }

    /**
     * Returns how to create a directory.
     *
     * @param path the directory
     * @return attributes for the calls that create it; none where the file system knows no owners
     */
    public static FileAttribute<?>[] directory(Path path) {
        return of(path, "rwx------");
    }

    /**
     * Tells whether the file system of a path knows owners.
     *
     * @param path the path
     * @return true if it has POSIX permissions
     */
    public static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] of(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }
}
