package dev.llf.llamacpp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** The worker processes of this JVM, as the operating system sees them. */
public final class Workers {

    private Workers() {}

    /** Returns the processes that are alive. */
    public static List<ProcessHandle> alive() {
        return ProcessHandle.current().children().filter(Workers::isWorker).toList();
    }

    private static boolean isWorker(ProcessHandle process) {
        Optional<String[]> arguments = process.info().arguments();
        return process.isAlive() && arguments.isPresent()
                && List.of(arguments.get()).contains(WorkerMain.class.getName());
    }

    /** Returns the number of the process that was started last. */
    static long newest() {
        return alive().stream().max(Comparator.comparing(process -> process.info().startInstant().orElseThrow()))
                .orElseThrow().pid();
    }

    /** Sends a signal, by name. */
    public static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).inheritIO().start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Stops a process and waits until all of it stands still. */
    static void stop(long pid) throws IOException, InterruptedException {
        signal("STOP", pid);
        Eventually.until(() -> state(pid).startsWith("T"));
    }

    private static String state(long pid) {
        try {
            Process ps = new ProcessBuilder("ps", "-o", "state=", "-p", String.valueOf(pid)).start();
            return new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
