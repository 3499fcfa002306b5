package dev.llf.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long from the start of a JVM to the first token of TinyModel, and to the end of the JVM? Beside it, a JVM that only
 * prints a line.
 *
 * <p>Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=StartupBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 15)
public class StartupBenchmark {

    /** What the JVM does. */
    @Param({"nothing", "first-token", "first-token-threads-set"}) String program = "";

    @Benchmark
    public String start() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), FirstToken.class.getName(), program)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            if (line == null || line.isEmpty()) {
                throw new IllegalStateException("the program printed nothing");
            }
            return line;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
