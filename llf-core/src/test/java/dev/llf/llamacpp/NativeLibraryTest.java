package dev.llf.llamacpp;

import de.kherud.llama.LlamaModel;
import dev.llf.cache.ResourceCache;
import dev.llf.error.ConfigurationException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NativeLibraryTest {

    private static final String MODERN = "processor : 0\nflags\t\t: fpu sse4_2 avx avx2 bmi1 bmi2 fma f16c\n";

    @TempDir Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("sample"), text);
    }

    @ParameterizedTest
    @CsvSource({"Linux, amd64, Linux/x86_64, libjllama.so", "Linux, aarch64, Linux/aarch64, libjllama.so",
        "Mac OS X, aarch64, Mac/aarch64, libjllama.dylib", "Mac OS X, x86_64, Mac/x86_64, libjllama.dylib",
        "Windows 11, amd64, Windows/x86_64, jllama.dll"})
    void knowsTheLibraryOfEachPlatform(String os, String arch, String folder, String file) throws IOException {
        NativeLibrary.Build build = NativeLibrary.build(os, arch);

        assertThat(build.folder()).isEqualTo(folder);
        assertThat(build.file()).isEqualTo(file);
        assertThat(ResourceCache.sha256(() -> open(build))).isEqualTo(build.sha256());
    }

    private static InputStream open(NativeLibrary.Build build) throws IOException {
        String name = "/de/kherud/llama/" + build.folder() + "/" + build.file();
        InputStream in = LlamaModel.class.getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException(name);
        }
        return in;
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, aarch64", "Linux, riscv64", "SunOS, amd64", "Linux, x86", "'', ''"})
    void refusesOtherPlatforms(String os, String arch) {
        assertThatThrownBy(() -> NativeLibrary.build(os, arch)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("os.arch=" + arch);
    }

    @Test
    void acceptsAModernProcessor() throws IOException {
        Path cpuinfo = file(MODERN);

        assertThatCode(() -> NativeLibrary.checkProcessor(cpuinfo, "amd64")).doesNotThrowAnyException();
    }

    @Test
    void refusesAnOldProcessor() throws IOException {
        Path cpuinfo = file(MODERN.replace("avx2 ", "").replace("fma ", ""));

        assertThatThrownBy(() -> NativeLibrary.checkProcessor(cpuinfo, "amd64"))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("[avx2, fma]");
    }

    @Test
    void letsProcessorsPassThatTellNothing() throws IOException {
        Path cpuinfo = file("processor : 0\n");
        Path old = file("flags : fpu\n");

        assertThatCode(() -> {
            NativeLibrary.checkProcessor(old, "aarch64");
            NativeLibrary.checkProcessor(directory.resolve("missing"), "amd64");
        }).doesNotThrowAnyException();
        Files.writeString(cpuinfo, "processor : 0\n");
        assertThatCode(() -> NativeLibrary.checkProcessor(cpuinfo, "amd64")).doesNotThrowAnyException();
    }

    @Test
    void refusesMusl() throws IOException {
        Path maps = file("7f00-7f01 r-xp 00000000 08:01 1 /lib/ld-musl-x86_64.so.1\n");

        assertThatThrownBy(() -> NativeLibrary.checkCLibrary(maps)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("glibc");
    }

    @Test
    void acceptsGlibcEvenBelowADirectoryNamedMusl() throws IOException {
        Path maps = file("7f00-7f01 r-xp 00000000 08:01 1 /home/musl/lib/libc.so.6\n");

        assertThatCode(() -> {
            NativeLibrary.checkCLibrary(maps);
            NativeLibrary.checkCLibrary(directory.resolve("missing"));
        }).doesNotThrowAnyException();
    }

    @Test
    void loadsOnceAndLeavesNoSettingBehind() {
        NativeLibrary.load();
        NativeLibrary.load();

        assertThat(System.getProperty("de.kherud.llama.lib.path")).isNull();
        assertThat(System.getProperty("de.kherud.llama.tmpdir")).isNull();
    }
}
