package dev.llf.cache;

import dev.llf.error.StorageException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResourceCacheTest {

    private static final String TEXT = "a resource".repeat(10_000);
    private static final ResourceCache.Source SOURCE = () -> new ByteArrayInputStream(TEXT.getBytes(UTF_8));
    private static final String SHA_256 = ResourceCache.sha256(SOURCE);
    private static final String DIRECTORY = "thing-" + SHA_256.substring(0, 16);

    @TempDir Path base;

    private ResourceCache cache;

    @BeforeEach
    void openCache() {
        cache = ResourceCache.in(base);
    }

    private Path extract() {
        return cache.extract(SOURCE, SHA_256, "thing", "thing.bin");
    }

    @Test
    void unpacksTheResourceIntoADirectoryNamedByItsHash() {
        assertThat(extract()).isEqualTo(base.resolve(DIRECTORY).resolve("thing.bin")).hasContent(TEXT);
    }

    @Test
    void leavesNoOtherFileBehind() throws IOException {
        extract();

        try (Stream<Path> files = Files.list(base.resolve(DIRECTORY))) {
            assertThat(files).containsExactly(base.resolve(DIRECTORY).resolve("thing.bin"));
        }
    }

    @Test
    void computesTheHashOfAResource() {
        ResourceCache.Source abc = () -> new ByteArrayInputStream("abc".getBytes(UTF_8));

        // The test vector of FIPS 180-2, appendix B.1.
        assertThat(ResourceCache.sha256(abc))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void keepsAnIntactFile() throws IOException {
        FileTime old = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(extract(), old);

        assertThat(Files.getLastModifiedTime(ResourceCache.in(base).extract(SOURCE, SHA_256, "thing", "thing.bin")))
                .isEqualTo(old);
    }

    @Test
    void repairsATamperedFile() throws IOException {
        Files.writeString(extract(), TEXT.replace('a', 'b'));

        assertThat(ResourceCache.in(base).extract(SOURCE, SHA_256, "thing", "thing.bin")).hasContent(TEXT);
    }

    @Test
    void unpacksAgainWhatACleanerRemoved() throws IOException {
        Files.delete(extract());

        assertThat(extract()).hasContent(TEXT);
    }

    @Test
    void removesWhatKilledProcessesLeftBehindButNothingYoung() throws IOException {
        Path directory = extract().resolveSibling("");
        Path abandoned = Files.writeString(directory.resolve("new1.part"), "x");
        Path young = Files.writeString(directory.resolve("new2.part"), "x");
        Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        Files.delete(directory.resolve("thing.bin"));

        extract();

        assertThat(abandoned).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void givesEveryThreadTheSameCompleteFile() throws InterruptedException, ExecutionException {
        List<Callable<Path>> tasks = new ArrayList<>();
        Set<Path> seen = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 16; i++) {
            // Half share a cache, half act like separate processes.
            ResourceCache mine = i % 2 == 0 ? cache : ResourceCache.in(base);
            tasks.add(() -> {
                Path path = mine.extract(SOURCE, SHA_256, "thing", "thing.bin");
                assertThat(path).hasContent(TEXT);
                seen.add(path);
                return path;
            });
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Path> future : threads.invokeAll(tasks)) {
                future.get();
            }
        }

        assertThat(seen).hasSize(1);
    }

    @Test
    void worksForAnInterruptedThread() {
        Thread.currentThread().interrupt();

        Path path = extract();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(path).hasContent(TEXT);
    }

    @Test
    void refusesAResourceWithAnotherHash() {
        String other = "0".repeat(64);

        assertThatThrownBy(() -> cache.extract(SOURCE, other, "thing", "thing.bin"))
                .isInstanceOf(StorageException.class).hasMessageContaining(SHA_256).hasMessageContaining(other);
        assertThat(base.resolve("thing-0000000000000000")).isEmptyDirectory();
    }

    @Test
    void tellsThatAResourceIsMissing() {
        ResourceCache.Source missing = () -> {
            throw new FileNotFoundException("thing.bin is missing");
        };

        assertThatThrownBy(() -> cache.extract(missing, SHA_256, "thing", "thing.bin"))
                .isInstanceOf(StorageException.class).hasMessageContaining("thing.bin is missing");
        assertThatThrownBy(() -> ResourceCache.sha256(missing)).isInstanceOf(StorageException.class);
    }

    @Test
    void refusesABaseThatCannotBeADirectory() throws IOException {
        Path file = Files.writeString(base.resolve("file"), "x");

        assertThatThrownBy(() -> ResourceCache.in(file.resolve("below")).extract(SOURCE, SHA_256, "thing", "thing.bin"))
                .isInstanceOf(StorageException.class).hasMessageContaining(file.toString())
                .hasMessageContaining(ResourceCache.PROPERTY);
    }

    @Test
    void refusesAnUnwritableBase() throws IOException {
        onlyOnPosix();
        Path locked = Files.createDirectory(base.resolve("locked"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        Assumptions.assumeFalse(Files.isWritable(locked), "the superuser may write everywhere");

        assertThatThrownBy(() -> ResourceCache.in(locked).extract(SOURCE, SHA_256, "thing", "thing.bin"))
                .isInstanceOf(StorageException.class).hasMessageContaining(locked.toString());
    }

    @Test
    void refusesANameThatLeavesTheDirectory() {
        assertThatIllegalArgumentException().isThrownBy(() -> cache.extract(SOURCE, SHA_256, "../thing", "thing.bin"));
        assertThatIllegalArgumentException().isThrownBy(() -> cache.extract(SOURCE, SHA_256, "thing", ".."));
        assertThatIllegalArgumentException().isThrownBy(() -> cache.extract(SOURCE, "abc", "thing", "thing.bin"));
    }

    @Test
    void keepsOtherUsersOut() throws IOException {
        onlyOnPosix();
        ResourceCache temporary = ResourceCache.inTemporary(base, "ada");

        Path path = temporary.extract(SOURCE, SHA_256, "thing", "thing.bin");

        assertThat(path).isEqualTo(base.resolve("llf-ada").resolve(DIRECTORY).resolve("thing.bin"));
        assertThat(permissions(base.resolve("llf-ada"))).isEqualTo("rwx------");
        assertThat(permissions(base.resolve("llf-ada").resolve(DIRECTORY))).isEqualTo("rwx------");
        assertThat(permissions(path)).isEqualTo("rw-------");
    }

    @Test
    void makesAPlainDirectoryNameOfAnyUserName() {
        Path path = ResourceCache.inTemporary(base, "DOMAIN\\../ada lovelace").extract(SOURCE, SHA_256, "thing",
                "thing.bin");

        assertThat(path).startsWith(base.resolve("llf-DOMAIN_.._ada_lovelace"));
    }

    @Test
    void sidestepsASymbolicLinkInTheTemporaryDirectory(@TempDir Path trap) throws IOException {
        onlyOnPosix();
        Files.createSymbolicLink(base.resolve("llf-ada"), trap);

        Path path = ResourceCache.inTemporary(base, "ada").extract(SOURCE, SHA_256, "thing", "thing.bin");

        assertThat(path).hasContent(TEXT);
        assertThat(path.toRealPath()).startsWith(base.toRealPath());
        assertThat(trap).isEmptyDirectory();
        assertThat(permissions(path.resolveSibling("").resolve("..").normalize())).isEqualTo("rwx------");
    }

    @Test
    void sidestepsADirectoryThatOthersCanWrite() throws IOException {
        onlyOnPosix();
        Path open = Files.createDirectory(base.resolve("llf-ada"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        Path path = ResourceCache.inTemporary(base, "ada").extract(SOURCE, SHA_256, "thing", "thing.bin");

        assertThat(path).hasContent(TEXT);
        assertThat(open).isEmptyDirectory();
    }

    @Test
    void usesOneFreshDirectoryForAllItsFiles() throws IOException {
        Files.writeString(base.resolve("llf-ada"), "a file in the way");
        ResourceCache temporary = ResourceCache.inTemporary(base, "ada");

        Path one = temporary.extract(SOURCE, SHA_256, "one", "one.bin");
        Path two = temporary.extract(SOURCE, SHA_256, "two", "two.bin");

        assertThat(one.subpath(0, one.getNameCount() - 2)).isEqualTo(two.subpath(0, two.getNameCount() - 2));
        assertThat(temporary.extract(SOURCE, SHA_256, "one", "one.bin")).isEqualTo(one);
    }

    @Test
    void replacesASymbolicLinkInPlaceOfTheFile(@TempDir Path elsewhere) throws IOException {
        onlyOnPosix();
        Path victim = Files.writeString(elsewhere.resolve("victim"), TEXT);
        Path planted = extract();
        Files.delete(planted);
        Files.createSymbolicLink(planted, victim);

        Path path = extract();

        assertThat(Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(victim).hasContent(TEXT);
    }

    @Test
    void givesConcurrentProcessesTheSameFile() throws IOException, InterruptedException {
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-D" + ResourceCache.PROPERTY + "=" + base.resolve("shared"), "-cp", classPath(),
                    Child.class.getName()).redirectErrorStream(true).start());
        }

        for (Process child : children) {
            String output = new String(child.getInputStream().readAllBytes(), UTF_8);
            assertThat(child.waitFor()).as(output).isZero();
            assertThat(output.strip().lines().toList().getLast())
                    .isEqualTo(base.resolve("shared").resolve(DIRECTORY).resolve("thing.bin").toString());
        }
    }

    /** The program of the other processes. */
    static final class Child {

        public static void main(String[] arguments) {
            System.out.println(ResourceCache.ofUser().extract(SOURCE, SHA_256, "thing", "thing.bin"));
        }
    }

    private static String classPath() {
        return Stream.of(ResourceCache.class, ResourceCacheTest.class, org.slf4j.Logger.class)
                .map(ResourceCacheTest::root).distinct().reduce((a, b) -> a + File.pathSeparator + b).orElseThrow();
    }

    private static String root(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String text = type.getResource("/" + name).toString().replace("jar:", "").replace("!/", "/");
        return Path.of(URI.create(text.substring(0, text.length() - name.length() - 1))).toString();
    }

    private static void onlyOnPosix() {
        Assumptions.assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }
}
