package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SplitFilesTest {

    @TempDir Path directory;

    private Path first;

    @BeforeEach
    void writeThreeParts() {
        first = write(1, part(0, 3).string("general.architecture", "llama").ones("a", 8).ones("b", 8));
        write(2, part(1, 3).ones("c", 16));
        write(3, part(2, 3).ones("d", 8));
    }

    @Test
    void readsAllPartsWhenGivenTheFirst() {
        GgufFile file = GgufFile.read(first);

        assertThat(file.parts()).containsExactly(first, path(2), path(3));
        assertThat(file.tensors()).extracting(GgufTensor::name).containsExactly("a", "b", "c", "d");
        assertThat(file.tensors()).extracting(GgufTensor::part).containsExactly(0, 0, 1, 2);
        assertThat(file.parameterCount()).isEqualTo(40);
        assertThat(file.byteSize()).isEqualTo(
                path(1).toFile().length() + path(2).toFile().length() + path(3).toFile().length());
        assertThat(file.architecture()).isEqualTo("llama");
        assertThat(file.name()).isEqualTo("big");
    }

    @Test
    void refusesALaterPart() {
        refused(path(2), path(2), "this is file 2 of a model split into 3. Pass the first, big-00001-of-00003.gguf.");
    }

    @Test
    void refusesWhenAPartIsMissing() throws IOException {
        Files.delete(path(3));

        refused(first, path(3), "there is no such file, but big-00001-of-00003.gguf is split into 3 files");
    }

    @Test
    void refusesARenamedFirstPart() throws IOException {
        Path renamed = Files.move(first, directory.resolve("other.gguf"));

        refused(renamed, renamed, "the first of 3 files, expected a name ending in '-00001-of-00003.gguf'");
    }

    @Test
    void refusesAPartWithAnotherNumber() {
        write(2, part(2, 3).ones("c", 16));

        refused(first, path(2), "key 'split.no' is 2, expected 1 by the file's name");
    }

    @Test
    void refusesAPartOfAnotherCount() {
        write(2, part(1, 4).ones("c", 16));

        refused(first, path(2), "key 'split.count' is 4, expected 3 as in big-00001-of-00003.gguf");
    }

    @Test
    void refusesAPartThatIsNone() {
        write(2, new GgufBuilder().ones("c", 16));

        refused(first, path(2), "key 'split.no' is missing");
    }

    @Test
    void refusesAnotherNumberOfTensors() {
        write(3, part(2, 3).ones("d", 8).ones("e", 8));

        refused(first, first, "the 3 files hold 5 tensors, expected 4 by key 'split.tensors.count'");
    }

    @Test
    void refusesATensorThatTwoPartsHold() {
        write(3, part(2, 3).ones("a", 8));

        refused(first, path(3), "found tensor 'a', which big-00001-of-00003.gguf holds too");
    }

    @Test
    void refusesKeysOfAnotherType() {
        write(1, part(0, 3).u32("split.count", 3).ones("a", 8).ones("b", 8));

        refused(first, first, "key 'split.count' has type u32, expected u16");
    }

    @Test
    void refusesADamagedPart() {
        new RawFile(part(1, 3).ones("c", 16)).cutAt(100).write(path(2));

        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> GgufFile.read(first))
                .satisfies(refusal -> assertThat(refusal.file()).isEqualTo(path(2)));
    }

    @Test
    void readsAModelOfOnePartLikeAWholeOne() {
        Path file = part(0, 1).ones("a", 8).write(directory.resolve("whole.gguf"));

        assertThat(GgufFile.read(file).parts()).containsExactly(file);
    }

    private void refused(Path given, Path blamed, String message) {
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> GgufFile.read(given))
                .withMessageContaining(message).satisfies(refusal -> assertThat(refusal.file()).isEqualTo(blamed));
    }

    private static GgufBuilder part(int number, int count) {
        return new GgufBuilder().u16("split.no", number).u16("split.count", count).i32("split.tensors.count", 4);
    }

    private Path write(int number, GgufBuilder builder) {
        return builder.write(path(number));
    }

    private Path path(int number) {
        return directory.resolve("big-%05d-of-00003.gguf".formatted(number));
    }
}
