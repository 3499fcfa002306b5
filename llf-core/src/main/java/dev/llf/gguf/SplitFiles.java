package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Finds the files of a split model and checks that they belong together. */
final class SplitFiles {

    private static final String NUMBER_KEY = "split.no";
    private static final String COUNT_KEY = "split.count";
    private static final String TENSORS_KEY = "split.tensors.count";

    private SplitFiles() {}

    /** Returns the files of the model, which are more than one if the first says that it is split. */
    static List<Path> parts(Path first, GgufMetadata metadata) {
        int count = metadata.uint16(COUNT_KEY).orElse(0);
        if (count <= 1) {
            return List.of(first);
        }
        int number = number(first, metadata);
        SplitName name = SplitName.of(first);
        if (number != 0) {
            throw metadata.refusal(NUMBER_KEY, "this is file %d of a model split into %d. Pass the first%s.".formatted(
                    number + 1, count, name == null ? "" : ", " + SplitName.format(name.prefix(), 1, count)));
        }
        if (name == null || name.number() != 1 || name.count() != count) {
            throw metadata.refusal(COUNT_KEY,
                    "this is the first of %d files, expected a name ending in '%s'. Rename it back."
                            .formatted(count, SplitName.format("", 1, count)));
        }
        return IntStream.rangeClosed(1, count).mapToObj(i -> i == 1 ? first : part(first, name.prefix(), i, count))
                .toList();
    }

    private static Path part(Path first, String prefix, int number, int count) {
        Path part = first.resolveSibling(SplitName.format(prefix, number, count));
        if (!Files.isRegularFile(part)) {
            throw new ModelFileException(part, -1, "there is no such file, but %s is split into %d files. Fetch it too."
                    .formatted(first.getFileName(), count));
        }
        return part;
    }

    /** Checks that numbers and counts of the files agree. */
    static void check(List<Path> parts, List<GgufHeader> headers) {
        if (parts.size() == 1) {
            return;
        }
        for (int i = 1; i < parts.size(); i++) {
            checkPart(parts, i, headers.get(i).metadata());
        }
        GgufMetadata first = headers.getFirst().metadata();
        int found = headers.stream().mapToInt(header -> header.tensors().size()).sum();
        int expected = first.int32(TENSORS_KEY)
                .orElseThrow(() -> missing(parts.getFirst(), TENSORS_KEY));
        if (found != expected) {
            throw first.refusal(TENSORS_KEY,
                    "the %d files hold %d tensors, expected %d by key '%s'. Are all files from the same model?"
                            .formatted(parts.size(), found, expected, TENSORS_KEY));
        }
    }

    private static void checkPart(List<Path> parts, int i, GgufMetadata metadata) {
        int number = number(parts.get(i), metadata);
        if (number != i) {
            throw metadata.refusal(NUMBER_KEY, "key '%s' is %d, expected %d by the file's name".formatted(NUMBER_KEY,
                    number, i));
        }
        int count = metadata.uint16(COUNT_KEY).orElse(parts.size());
        if (count != parts.size()) {
            throw metadata.refusal(COUNT_KEY, "key '%s' is %d, expected %d as in %s".formatted(COUNT_KEY, count,
                    parts.size(), parts.getFirst().getFileName()));
        }
    }

    private static int number(Path part, GgufMetadata metadata) {
        return metadata.uint16(NUMBER_KEY).orElseThrow(() -> missing(part, NUMBER_KEY));
    }

    private static ModelFileException missing(Path part, String key) {
        return new ModelFileException(part, -1,
                "key '%s' is missing, expected in a file of a split model".formatted(key));
    }
}
