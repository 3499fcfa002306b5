package dev.llf.conversation.export;

import dev.llf.conversation.files.WholeFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A file that an export becomes: whole or not at all, and nowhere but where it may. */
final class ExportFile {

    /** Names that Windows keeps for devices, whatever their extension. */
    private static final Pattern DEVICE = Pattern
            .compile("(?i)(?:con|prn|aux|nul|conin\\$|conout\\$|(?:com|lpt)[0-9¹²³])"
                    + "(?:\\..*)?");
    private static final Pattern ODD = Pattern.compile(".*[<>:\"|?*\\\\\\p{Cntrl}].*|.*[ .]", Pattern.DOTALL);
    private static final int MAX_NAME = 255;

    private final Path path;
    private final boolean overwrite;

    private ExportFile(Path path, boolean overwrite) {
        this.path = path;
        this.overwrite = overwrite;
    }

    /**
     * Finds the place of a file.
     *
     * @param named      as the caller named it; a directory gets a file of the given name
     * @param name       the name for a directory
     * @param extensions those that a name may have; the first is added to a name that has none of them
     */
    static ExportFile of(Path named, String name, List<String> extensions, Optional<Path> root, boolean overwrite) {
        try {
            Path file = root.map(directory -> directory.resolve(named)).orElse(named);
            if (Files.isDirectory(file)) {
                file = file.resolve(name);
            }
            Path full = withExtension(file.toAbsolutePath().normalize(), extensions);
            return new ExportFile(root.isPresent() ? inside(root.get(), full) : full, overwrite);
        } catch (InvalidPathException e) {
            throw new ExportException("the file's name is none that this system can have: " + e.getReason(), e);
        } catch (IOException e) {
            throw new ExportException("the export directory or the one of %s is not there (%s); create it first"
                    .formatted(named, e.getClass().getSimpleName()), e);
        }
    }

    private static Path withExtension(Path file, List<String> extensions) {
        Path name = file.getFileName();
        if (name == null) {
            throw new ExportException("%s is no name of a file".formatted(file));
        }
        String lower = name.toString().toLowerCase(Locale.ROOT);
        boolean has = extensions.stream().anyMatch(each -> lower.endsWith(each) && lower.length() > each.length());
        return has ? file : file.resolveSibling(name + extensions.getFirst());
    }

    /** The real directory must lie in the real root; the name in it is no link and no device. */
    private static Path inside(Path root, Path file) throws IOException {
        Path realRoot = root.toRealPath();
        Path lexicalRoot = root.toAbsolutePath().normalize();
        Path parent = file.getParent();
        if (parent == null || (!file.startsWith(lexicalRoot) && !file.startsWith(realRoot))) {
            throw outside();
        }
        Path below = file.startsWith(lexicalRoot) ? lexicalRoot.relativize(file) : realRoot.relativize(file);
        for (Path part : below) {
            checkName(part.toString());
        }
        Path realParent = parent.toRealPath();
        Path target = realParent.resolve(file.getFileName());
        if (!realParent.startsWith(realRoot) || Files.isSymbolicLink(target)) {
            throw outside();
        }
        return target;
    }

    private static void checkName(String name) {
        if (name.length() > MAX_NAME || DEVICE.matcher(name).matches() || ODD.matcher(name).matches()) {
            throw new ExportException("a name is too long, kept for a device, ends in a dot or space, or has one of "
                    + "<>:\"|?*\\ or a control character; choose another");
        }
    }

    private static ExportException outside() {
        return new ExportException(
                "the file would lie outside the export directory, or be a link; name a file inside it");
    }

    Path write(WholeFile.Content content) {
        try {
            if (overwrite) {
                WholeFile.replace(path, content);
            } else {
                WholeFile.create(path, content);
            }
            return path;
        } catch (FileAlreadyExistsException e) {
            throw new ExportException("%s exists; name another file or allow overwriting".formatted(path), e);
        } catch (IOException e) {
            throw new ExportException("cannot write %s (%s); check that its directory exists, is writable and has space"
                    .formatted(path, e.getClass().getSimpleName()), e);
        }
    }
}
