package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/** One damage, one refusal, with its place and what was found and expected. */
class GgufStructureTest {

    @TempDir Path directory;

    @Test
    void refusesAMissingFile() {
        Path missing = directory.resolve("none.gguf");

        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> GgufFile.read(missing))
                .withMessage("%s: there is no such file. Check the path.", missing)
                .satisfies(refusal -> assertThat(refusal.offset()).isEqualTo(-1));
    }

    @Test
    void refusesADirectory() {
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> GgufFile.read(directory))
                .withMessageContaining("this is a directory, expected a GGUF file");
    }

    @Test
    void refusesAFileItMayNotRead() {
        Path file = new GgufBuilder().write(directory.resolve("secret.gguf"));
        assumeThat(file.toFile().setReadable(false) && !file.toFile().canRead()).isTrue();

        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> GgufFile.read(file))
                .withMessageContaining("may not read the file");
    }

    @Test
    void refusesAnEmptyFile() {
        refusal(new RawFile(new byte[0]), 0, "the file is empty, expected a GGUF model");
    }

    @Test
    void refusesAFileThatEndsWithinTheHeader() {
        refusal(new RawFile(new GgufBuilder()).cutAt(3), 0, "it begins with 47 47 55 ('GGU'), expected 47 47 55 46");
        refusal(new RawFile(new GgufBuilder()).cutAt(6), 4, "the version needs 4 bytes, but the file has only 2 left");
        refusal(new RawFile(new GgufBuilder()).cutAt(20), 16, "the number of keys needs 8 bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            version https://git-lfs.github.com/spec/v1 | 76 65 72 73 ('vers') | It is a Git LFS pointer
            <!DOCTYPE html>                            | 3c 21 44 4f ('<!DO') | It is a web page
            tjgg and so on                             | 74 6a 67 67 ('tjgg') | older than GGUF
            something                                  | 73 6f 6d 65 ('some') | expected 47 47 55 46 ('GGUF').
            """)
    void saysWhatAFileIsThatIsNotGguf(String content, String found, String hint) {
        RawFile file = new RawFile(content.getBytes(StandardCharsets.UTF_8));

        refusal(file, 0, "this is not a GGUF file: it begins with " + found);
        refusal(file, 0, hint);
    }

    @Test
    void knowsBinaryFormatsByTheirFirstBytes() {
        refusal(new RawFile("PK\3\4 data".getBytes(StandardCharsets.ISO_8859_1)), 0, "It is a ZIP archive");
        refusal(new RawFile("\20\1\0\0\0\0\0\0{\"a\":".getBytes(StandardCharsets.ISO_8859_1)), 0,
                "It is a safetensors file");
        refusal(new RawFile(new byte[100]), 0, "It begins with zeros");
    }

    @ParameterizedTest
    @CsvSource({"1,found GGUF version 1", "4,found GGUF version 4", "0,found GGUF version 0",
        "50331648,found a big-endian file", "-1,found GGUF version 4294967295"})
    void refusesOtherVersions(int version, String message) {
        refusal(new RawFile(new GgufBuilder().version(version)), 4, message);
    }

    @Test
    void refusesMoreKeysThanTheFileCanHold() {
        refusal(new RawFile(new GgufBuilder().bool("a", true)).putLong(16, 1L << 40), 24,
                "found 1099511627776 keys, expected at most");
        refusal(new RawFile(new GgufBuilder().bool("a", true)).putLong(16, -1), 24,
                "found 18446744073709551615 keys, expected at most");
    }

    @Test
    void refusesMoreTensorsThanTheFileCanHold() {
        refusal(new RawFile(new GgufBuilder().bool("a", true)).putLong(8, 1L << 40), 38,
                "found 1099511627776 tensors, expected at most 0 in the");
        refusal(new RawFile(new GgufBuilder()).putLong(8, -1), 24, "found 18446744073709551615 tensors");
    }

    @Test
    void refusesAKeyThatStandsThereTwice() {
        RawFile file = new RawFile(new GgufBuilder().bool("ka", true).bool("kb", true));
        int second = file.at("kb");

        refusal(file.putByte(second + 1, 'a'), second - 8, "found key 'ka' a second time");
    }

    @Test
    void refusesAKeyWithoutAName() {
        refusal(new RawFile(new GgufBuilder().bool("", true)), 24, "key 0 has a name of 0 bytes, expected 1 to 65535");
    }

    @Test
    void refusesAKeyThatIsNotUtf8OrHoldsANul() {
        RawFile file = new RawFile(new GgufBuilder().bool("key", true));

        refusal(file.putByte(file.at("key"), 0xff), 24, "the name of key 0 is not UTF-8");
        refusal(new RawFile(new GgufBuilder().bool("k\0y", true)), 24, "the name of key 0 holds a NUL");
    }

    @Test
    void refusesANameThatRunsBeyondTheEnd() {
        refusal(new RawFile(new GgufBuilder().bool("key", true)).putLong(24, 1L << 50), 32,
                "key 0 needs 1125899906842624 bytes, but the file has only");
        refusal(new RawFile(new GgufBuilder().bool("key", true)).putLong(24, -5), 32,
                "key 0 needs 18446744073709551611 bytes");
    }

    @Test
    void refusesAnUnknownTypeOfValue() {
        RawFile file = new RawFile(new GgufBuilder().bool("key", true));
        int type = file.after("key");

        refusal(file.putInt(type, 13), type, "key 'key' has the unknown value type 13, expected 0 to 12");
        refusal(file.putInt(type, -1), type, "unknown value type 4294967295");
    }

    @Test
    void refusesAnArrayOfArrays() {
        RawFile file = new RawFile(new GgufBuilder().i32s("key", 1));
        int elementType = file.after("key") + 4;

        refusal(file.putInt(elementType, 9), elementType, "key 'key' is an array of arrays, expected");
    }

    @Test
    void refusesAnUnknownTypeOfElements() {
        RawFile file = new RawFile(new GgufBuilder().i32s("key", 1));
        int elementType = file.after("key") + 4;

        refusal(file.putInt(elementType, 77), elementType, "unknown value type 77");
    }

    @Test
    void refusesAnArrayThatRunsBeyondTheEnd() {
        RawFile numbers = new RawFile(new GgufBuilder().i32s("key", 1));
        int count = numbers.after("key") + 8;
        refusal(numbers.putLong(count, Long.MAX_VALUE / 2), count + 8,
                "found 4611686018427387903 elements in the value of key 'key', expected at most");
        RawFile texts = new RawFile(new GgufBuilder().strings("key", List.of("a")));
        refusal(texts.putLong(count, 1 << 30), count + 8, "found 1073741824 texts in the value of key 'key'");
        RawFile text = new RawFile(new GgufBuilder().strings("key", List.of("a")));
        refusal(text.putLong(count + 8, 1 << 30), count + 16,
                "the value of key 'key' needs 1073741824 bytes, but the file has only");
    }

    @Test
    void refusesATextThatRunsBeyondTheEnd() {
        RawFile file = new RawFile(new GgufBuilder().string("key", "a"));
        int length = file.after("key") + 4;

        refusal(file.putLong(length, 1 << 30), length + 8, "the value of key 'key' needs 1073741824 bytes");
    }

    @Test
    void refusesTruthValuesOtherThanZeroAndOne() {
        RawFile file = new RawFile(new GgufBuilder().bool("key", true));
        int value = file.after("key") + 4;
        refusal(file.putByte(value, 2), value, "holds the truth value 2, expected 0 or 1");
        refusal(new RawFile(new GgufBuilder().array("key", ValueType.BOOL, 2, new byte[] {1, -1})), -2,
                "holds the truth value 255, expected 0 or 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 24, -1})
    void refusesAnAlignmentThatIsNoPowerOfTwo(int alignment) {
        refusal(new RawFile(new GgufBuilder().u32("general.alignment", alignment)), 24,
                "key 'general.alignment' is %d, expected a power of two".formatted(alignment & 0xffff_ffffL));
    }

    @Test
    void refusesAnAlignmentOfAnotherType() {
        refusal(new RawFile(new GgufBuilder().u64("general.alignment", 32)), 24,
                "key 'general.alignment' has type u64, expected u32");
    }

    @Test
    void refusesATensorThatStandsThereTwice() {
        RawFile file = twoTensors();
        int second = file.at("tb");

        refusal(file.putByte(second + 1, 'a'), second - 8, "found tensor 'ta' a second time");
    }

    @Test
    void refusesATensorWithoutANameOrWithTooLongAName() {
        refusal(new RawFile(new GgufBuilder().ones("", 8)), 24, "tensor 0 has a name of 0 bytes, expected 1 to 63");
        refusal(new RawFile(new GgufBuilder().ones("n".repeat(64), 8)), 24,
                "tensor 0 has a name of 64 bytes, expected 1 to 63");
        assertThat(GgufFile.read(new GgufBuilder().ones("n".repeat(63), 8).write(directory.resolve("ok"))).tensors())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, -1})
    void refusesAnotherNumberOfDimensions(int dimensions) {
        RawFile file = twoTensors();
        int place = file.after("ta");

        refusal(file.putInt(place, dimensions), place, "tensor 'ta' has %s dimensions, expected 1 to 4"
                .formatted(Integer.toUnsignedString(dimensions)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void refusesAnEmptyDimension(long size) {
        RawFile file = twoTensors();
        int place = file.after("ta") + 4;

        refusal(file.putLong(place, size), place, "tensor 'ta' has %d values in dimension 0, expected at least 1"
                .formatted(size));
    }

    @Test
    void refusesAShapeThatOverflows() {
        RawFile file = new RawFile(new GgufBuilder().tensor("tensor", TensorType.F32, 4, 4));
        int shape = file.after("tensor") + 4;

        refusal(file.putLong(shape, 1L << 40).putLong(shape + 8, 1L << 40), 24,
                "tensor 'tensor' has the shape [1099511627776, 1099511627776], expected less than 2^63 bytes");
        refusal(file.putLong(shape, 1L << 31).putLong(shape + 8, 1L << 30), 24, "expected less than 2^63 bytes");
        refusal(file.putLong(shape, (1L << 61) - 1).putLong(shape + 8, 1), 24,
                "expected less than 2^63 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 31, 32, 33, 36, 37, 38, 500, -1})
    void refusesRemovedAndUnknownTypesOfTensors(int type) {
        RawFile file = twoTensors();
        int place = file.after("ta") + 12;

        refusal(file.putInt(place, type), place, "tensor 'ta' has type %s, which is unknown or was removed"
                .formatted(Integer.toUnsignedString(type)));
    }

    @Test
    void refusesRowsThatAreNoMultipleOfTheBlock() {
        RawFile file = new RawFile(new GgufBuilder().tensor("tensor", 8, new byte[34], 48));

        refusal(file, file.after("tensor") + 12,
                "tensor 'tensor' of type Q8_0 has rows of 48 values, expected a multiple of 32");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 64, 33, -32})
    void refusesTensorsThatDoNotFollowOneAnother(long offset) {
        RawFile file = twoTensors();
        int place = file.after("tb") + 16;

        refusal(file.putLong(place, offset), place, "tensor 'tb' has offset %s, expected 32 (right behind"
                .formatted(Long.toUnsignedString(offset)));
    }

    @Test
    void refusesAFileThatEndsWithinATensor() {
        RawFile file = twoTensors();
        int info = file.at("tb") - 8;
        int end = file.size() - 16;

        refusal(file.cutAt(end - 1), info,
                "tensor 'tb' takes 16 bytes from byte %d on, but the file ends at byte %d. Was the download cut short?"
                        .formatted(end - 16, end - 1));
    }

    @Test
    void allowsALastTensorWithoutPaddingAndBytesBehindIt() {
        RawFile file = twoTensors();
        Path exact = file.cutAt(file.size() - 16).write(directory.resolve("exact.gguf"));
        Path longer = file.cutAt(file.size() + 500).write(directory.resolve("longer.gguf"));

        assertThat(GgufFile.read(exact).tensors()).hasSize(2);
        assertThat(GgufFile.read(longer).tensors()).hasSize(2);
    }

    /** Two tensors of 16 bytes; the second has the offset 32, and 16 bytes of padding follow it. */
    private static RawFile twoTensors() {
        return new RawFile(new GgufBuilder().tensor("ta", TensorType.F32, 4).tensor("tb", TensorType.F32, 4));
    }

    @Test
    void refusesAVocabularyInWhichTwoTokensAreTheSame() {
        RawFile file = new RawFile(new GgufBuilder().strings("tokenizer.ggml.tokens", List.of("x1", "x2", "x3")));
        int third = file.at("x3");

        refusal(file.putByte(third + 1, '1'), third - 8, "token 2 is 'x1' like token 0, expected each token once");
    }

    @Test
    void comparesTokensAsTheEngineDoes() {
        refusal(new RawFile(new GgufBuilder().strings("tokenizer.ggml.tokens", List.of("a", "a\0b"))), -2,
                "token 1 is 'a' like token 0");
        refusal(new RawFile(new GgufBuilder().strings("tokenizer.ggml.tokens", List.of("[EMPTY_1]", ""))), -2,
                "token 1 is '[EMPTY_1]' like token 0");
        assertThat(GgufFile.read(oddTokens().write(directory.resolve("odd.gguf"))).vocabulary()).isPresent();
    }

    /** Two tokens that are not UTF-8: different, though both are shown as the replacement character. */
    private static RawFile oddTokens() {
        RawFile file = new RawFile(new GgufBuilder().strings("tokenizer.ggml.tokens", List.of("x1", "x2")));
        return file.putByte(file.at("x1"), 0xfe).putByte(file.at("x2"), 0xff);
    }

    /** Expects a refusal; offset -2 stands for any place in the file. */
    private void refusal(RawFile file, long offset, String message) {
        ModelFileException refusal = file.refusal(directory);

        assertThat(refusal).hasMessageContaining(message)
                .hasMessageStartingWith(directory.resolve("broken.gguf") + ", byte ");
        if (offset == -2) {
            assertThat(refusal.offset()).isBetween(0L, (long) file.size());
        } else {
            assertThat(refusal.offset()).isEqualTo(offset);
        }
        assertThat(refusal.file()).isEqualTo(directory.resolve("broken.gguf"));
    }
}
