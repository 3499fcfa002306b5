package dev.llf.survival;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs main programs of the tests in a JVM of their own, because what they do may end the process. */
public final class ChildJvm {

    private static final Path CLASSES = Path.of("target", "classes").toAbsolutePath();
    private static final Path TEST_CLASSES = Path.of("target", "test-classes").toAbsolutePath();

    private final List<String> options = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    private final Map<String, String> environment;
    private final Path directory;

    /**
     * Starts to set up.
     *
     * @param directory   takes what the process prints
     * @param environment variables to add
     */
    public ChildJvm(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** Adds an option of the JVM. */
    public ChildJvm option(String option) {
        options.add(option);
        return this;
    }

    /**
     * What became of a process.
     *
     * @param exit   its status; that of a killed process if it did not end in time
     * @param inTime whether it ended by itself
     * @param out    what it printed
     * @param err    what it complained of
     */
    public record Result(int exit, boolean inTime, String out, String err) {

        /** Tells whether it ended by itself and well; a crash while the process exits leaves the status alone. */
        public boolean well() {
            return inTime && exit == 0 && !out.contains("A fatal error has been detected");
        }

        /** Tells all, for a failed test. */
        public String describe() {
            return "exit status %d%s%n--- out%n%s%n--- err%n%s".formatted(exit, inTime ? "" : " (killed: out of time)",
                    tail(out), tail(err));
        }

        private static String tail(String text) {
            return text.substring(Math.max(0, text.length() - 6000));
        }
    }

    /** Runs the program to its end, or kills it when the time is over. */
    public Result run(Duration limit, Class<?> main, String... arguments) {
        try {
            Path out = Files.createTempFile(directory, "child", ".out");
            Path err = Files.createTempFile(directory, "child", ".err");
            List<String> command = new ArrayList<>(
                    List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(options);
            command.addAll(List.of("-cp", classPath(), main.getName()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                    .redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean inTime = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
            int exit = inTime ? process.exitValue() : process.destroyForcibly().waitFor();
            return new Result(exit, inTime, Files.readString(out, StandardCharsets.ISO_8859_1),
                    Files.readString(err, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError("the child JVM cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while a child JVM ran", e);
        }
    }

    /** The tests run on the module path; the children on the class path, as plain programs do. */
    public static String classPath() {
        Set<String> entries = new LinkedHashSet<>(List.of(CLASSES.toString(), TEST_CLASSES.toString()));
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            String path = System.getProperty(property, "");
            for (String entry : path.split(File.pathSeparator, -1)) {
                if (!entry.isEmpty()) {
                    entries.add(Path.of(entry).toAbsolutePath().toString());
                }
            }
        }
        return String.join(File.pathSeparator, entries);
    }
}
