package dev.llf.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ProcessMemoryTest {

    @TempDir Path directory;

    private ProcessMemory read(String status) throws IOException {
        return ProcessMemory.read(Files.writeString(directory.resolve("status"), status));
    }

    @Test
    void readsWhatLinuxTells() throws IOException {
        ProcessMemory memory = read("Name:\tjava\nVmHWM:\t  3000 kB\nVmRSS:\t  2000 kB\n");

        assertThat(memory.residentBytes()).hasValue(2000L * 1024);
        assertThat(memory.peakResidentBytes()).hasValue(3000L * 1024);
        assertThat(memory.heapUsedBytes()).isPositive().isLessThanOrEqualTo(memory.heapMaxBytes());
    }

    @Test
    void doesNotGuess() throws IOException {
        assertThat(read("VmRSS: much kB\nVmHWM: 12 MB\nVmRSS:\n").residentBytes()).isEmpty();
        assertThat(read("VmRSS: 99999999999999999999 kB").residentBytes()).isEmpty();
        assertThat(ProcessMemory.read(directory.resolve("missing")).peakResidentBytes()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void knowsThisProcess() {
        assertThat(ProcessMemory.now().residentBytes().orElseThrow()).isGreaterThan(1 << 20);
    }
}
