package dev.llf.llamacpp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Finds the reason of a failed load in the engine's log, which a thread of the engine writes a little later. */
final class LoadLog {

    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);
    private static final List<String> MARKS = List.of("error loading model:", "failed to", "error:");

    private LoadLog() {}

    static Optional<String> reason(Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE;
        Optional<String> found = find(log);
        while (found.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(INTERVAL);
            found = find(log);
        }
        return found;
    }

    private static Optional<String> find(Path log) throws IOException {
        List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
        for (String mark : MARKS) {
            for (String line : lines) {
                int at = line.indexOf(mark);
                if (at >= 0) {
                    return Optional.of(line.substring(mark.endsWith(":") ? at + mark.length() : at).strip());
                }
            }
        }
        return Optional.empty();
    }
}
