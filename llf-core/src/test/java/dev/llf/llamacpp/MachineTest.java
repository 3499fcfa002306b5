package dev.llf.llamacpp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MachineTest {

    @TempDir Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("sample"), text);
    }

    @Test
    void readsAvailableMemory() throws IOException {
        Path meminfo = file("MemTotal:       24689764 kB\nMemFree:        10000000 kB\nMemAvailable:   23456789 kB\n"
                + "Buffers:             100 kB\n");

        assertThat(Machine.available(meminfo)).hasValue(23_456_789L * 1024);
    }

    @Test
    void knowsNoMemoryWithoutTheFigure() throws IOException {
        assertThat(Machine.available(file("MemTotal:  100 kB\n"))).isEmpty();
        assertThat(Machine.available(directory.resolve("missing"))).isEmpty();
    }

    @Test
    void countsHyperThreadsOnce() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int socket = 0; socket < 2; socket++) {
            for (int core = 0; core < 3; core++) {
                for (int thread = 0; thread < 2; thread++) {
                    text.append("processor\t: 0\nphysical id\t: %d\nsiblings\t: 6\ncore id\t\t: %d\n\n"
                            .formatted(socket, core));
                }
            }
        }

        assertThat(Machine.physicalCores(file(text.toString()))).isEqualTo(6);
    }

    @Test
    void leavesTheCountOpenWhereTheFileHasNone() throws IOException {
        assertThat(Machine.physicalCores(file("processor\t: 0\nBogoMIPS\t: 50.00\n"))).isEqualTo(Integer.MAX_VALUE);
        assertThat(Machine.physicalCores(directory.resolve("missing"))).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void knowsThisMachine() {
        assertThat(Machine.physicalCores()).isBetween(1, Runtime.getRuntime().availableProcessors());
        assertThat(Machine.availableBytes()).isPositive();
    }
}
