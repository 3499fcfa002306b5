package dev.llf.llamacpp;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/** What the machine, or the container, has. */
final class Machine {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** Returns the bytes that a program could still take, the page cache counted as free. */
    static long availableBytes() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long free = available(MEMINFO).orElse(system.getFreeMemorySize());
        // In a container the bean tells the container's limit, /proc the host's memory.
        return Math.min(free, system.getTotalMemorySize());
    }

    static OptionalLong available(Path meminfo) {
        if (!Files.isReadable(meminfo)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(meminfo, StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // the caller falls back on the JVM's own figure
        }
    }

    /** Returns the cores, hyper-threads counted once, but no more than the JVM may use. */
    static int physicalCores() {
        int usable = Runtime.getRuntime().availableProcessors();
        int physical = Files.isReadable(CPUINFO) ? physicalCores(CPUINFO) : usable;
        return Math.max(1, Math.min(physical, usable));
    }

    static int physicalCores(Path cpuinfo) {
        try {
            Set<String> cores = new HashSet<>();
            String socket = "";
            for (String line : Files.readAllLines(cpuinfo, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("physical id")) {
                    socket = line;
                } else if (line.startsWith("core id")) {
                    cores.add(socket + line);
                }
            }
            return cores.isEmpty() ? Integer.MAX_VALUE : cores.size();
        } catch (IOException e) {
            return Integer.MAX_VALUE; // the caller takes what the JVM may use
        }
    }
}
