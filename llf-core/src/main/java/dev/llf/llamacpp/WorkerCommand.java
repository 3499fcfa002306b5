package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonFactory;
import de.kherud.llama.LlamaModel;
import dev.llf.cache.ResourceCache;
import dev.llf.error.ConfigurationException;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * How a worker process is started: this JVM's own {@code java}, with the few jars that the engine needs.
 *
 * <p>They stand on the class path, also where the host runs on the module path. The host's other jars stay out, its logging
 * set-up among them, which two processes must not share.
 */
final class WorkerCommand {

    /** A library's jar or directory is where one of its classes came from. */
    private static final List<Class<?>> NEEDED = List.of(WorkerMain.class, LlamaModel.class, JsonFactory.class,
            LoggerFactory.class);

    /**
     * One compiler is enough for a loop around native calls. What a crash leaves goes to the error stream and to no file, and
     * whatever the JVM itself has to say must not come between the frames.
     */
    private static final List<String> JVM = List.of("-Xms8m", "-Xmx256m", "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:+DisplayVMOutputToStderr",
            "-XX:+IgnoreUnrecognizedVMOptions", "-Xlog:disable", "-Xlog:all=warning:stderr",
            "--enable-native-access=ALL-UNNAMED", "-Dslf4j.internal.verbosity=ERROR");

    /** Where the library is unpacked must not differ from the host. */
    private static final List<String> INHERITED = List.of(ResourceCache.PROPERTY, NativeLibrary.PATH_PROPERTY,
            "java.io.tmpdir", "user.name");

    /** They are meant for the host: an agent that takes a port cannot be there twice. */
    private static final List<String> UNWANTED = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private WorkerCommand() {}

    /**
     * Returns what starts a worker.
     *
     * @param beat how often it shall give a sign of life
     * @throws ConfigurationException if this JVM has no launcher
     */
    static ProcessBuilder create(Duration beat) {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(JVM);
        boolean windows = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        command.add("-XX:ErrorFile=" + (windows ? "NUL" : "/dev/null"));
        for (String name : INHERITED) {
            String value = System.getProperty(name);
            if (value != null) {
                command.add("-D%s=%s".formatted(name, value));
            }
        }
        command.addAll(List.of("-cp", classPath(), WorkerMain.class.getName(), String.valueOf(beat.toMillis())));
        ProcessBuilder builder = new ProcessBuilder(command);
        UNWANTED.forEach(builder.environment()::remove);
        return builder;
    }

    private static Path launcher() {
        Path bin = Path.of(System.getProperty("java.home"), "bin");
        for (String name : List.of("java", "java.exe")) {
            if (Files.isExecutable(bin.resolve(name))) {
                return bin.resolve(name);
            }
        }
        throw new ConfigurationException(
                "isolation(WORKER_JVM) needs a java launcher, but this Java runtime has none in %s; use a whole JDK or JRE."
                        .formatted(bin));
    }

    private static String classPath() {
        Set<String> entries = new LinkedHashSet<>();
        for (Class<?> needed : NEEDED) {
            Path entry = origin(needed);
            if (entry == null) {
                return System.getProperty("java.class.path", "");
            }
            entries.add(entry.toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    /** Returns null where it is no file of its own, as in a jar inside a jar. */
    private static @Nullable Path origin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || !"file".equals(source.getLocation().getProtocol())) {
            return null;
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }
}
