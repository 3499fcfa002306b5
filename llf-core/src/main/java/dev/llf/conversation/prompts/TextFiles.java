package dev.llf.conversation.prompts;

import dev.llf.conversation.prompts.PromptTemplateException.Reason;
import dev.llf.error.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files of UTF-8, read with a limit. */
final class TextFiles {

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
}
