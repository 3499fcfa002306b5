package dev.llf.conversation.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class WholeFileTest {

    private static final WholeFile.Content NEW = out -> out.write("new".getBytes());
    private static final WholeFile.Content FAILING = out -> {
        out.write(new byte[100_000]);
        throw new IOException("no space");
    };

    @TempDir private Path directory;

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(each -> each.getFileName().toString()).toList();
        }
    }

    @Test
    void createsOnlyWhatIsNotThere() throws IOException {
        Path file = directory.resolve("a");
        WholeFile.create(file, NEW);
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));

        for (Path taken : List.of(file, link)) {
            assertThatExceptionOfType(FileAlreadyExistsException.class)
                    .isThrownBy(() -> WholeFile.create(taken, out -> out.write(1)));
        }
        assertThat(file).hasContent("new");
        assertThat(names()).containsExactlyInAnyOrder("a", "link");
    }

    @Test
    void replacesALinkAndNotWhatItLeadsTo() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "other");
        Path link = Files.createSymbolicLink(directory.resolve("link"), other);

        WholeFile.replace(link, NEW);

        assertThat(other).hasContent("other");
        assertThat(link).hasContent("new").isRegularFile();
        assertThat(Files.isSymbolicLink(link)).isFalse();
    }

    @Test
    void leavesEverythingAsItWasIfItFails() throws IOException {
        Path file = Files.writeString(directory.resolve("a"), "old");

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> WholeFile.replace(file, FAILING))
                .withMessage("no space");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> WholeFile.create(directory.resolve("b"), FAILING));

        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("a");
    }

    @Test
    void writesForTheOwnerAloneAndToItsEndIfInterrupted() throws IOException {
        assumeTrue(OwnerOnly.isPosix(directory));
        Path file = directory.resolve("a");
        Thread.currentThread().interrupt();
        try {
            WholeFile.create(file, NEW);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void writesToOtherFileSystems() throws IOException {
        URI zip = URI.create("jar:" + directory.resolve("a.zip").toUri());
        try (FileSystem system = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path file = system.getPath("/a");

            WholeFile.create(file, NEW);
            WholeFile.replace(file, NEW);

            assertThat(Files.readString(file)).isEqualTo("new");
        }
    }
}
