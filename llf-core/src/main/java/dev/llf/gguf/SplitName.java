package dev.llf.gguf;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of one file of a model that is split into several: {@code big-00001-of-00003.gguf}.
 *
 * @param prefix what all names begin with
 * @param number from 1
 * @param count  how many files there are
 */
record SplitName(String prefix, int number, int count) {

    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    static @Nullable SplitName of(Path file) {
        Path name = file.getFileName();
        Matcher matcher = NAME.matcher(name == null ? "" : name.toString());
        return matcher.matches()
                ? new SplitName(matcher.group(1), Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)))
                : null;
    }

    /** Returns the file name with another number. */
    static String format(String prefix, int number, int count) {
        return "%s-%05d-of-%05d.gguf".formatted(prefix, number, count);
    }
}
