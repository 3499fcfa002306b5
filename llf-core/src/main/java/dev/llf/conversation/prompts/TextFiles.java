package dev.llf.conversation.prompts;

import dev.llf.conversation.prompts.PromptTemplateException.Reason;
import dev.llf.error.StorageException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files of UTF-8, read with a limit and replaced as a whole. */
final class TextFiles {

    static final String UNFINISHED = ".tmp";

    private TextFiles() {}

    static PromptTemplateException tooLarge(String what, int limit) {
        return new PromptTemplateException(Reason.TOO_LARGE,
                "%s has more than %d bytes, more than a template can have.".formatted(what, limit));
    }

    static String read(Path file, int limit) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw tooLarge(file.toString(), limit);
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new PromptTemplateException(Reason.MALFORMED,
                    "%s is not UTF-8; save it with that encoding.".formatted(file));
        } catch (IOException e) {
            throw new StorageException("%s: cannot be read (%s); check its name and permissions."
                    .formatted(file, e.getClass().getSimpleName()), e);
        }
    }

    /** Puts a whole new file in the place of the old one, and has it on the disk when this returns. */
    static void replace(Path directory, String name, String text) throws IOException {
        Path unfinished = Files.createTempFile(directory, ".", UNFINISHED);
        try {
            try (FileOutputStream out = new FileOutputStream(unfinished.toFile())) { // does not react to interrupts
                out.write(text.getBytes(StandardCharsets.UTF_8));
                out.getFD().sync();
            }
            Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        syncDirectory(directory);
    }

    /** Makes a rename last where the system can; others do it by themselves. */
    private static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            return; // Windows opens no directories
        }
    }
}
