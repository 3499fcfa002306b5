package dev.llf.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that this process takes, the engine's included. The models' files are mapped, so that their part of the
 * resident memory is shared with other processes, and goes when the system needs it.
 *
 * @param residentBytes     what is in the machine's memory now; empty where the system does not tell, as outside Linux
 * @param peakResidentBytes the most it ever was; empty where the system does not tell
 * @param heapUsedBytes     what the Java heap holds, garbage included
 * @param heapMaxBytes      how large the Java heap may become
 */
public record ProcessMemory(OptionalLong residentBytes, OptionalLong peakResidentBytes, long heapUsedBytes,
        long heapMaxBytes) {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern SIZE = Pattern.compile("(\\w+):\\s+(\\d{1,15}) kB");
    private static final int KIB = 1024;

    /**
     * Reads the figures.
     *
     * @return how it is now
     */
    public static ProcessMemory now() {
        return read(STATUS);
    }

    static ProcessMemory read(Path status) {
        List<String> lines = lines(status);
        Runtime runtime = Runtime.getRuntime();
        return new ProcessMemory(bytes(lines, "VmRSS"), bytes(lines, "VmHWM"),
                runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory());
    }

    private static List<String> lines(Path status) {
        try {
            return Files.readAllLines(status);
        } catch (IOException e) {
            return List.of(); // not known here, which the result says
        }
    }

    private static OptionalLong bytes(List<String> lines, String name) {
        return lines.stream().map(SIZE::matcher).filter(line -> line.matches() && line.group(1).equals(name))
                .map(Matcher::toMatchResult).mapToLong(line -> Long.parseLong(line.group(2)) * KIB).findFirst();
    }
}
