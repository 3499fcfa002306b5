package dev.llf.llamacpp;

import de.kherud.llama.LlamaModel;
import dev.llf.cache.ResourceCache;
import dev.llf.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native library, once per JVM, before the binding is first used.
 *
 * <p>The binding's own loader unpacks to a fixed name in the temporary directory, where it can be planted, and deletes
 * every file there whose name starts with {@code llama} or {@code jllama}. So the library is unpacked here, checked by
 * hash, into a private directory, and the binding is told to take it from there and to clean up in an empty one.
 */
final class NativeLibrary {

    /** Where the host brings its own build of the library. */
    static final String PATH_PROPERTY = "de.kherud.llama.lib.path";
    private static final String CLEANED_PROPERTY = "de.kherud.llama.tmpdir";
    private static final List<String> REQUIRED_X86_FLAGS = List.of("avx2", "fma", "f16c", "bmi2");

    private static boolean loaded;
    private static @Nullable String refusal;

    private NativeLibrary() {}

    /**
     * The libraries of java-llama.cpp 4.2.0.
     *
     * @param folder where in the jar
     * @param file   the file's name
     * @param sha256 its hash
     */
    record Build(String folder, String file, String sha256) {}

    /**
     * Loads the library; later calls do nothing.
     *
     * @throws ConfigurationException             if the platform, the processor or a system library does not fit
     * @throws dev.llf.error.StorageException     if the library cannot be unpacked
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        if (refusal != null) {
            throw new ConfigurationException(refusal);
        }
        String os = System.getProperty("os.name", "");
        String arch = System.getProperty("os.arch", "");
        checkProcessor(Path.of("/proc/cpuinfo"), arch);
        checkCLibrary(Path.of("/proc/self/maps"));
        if (System.getProperty(PATH_PROPERTY) != null) {
            link(null); // the host brings its own build of the library
        } else {
            Build build = build(os, arch);
            Path library = ResourceCache.ofUser().extract(() -> open(build), build.sha256, "engine", build.file);
            link(library.getParent());
        }
        loaded = true;
    }

    private static InputStream open(Build build) throws IOException {
        InputStream in = LlamaModel.class.getResourceAsStream("/de/kherud/llama/" + build.folder + "/" + build.file);
        if (in == null) {
            throw new IOException("no " + build.folder + "/" + build.file + " in the jar of java-llama.cpp");
        }
        return in;
    }

    static Build build(String os, String arch) {
        String name = os.toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        boolean x64 = arch.equals("amd64") || arch.equals("x86_64");
        if (name.startsWith("linux") && x64) {
            return new Build("Linux/x86_64", "libjllama.so",
                    "93276c536d00f037c37ed6ec1e55be9c828940f4a0af59af10a8f638a31bbc3c");
        }
        if (name.startsWith("linux") && arm) {
            return new Build("Linux/aarch64", "libjllama.so",
                    "d852c1625b2dac90a974613a2f019ecabf0c5d7bc054dcc14a05246d5aa2a1a7");
        }
        if (name.startsWith("mac") && arm) {
            return new Build("Mac/aarch64", "libjllama.dylib",
                    "7ba2311dc634e24b572512a2279357327511ad3d77dea032a77feab77c14d341");
        }
        if (name.startsWith("mac") && x64) {
            return new Build("Mac/x86_64", "libjllama.dylib",
                    "02ec1b3570cde80e5fbfc3ba56b5de68ffef2a26e7b470a89547a80e87120e81");
        }
        if (name.startsWith("windows") && x64) {
            return new Build("Windows/x86_64", "jllama.dll",
                    "6f9ddfdec919f3aa8853419b7e0e5868ffbd25294412314d4de41e6c20d63440");
        }
        throw new ConfigurationException(
                ("The engine has no native library for os.name=%s, os.arch=%s; there are some for "
                        + "Linux and macOS on x86_64 and aarch64, and for Windows on x86_64.").formatted(os, arch));
    }

    /** The x86 build has no run-time dispatch: an older processor would kill the process with SIGILL. */
    static void checkProcessor(Path cpuinfo, String arch) {
        if (!(arch.equals("amd64") || arch.equals("x86_64")) || !Files.isReadable(cpuinfo)) {
            return;
        }
        Set<String> flags = new HashSet<>();
        for (String line : read(cpuinfo)) {
            if (line.startsWith("flags")) {
                flags.addAll(Arrays.asList(line.split("\\s+", -1)));
                break;
            }
        }
        List<String> missing = REQUIRED_X86_FLAGS.stream().filter(flag -> !flags.contains(flag)).toList();
        if (!flags.isEmpty() && !missing.isEmpty()) {
            throw new ConfigurationException(("This processor lacks %s, which the engine's library was built for; "
                    + "it needs an x86-64-v3 processor (Intel Haswell, AMD Excavator or later).").formatted(missing));
        }
    }

    /** A library linked against glibc crashes under musl. */
    static void checkCLibrary(Path maps) {
        if (Files.isReadable(maps) && read(maps).stream().anyMatch(line -> line.contains("/ld-musl"))) {
            throw new ConfigurationException(
                    "This JVM runs on musl (Alpine Linux), the engine's library needs glibc 2.17 "
                            + "or later; use an image based on Debian, Ubuntu or Fedora.");
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigurationException("%s cannot be read".formatted(file), e);
        }
    }

    private static void link(@Nullable Path directory) {
        String cleanedBefore = System.getProperty(CLEANED_PROPERTY);
        try {
            Path empty = Files.createTempDirectory("llf-empty-");
            System.setProperty(CLEANED_PROPERTY, empty.toString());
            if (directory != null) {
                System.setProperty(PATH_PROPERTY, directory.toString());
            }
            Class.forName(LlamaModel.class.getName(), true, LlamaModel.class.getClassLoader());
            checkNothingUnpacked(empty);
        } catch (IOException | ClassNotFoundException e) {
            throw new ConfigurationException("The engine's library cannot be set up: " + e, e);
        } catch (LinkageError e) {
            throw refuse(e.getMessage(), e);
        } finally {
            if (directory != null) {
                System.clearProperty(PATH_PROPERTY);
            }
            if (cleanedBefore == null) {
                System.clearProperty(CLEANED_PROPERTY);
            } else {
                System.setProperty(CLEANED_PROPERTY, cleanedBefore);
            }
        }
    }

    /** Where the binding cannot link the library it unpacks and links another copy, which shares state with the first. */
    private static void checkNothingUnpacked(Path directory) throws IOException {
        List<Path> unpacked;
        try (Stream<Path> files = Files.list(directory)) {
            unpacked = files.toList();
        }
        for (Path file : unpacked) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
        if (!unpacked.isEmpty()) {
            throw refuse("the binding could not use the unpacked one", null);
        }
    }

    private static ConfigurationException refuse(@Nullable String reason, @Nullable Throwable cause) {
        String message = ("The engine's library cannot be linked: %s. On a slim Linux image install libgomp1; if another "
                + "class loader of this JVM holds it already, share that class loader; if the directory is mounted noexec, "
                + "name another one with the system property %s.").formatted(reason, ResourceCache.PROPERTY);
        refusal = message;
        return new ConfigurationException(message, cause);
    }
}
